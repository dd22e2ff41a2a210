"""Requests in the packaged edition's own words: no two alike, the same ones in every run.

An order line is new too, but for amifampridine's, which every patient takes. Some two in ten name
a drug that a rule is about, as on the lists of people who take amifampridine.
"""

import functools
import itertools
import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from lems_guard.editions.library import Edition, load_edition, packaged_rules
from lems_guard.v1 import prescription_pb2 as wire
from lems_guard.v1 import terms_pb2

AS_OF = "2026-11-21"
ORDERS, WATCHED = 10, (1, 2, 3)
LINES = (
    "{drug} {dose} mg po bid",
    "{drug} {dose} mg tab po daily",
    "{drug} {dose} mg oral tablet, 1 tab q12h",
    "{drug} {dose} mg by mouth twice daily",
    "{drug} tab {dose} mg 1-0-1",
    "{drug} {dose} mg capsule take 1 capsule by mouth at bedtime",
    "{drug} {dose} mg iv q8h",
    "{drug} {dose} mg po q6h prn",
)
TELLS_LEMS = re.compile("fampridine|aminopyridine")  # who takes it is taken to have LEMS
OWN_LINE = "amifampridine {dose} mg po tid"
OWN_DOSES_MG = (5, 10, 15, 20)
LETTERS = tuple("aeioulmnprst")
FILLING = "take with food and a glass of water after the meal unless the nurse has said otherwise "
YES_NO_UNKNOWN = (terms_pb2.ANSWER_YES, terms_pb2.ANSWER_NO, terms_pb2.ANSWER_UNSPECIFIED)


@functools.cache
def edition() -> Edition:
    """The edition in the package."""
    return load_edition(packaged_rules()).edition


class Ward:
    """Patients and the lines that are written for them, drawn by chance from a seed."""

    def __init__(self, seed: int) -> None:
        """Two wards with the same seed are the same."""
        self.chance = random.Random(seed)  # noqa: S311  # no secret, only variety
        known = edition().vocabulary.ingredients
        watched = edition().knowledge.candidates
        self.watched = sorted(
            name for name in known.keys() & watched if not TELLS_LEMS.search(name)
        )
        self.silent = sorted(known.keys() - watched)
        self._written: set[str] = set()

    def line(self, drugs: list[str]) -> str:
        """A line about one of these drugs that was never written before."""
        while True:
            mg = self.chance.randrange(5, 1000)
            written = self.chance.choice(LINES).format(drug=self.chance.choice(drugs), dose=mg)
            if written not in self._written:
                self._written.add(written)
                return written

    def lines(self, number: int) -> list[str]:
        """So many lines of one patient, amifampridine's first."""
        own = OWN_LINE.format(dose=self.chance.choice(OWN_DOSES_MG))
        watched = self.chance.choice(WATCHED) * number // ORDERS
        silent = number - watched - 1
        found = [self.line(self.watched) for _ in range(watched)]
        found += [self.line(self.silent) for _ in range(silent)]
        self.chance.shuffle(found)
        return [own, *found][:number]

    def patient(self) -> wire.Patient:
        """A patient of whom the most important facts are known, and some others."""
        chance, no = self.chance, terms_pb2.ANSWER_NO
        return wire.Patient(
            lems_status=terms_pb2.LEMS_STATUS_CONFIRMED,
            birth_date=f"{chance.randrange(1940, 2000)}-{chance.randrange(1, 13):02}-12",
            weight_kg=chance.uniform(45, 110),
            creatinine_clearance_ml_min=chance.randrange(20, 130),
            seizure_history=no,
            epilepsy=no,
            uncontrolled_asthma=chance.choice(YES_NO_UNKNOWN),
            respiratory_compromise=chance.choice(YES_NO_UNKNOWN),
            pregnant=no,
            congenital_long_qt=no,
        )

    def request(self, texts: Iterable[str]) -> wire.CheckPrescriptionRequest:
        """A request with these lines: the last two proposed, the others active."""
        orders = [wire.Medication(id=f"rx-{place}", text=text) for place, text in enumerate(texts)]
        return wire.CheckPrescriptionRequest(
            patient=self.patient(), active=orders[:-2], proposed=orders[-2:], as_of=AS_OF
        )


def checks(seed: int, orders: int = ORDERS) -> Iterator[bytes]:
    """First checks of patients never seen, without end."""
    ward = Ward(seed)
    while True:
        yield ward.request(ward.lines(orders)).SerializeToString()


def of_others(bodies: Sequence[bytes]) -> Iterator[bytes]:
    """The same checks again and again without end, each time of a patient with another weight.

    On the wire a message that comes again is merged, and its last value counts.
    """
    for number, body in enumerate(itertools.cycle(bodies)):
        weight = wire.CheckPrescriptionRequest(patient=wire.Patient(weight_kg=40 + number / 2**20))
        yield body + weight.SerializeToString()


def long_texts(kind: str) -> Iterator[bytes]:
    """Checks with one order of 1,000 characters: "orders", "words" or "one_word"."""
    ward = Ward(len(kind))
    while True:
        more = {
            "orders": "; ".join(ward.line(ward.silent) for _ in range(40)),
            "words": FILLING * 12,
            "one_word": "".join(ward.chance.choices(LETTERS, k=1000)),
        }
        text = f"{ward.line(ward.watched)} {more[kind]}"[:1000]
        yield ward.request([text]).SerializeToString()


def grown(kind: str, seed: int) -> Callable[[int], bytes]:
    """What makes a request with so many orders of a kind; each one is another patient's."""
    ward = Ward(seed)
    texts: dict[str, Callable[[int], list[str]]] = {
        "distinct": lambda size: [ward.line(ward.silent) for _ in range(size)],
        "watched": lambda size: [ward.line(ward.watched) for _ in range(size)],
        "one_drug": lambda size: ["metoprolol 50 mg po bid"] * size,
        "one_drug_many_doses": lambda size: [f"metoprolol {n + 1} mg po" for n in range(size)],
        "one_drug_doubted": lambda size: ["amifampridine zzq"] * size,
        "unknown": lambda size: [ward.line([f"zzq{n}vx"]) for n in range(size)],
    }

    def make(size: int) -> bytes:
        if kind == "empty":
            request = ward.request([""] * size)
            for order in (*request.active, *request.proposed):
                order.ClearField("id")
        elif kind == "coded":
            request = ward.request([""] * size)
            for order, code in zip(
                (*request.active, *request.proposed), _codes(ward), strict=False
            ):
                order.codings.add(system=terms_pb2.CODE_SYSTEM_RXNORM, code=code)
        else:
            request = ward.request(texts[kind](size))
        return request.SerializeToString()

    return make


def _codes(ward: Ward) -> Iterator[str]:
    known = sorted(code for code in edition().vocabulary.ingredients.values() if code)
    return itertools.cycle(ward.chance.sample(known, len(known)))
