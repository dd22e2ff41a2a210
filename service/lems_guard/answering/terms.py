"""The wire's names of the core's terms: `Severity.AVOID` is `SEVERITY_AVOID`."""

import enum
import re

_WORD_STARTS = re.compile(r"(?<!^)(?=[A-Z])")


def term(value: enum.IntEnum) -> str:
    """A term's enum value name in the contract."""
    return f"{_WORD_STARTS.sub('_', type(value).__name__).upper()}_{value.name}"
