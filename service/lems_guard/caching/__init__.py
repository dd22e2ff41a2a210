"""Caches that never change an answer: replies in process, costly screenings in Redis."""
