"""Prints screenings of a fixed row of worlds, for comparison between processes."""

import sys

from hypothesis import HealthCheck, given, settings

from lems_guard.clinical.alert import Screening
from lems_guard.screening.screen import RuleScreener
from worlds import Story, stories


def shown(screening: Screening) -> str:
    """All of a screening but the rules themselves, whose sets have no order to print."""
    lines = []
    for alert in screening.alerts:
        lines.append(repr(alert._replace(findings=())))
        lines += [
            repr((finding.rule.id, finding.severity, finding.certainty, *finding[4:]))
            for finding in alert.findings
        ]
    return "\n".join([*lines, repr(screening.gaps), repr(screening.completeness)])


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(stories())
def show(story: Story) -> None:
    sys.stdout.write(shown(RuleScreener().screen(story.hidden, story.known)) + "\n")


if __name__ == "__main__":
    show()
