"""How properties are searched: the same examples every time, or many new ones (README.md)."""

import os

from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

# How many times more examples than usual are drawn, and then at random; 0: the usual ones.
TIMES = int(os.environ.get("PROPERTIES_TIMES") or "0")


def examples(usual: int) -> settings:
    """So many examples, or the multiple of them that a wide search takes."""
    return settings(max_examples=usual * (TIMES or 1))


def choose_examples() -> None:
    """Set how examples are drawn, before any property is read."""
    settings.register_profile(
        "fixed",
        derandomize=True,
        database=None,
        deadline=None,  # no test depends on measured time,
        suppress_health_check=[
            HealthCheck.too_slow,  # nor on a machine's load,
            HealthCheck.data_too_large,
            HealthCheck.function_scoped_fixture,  # and what examples share, they leave as it was
        ],
        max_examples=100,
    )
    settings.register_profile(
        "wide",
        settings.get_profile("fixed"),
        derandomize=False,
        suppress_health_check=list(HealthCheck),
        max_examples=100 * (TIMES or 1),
        print_blob=True,
    )
    settings.load_profile("wide" if TIMES else "fixed")
    if not TIMES:
        _forget_the_code_under_test()


def _forget_the_code_under_test() -> None:
    """Draw no constants from the modules at hand, which differ with the tests that ran before.

    There is no setting for it; `test_searching.py` shows that this still does what it says.
    """
    nothing = providers._local_constants
    providers._get_local_constants = lambda: nothing
