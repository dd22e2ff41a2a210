"""What a service holds of patients for a moment must not reach a disk when it dies."""

import ctypes
import resource
import sys

PR_SET_DUMPABLE = 4  # of Linux' prctl(2)


def forbid_dumps() -> None:
    """No core file of this process, and its memory is for no other process of its user.

    On systems other than Linux the first alone.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
