"""Messages of the contract as proto3 JSON; a request is read strictly, each fault with its place.

Protobuf's own reader stops at the first fault, quotes what was sent, and takes an empty list for an
empty message. So every field is looked at first: all faults are told, each by its path, and no
value is repeated.
"""

import difflib
import json
from collections.abc import Iterator
from typing import Any, TypeAlias, TypeVar

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.json_format import MessageToJson, ParseDict, ParseError
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from lems_guard.answering.bounds import (
    LONGEST_NAME,
    MOST,
    MOST_FIELDS,
    TOO_MANY_FIELDS,
    at_most,
    too_many,
)
from lems_guard.clinical.errors import FieldViolation, InvalidRequest
from lems_guard.v1 import prescription_pb2 as wire

Json: TypeAlias = Any  # what json.loads gives
Read = TypeVar("Read", bound=Message)

# More objects than any request that is read has are not even built.
MOST_OBJECTS = MOST_FIELDS
FIELD_NAMES = frozenset(
    name
    for message in wire.DESCRIPTOR.message_types_by_name.values()
    for field in message.fields
    for name in (field.json_name, field.name)
)
KINDS = {
    FieldDescriptor.CPPTYPE_STRING: "text in quotes",
    FieldDescriptor.CPPTYPE_INT32: "a whole number",
    FieldDescriptor.CPPTYPE_DOUBLE: "a number",
    FieldDescriptor.CPPTYPE_MESSAGE: "an object in braces",
}


def read_request(content: bytes) -> wire.CheckPrescriptionRequest:
    """The prescription that some JSON holds; raises as `read_message` does."""
    return read_message(content, wire.CheckPrescriptionRequest)


def read_message(content: bytes, kind: type[Read]) -> Read:
    """The message that some JSON holds; raises `InvalidRequest` with every fault and its place."""
    value = _json(content)
    descriptor: Any = kind.DESCRIPTOR  # protobuf's types know two classes of it
    found = at_most(faults(value, descriptor, ""))
    if found:
        raise InvalidRequest(found)
    return ParseDict(value, kind())


def as_json(message: Message) -> bytes:
    """A message as JSON for people and programs, with a line end."""
    return MessageToJson(message, ensure_ascii=False).encode() + b"\n"


def _json(content: bytes) -> Json:
    """What some JSON says; raises `InvalidRequest` with the line and column of a fault."""
    try:
        value: Json = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_Objects())
    except UnicodeDecodeError as fault:
        description = f"no UTF-8 text: byte {fault.start + 1} is at fault"
    except json.JSONDecodeError as fault:
        description = f"no JSON: line {fault.lineno}, column {fault.colno}: {fault.msg}"
    except ValueError:
        description = "no JSON that can be read: a number has too many digits"
    except RecursionError:
        description = "no JSON that can be read: it is nested too deeply"
    except _Twice as fault:
        return _refuse(f"no JSON: a name stands twice in one object{fault}")
    else:
        return value
    return _refuse(description)


class _Twice(Exception):
    """A name that stands twice in one object: which value is meant, nobody can tell.

    It is told where it is a field's; any other may be a drug or a person.
    """


class _Objects:
    """Makes the objects of some JSON, each name once, and no more of them than are ever read."""

    def __init__(self) -> None:
        self._made = 0

    def __call__(self, pairs: list[tuple[str, Json]]) -> Json:
        self._made += 1
        if self._made > MOST_OBJECTS:
            raise InvalidRequest((TOO_MANY_FIELDS,))
        members: dict[str, Json] = {}
        for name, value in pairs:
            if name in members:
                raise _Twice(f" {name!r}" if name in FIELD_NAMES else "")
            members[name] = value
        return members


def _refuse(description: str) -> Json:
    raise InvalidRequest((FieldViolation("", description),)) from None


def faults(value: Json, message: Descriptor, path: str) -> Iterator[FieldViolation]:
    """What is wrong with a JSON value that should be a message."""
    if not isinstance(value, dict):
        yield FieldViolation(path, f"expected {KINDS[FieldDescriptor.CPPTYPE_MESSAGE]}")
        return
    fields = _fields(message)
    seen: dict[str, str] = {}
    for name, member in value.items():
        field = fields.get(name)
        if field is None:
            yield _unknown(name, fields, path)
            continue
        place = f"{path}.{field.name}" if path else field.name
        if field.name in seen:
            yield FieldViolation(place, f"given twice: as {seen[field.name]} and as {name}")
        seen[field.name] = name
        if member is not None:
            yield from _of_field(member, field, place)


def _fields(message: Descriptor) -> dict[str, FieldDescriptor]:
    """The fields by both names that proto3 JSON accepts, lowerCamelCase first."""
    fields = {field.json_name: field for field in message.fields}
    return fields | {field.name: field for field in message.fields}


def _unknown(name: str, fields: dict[str, FieldDescriptor], path: str) -> FieldViolation:
    near = difflib.get_close_matches(name[:LONGEST_NAME], fields, 1, 0.6)
    if near:
        return FieldViolation(path, f"has no field {name!r} (did you mean {near[0]}?)")
    # A name that is like no field's may be a drug or a person.
    return FieldViolation(path, f"has a field not known here (known: {', '.join(_known(fields))})")


def _known(fields: dict[str, FieldDescriptor]) -> list[str]:
    return sorted({field.json_name for field in fields.values()})


def _of_field(value: Json, field: FieldDescriptor, path: str) -> Iterator[FieldViolation]:
    if not field.is_repeated:
        yield from _of_one(value, field, path)
    elif not isinstance(value, list):
        yield FieldViolation(path, "expected a list in brackets")
    elif len(value) > MOST.get(field.name, MOST_OBJECTS):
        yield FieldViolation(path, too_many(field.name) if field.name in MOST else "too many")
    else:
        for index, each in enumerate(value):
            yield from _of_one(each, field, f"{path}[{index}]")


def _of_one(value: Json, field: FieldDescriptor, path: str) -> Iterator[FieldViolation]:
    if field.message_type is not None:
        yield from faults(value, field.message_type, path)
    elif value is None or not _fits(value, field):
        yield FieldViolation(path, f"expected {_expected(field)}")


def _fits(value: Json, field: FieldDescriptor) -> bool:
    """Whether protobuf takes the value for this one field."""
    # Protobuf would read true as 1, the first value of every enum, and false as not given.
    if field.containing_type is None or isinstance(value, list | dict | bool):
        return False
    if isinstance(value, str):
        if not (value.isascii() or is_unicode(value)):
            return False
        if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
            return True
    # Protobuf would cut a fraction off: 1.9 is no value of an enum.
    if field.enum_type is not None and isinstance(value, float) and not value.is_integer():
        return False
    alone = {field.name: [value] if field.is_repeated else value}
    try:
        ParseDict(alone, GetMessageClass(field.containing_type)())
    except (ParseError, ValueError, TypeError, OverflowError):
        return False
    return True


def is_unicode(text: str) -> bool:
    """Whether a text can be written in UTF-8: half a character, as JSON may hold, cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _expected(field: FieldDescriptor) -> str:
    if field.enum_type is None:
        return KINDS[field.cpp_type]
    names = [value.name for value in field.enum_type.values if value.number]
    return f"one of {', '.join(names)}"
