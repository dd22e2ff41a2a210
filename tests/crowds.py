"""Long lists of every kind, and how the work for them grows: `python -m crowds` prints exponents.

The exponent is that of processor time from half of a list to the whole of it: 1 where the double
list takes double the time.
"""

import datetime
import math
import random
import sys
import time
from collections.abc import Callable
from itertools import cycle, islice

from lems_guard.answering.answer import Answerer
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.editions.library import Edition, load_edition, packaged_rules
from lems_guard.screening.screen import RuleScreener
from lems_guard.v1 import prescription_pb2 as wire
from lems_guard.v1 import terms_pb2

MOST = 500
TODAY = datetime.date(2026, 11, 21)
RXNORM = terms_pb2.CODE_SYSTEM_RXNORM
# Two drugs that an order's codes name at odds, of which one interacts with the other.
AT_ODDS = ("2551", "2106338")

Crowd = Callable[[int], wire.CheckPrescriptionRequest]


def texts(*words: str) -> Crowd:
    """Orders with these words in turn, every third one proposed; `{}` is the order's number."""

    def crowd(number: int) -> wire.CheckPrescriptionRequest:
        request = wire.CheckPrescriptionRequest(patient=wire.Patient(age_years=61))
        for place, text in enumerate(islice(cycle(words), number)):
            orders = request.active if place % 3 else request.proposed
            orders.add(id=f"o{place}", text=text.format(place))
        return request

    return crowd


def stopped(*words: str) -> Crowd:
    """The same orders, all but one stopped."""

    def crowd(number: int) -> wire.CheckPrescriptionRequest:
        request = texts(*words)(number)
        orders = [*request.proposed, *request.active]
        del request.proposed[1:], request.active[:]
        request.stopped.extend(orders[1:])
        return request

    return crowd


def at_odds(number: int) -> wire.CheckPrescriptionRequest:
    """Orders whose two codings disagree: ambiguous, with two drugs that interact."""
    request = texts("")(number)
    for order in (*request.proposed, *request.active):
        for code in AT_ODDS:
            order.codings.add(system=RXNORM, code=code)
    return request


def crowds(edition: Edition) -> dict[str, Crowd]:
    """Every kind of list that is worth a look, by what it holds."""
    named = sorted(edition.knowledge.candidates)
    # Neighbours in the alphabet are alike: a list's first half would be unlike its second, as it
    # would be without the drug that most of the others interact with.
    random.Random(0).shuffle(named)  # noqa: S311  # the same every time
    named.sort(key="amifampridine".__ne__)
    interacting = [
        name
        for name in named
        if any(each.rule.partners for each in edition.knowledge.candidates[name])
    ]
    return {
        "one drug, not understood": texts("amifampridine zzq"),
        "one drug, without a dose": texts("amifampridine"),
        "one drug, with a dose": texts("Firdapse 20 mg 4x/day"),
        "one drug, each with another dose": texts("amifampridine {} mg po tid"),
        "one drug, as needed": texts("amifampridine 10 mg po prn"),
        "one drug by three names": texts("Firdapse 10 mg", "3,4-DAP 10 mg", "amifampridine 5 mg"),
        "prednisone, not understood": texts("prednisone zzq"),
        "one drug, stopped": stopped("prednisone 60 mg po daily"),
        "two that interact": texts("ciprofloxacin 500 mg po bid", "Firdapse 20 mg 4x/day"),
        "two that interact, not understood": texts("ciprofloxacin zzq", "amifampridine zzq"),
        "two that duplicate": texts("dalfampridine 10 mg po bid", "Firdapse 20 mg 4x/day"),
        "two at odds in every order": at_odds,
        "many beside many of one": texts(
            *[text for name in interacting for text in (name, "Firdapse 20 mg 4x/day")]
        ),
        "all different": texts(*named, *[f"{name} 5 mg po" for name in named]),
        "all different, not understood": texts(*[f"{name} zzq" for name in named]),
        "unknown, all alike": texts("zzqx 5 mg po bid"),
        "unknown, all different": texts("zzqx{} 5 mg po bid"),
        "names with a slip": texts("metropolol {}", "Zithromx {}", "amifampridene {}"),
        "long texts": texts("metoprolol 50 mg po bid " + "and so on " * 390),
        "long texts of names": texts(" ".join(named * 3)[:3990] + " {}"),
        "mixtures": texts("TPN with magnesium sulfate", "amoxicillin and clavulanate and zzq"),
    }


def answerer_of(edition: Edition) -> Answerer:
    return Answerer(
        edition.knowledge,
        edition,
        RuleScreener(),
        jurisdiction=Jurisdiction.US,
        today=lambda: TODAY,
    )


def seconds(edition: Edition, crowd: Crowd, number: int) -> tuple[float, int]:
    """Processor time of the first answer to a list, and the answer's bytes: the least of three."""
    raw = crowd(number).SerializeToString()
    found = []
    for _ in range(3):
        answerer = answerer_of(edition)
        begun = time.process_time()
        reply = answerer.answer(raw).reply
        found.append((time.process_time() - begun, len(reply)))
    return min(found)


def main() -> None:
    edition = load_edition(packaged_rules()).edition
    for name, crowd in crowds(edition).items():
        (half, _), (whole, size) = (seconds(edition, crowd, each) for each in (MOST // 2, MOST))
        exponent = math.log2(whole / half)
        told = f"{name:36} {whole * 1000:8.1f} ms {size / 1000:8.1f} kB   {exponent:5.2f}\n"
        sys.stdout.write(told)


if __name__ == "__main__":
    main()
