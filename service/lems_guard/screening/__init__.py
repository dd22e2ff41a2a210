"""Screening: a patient's orders and a knowledge base in, findings, alerts and gaps out. Pure."""
