"""Telemetry: what the service tells of itself, never of a patient."""
