"""What a command's exit code says; a script may rely on it."""

import enum


class ExitCode(enum.IntEnum):
    """The codes that every command ends with."""

    CLEAR = 0
    """Nothing at AVOID or worse, all checked, no gap that names a contraindication."""
    FOUND = 1
    """An alert at AVOID or worse."""
    FAULT = 2
    """Usage, input, settings or rules are at fault: nothing was checked."""
    UNSURE = 3
    """None found, but not everything could be checked."""
    OURS = 4
    """Our own fault, or no answer in time: nothing was checked."""
