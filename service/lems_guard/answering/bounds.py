"""How much a request may hold: read before anything is built or named, so that work is bounded.

Nothing that is read of a patient comes near these bounds; each is said in the contract's comments.
"""

import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from lems_guard.clinical.errors import FieldViolation, InvalidRequest
from lems_guard.v1 import prescription_pb2 as wire

MOST_MEDICATIONS = 500
MOST_CODINGS = 50
MOST_CONDITIONS = 1000
MOST_ALLERGIES = 100
# Characters: of an id, a code or a unit; of a display, a form, a route or a reason. An order's text
# has no bound here: one that is too long to be read is a doubt, and the other orders are checked.
LONGEST_NAME, LONGEST_WORDS = 256, 1000
# More are not told: nobody reads them, and finding them holds up others.
MOST_FAULTS = 100
MOST_FIELDS = 100_000
# What is shorter holds too little for its fields to be worth counting before it is parsed.
PLAIN_BYTES = 32_768

# How many of a repeated field there may be, by its name.
MOST: Mapping[str, int] = {
    "proposed": MOST_MEDICATIONS,
    "active": MOST_MEDICATIONS,
    "stopped": MOST_MEDICATIONS,
    "codings": MOST_CODINGS,
    "conditions": MOST_CONDITIONS,
    "allergies": MOST_ALLERGIES,
}
TOO_MANY_MEDICATIONS = FieldViolation(
    "proposed", f"at most {MOST_MEDICATIONS} medications over the three lists"
)
TOO_MANY_FIELDS = FieldViolation("", f"at most {MOST_FIELDS} fields in all")
# In so few bytes no order holds more, or longer words, than is read.
PLAIN_ORDER_BYTES = 2 * MOST_CODINGS
MORE_FAULTS = FieldViolation("", f"and more, which are not listed: at most {MOST_FAULTS} are named")

Children: TypeAlias = Mapping[int, Descriptor]


def too_many(name: str) -> str:
    """What is said of a repeated field that holds too many."""
    most = f"at most {MOST[name]}"
    return most if MOST[name] != MOST_MEDICATIONS else TOO_MANY_MEDICATIONS.description


def of_medication(medication: wire.Medication, path: str) -> Iterator[FieldViolation]:
    """What of an order is more, or longer, than is read."""
    yield from of_words(medication.id, LONGEST_NAME, f"{path}.id")
    yield from of_words(medication.form_text, LONGEST_WORDS, f"{path}.form_text")
    yield from of_words(medication.route_text, LONGEST_WORDS, f"{path}.route_text")
    yield from of_codings(medication.codings, "codings", f"{path}.codings")
    if medication.HasField("dose"):
        yield from of_words(medication.dose.unit, LONGEST_NAME, f"{path}.dose.unit")
    if medication.HasField("indication"):
        reason = medication.indication
        yield from of_words(reason.text, LONGEST_WORDS, f"{path}.indication.text")
        yield from of_codings(reason.codings, "codings", f"{path}.indication.codings")


def of_codings(codings: Any, name: str, path: str) -> Iterator[FieldViolation]:  # noqa: ANN401 - a container of protobuf's
    """What of some codings is more, or longer, than is read; `name` is their field's."""
    if len(codings) > MOST[name]:
        yield FieldViolation(path, too_many(name))
        return
    for index, coding in enumerate(codings):
        yield from of_words(coding.code, LONGEST_NAME, f"{path}[{index}].code")
        yield from of_words(coding.display, LONGEST_WORDS, f"{path}[{index}].display")


def of_words(text: str, most: int, path: str) -> Iterator[FieldViolation]:
    """What of some words is longer than is read."""
    if len(text) > most:
        yield FieldViolation(path, f"at most {most} characters")


def at_most(violations: Iterable[FieldViolation]) -> tuple[FieldViolation, ...]:
    """The first faults; where there are more, that there are."""
    found: list[FieldViolation] = []
    for violation in violations:
        if len(found) == MOST_FAULTS:
            return (*found, MORE_FAULTS)
        found.append(violation)
    return tuple(found)


def refuse_crowds(raw: bytes, message: Descriptor) -> None:
    """Refuse bytes that hold too many medications or fields, before they are parsed.

    Four megabytes of empty messages would take a gigabyte. Raises `InvalidRequest`; bytes that are
    no message are left to the parser.
    """
    if len(raw) <= PLAIN_BYTES:
        return
    medications = 0
    for number, (_, child) in enumerate(_fields(raw, message)):
        medications += child is wire.Medication.DESCRIPTOR
        if medications > MOST_MEDICATIONS:
            raise InvalidRequest((TOO_MANY_MEDICATIONS,))
        if number >= MOST_FIELDS:
            raise InvalidRequest((TOO_MANY_FIELDS,))


def _fields(raw: bytes, message: Descriptor) -> Iterator[tuple[int, Descriptor | None]]:
    """Every field of some bytes and of the messages in them, as far as they can be read."""
    waiting = [(0, len(raw), _children(message))]
    while waiting:
        place, end, children = waiting.pop()
        while place < end:
            tag, place = _varint(raw, place)
            number, kind = tag >> 3, tag & 7
            child = children.get(number) if kind == 2 else None
            yield number, child
            if kind == 2:
                length, place = _varint(raw, place)
                if child is not None:
                    waiting.append((place, min(place + length, end), _children(child)))
                place += length
            elif kind == 0:
                _, place = _varint(raw, place)
            elif kind in FIXED:
                place += FIXED[kind]
            else:
                break


FIXED = {1: 8, 5: 4}


def _varint(raw: bytes, place: int) -> tuple[int, int]:
    """A whole number and the place behind it; past the end there are only zeros."""
    number = shift = 0
    while place < len(raw):
        byte = raw[place]
        place += 1
        number |= (byte & 127) << shift
        if byte < 128:
            break
        shift += 7
    return number, place


@functools.cache
def _children(message: Descriptor) -> Children:
    """The messages in a message, by their fields' numbers."""
    fields: Iterable[FieldDescriptor] = message.fields
    return {field.number: field.message_type for field in fields if field.message_type is not None}
