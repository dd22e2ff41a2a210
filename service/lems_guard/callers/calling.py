"""Whose call is under way, by the caller's name; empty where nobody is asked."""

from contextvars import ContextVar

CALLING: ContextVar[str] = ContextVar("caller", default="")
