"""LEMS Guard: medication safety for people with Lambert-Eaton myasthenic syndrome."""

__version__ = "0.1.0"
