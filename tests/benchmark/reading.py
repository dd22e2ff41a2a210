"""Reading: the processor time of an order line that was never seen."""

from benchmark.bodies import Ward, edition
from benchmark.figures import Figure, frozen, middle
from benchmark.growth import seconds_each
from lems_guard.clinical.medication import Medication, MedicationList


def new_lines(rounds: int = 7, lines: int = 2000) -> dict[str, Figure]:
    """Microseconds a line; two in ten name a drug that a rule is about."""
    ward, understand = Ward(seed=6), edition().understand

    def measure() -> float:
        orders = [
            Medication(str(place), MedicationList.PROPOSED, ward.line(drugs))
            for place in range(lines)
            for drugs in [ward.silent if place % 5 else ward.watched]
        ]
        return seconds_each(understand, orders) * 1e6

    with frozen():
        measure()  # to warm up
        return {"reading_us": middle([measure() for _ in range(rounds)])}
