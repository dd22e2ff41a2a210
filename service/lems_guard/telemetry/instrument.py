"""What an instrument is: a row of the table in `instruments.py`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Instrument:
    """A metric's name, type, unit, labels and meaning, and who records it."""

    name: str
    kind: str
    labels: tuple[str, ...]
    help: str
    recorded_by: str
    unit: str = ""
