"""The contract as an OpenAPI 3.1 document, made of the protos' descriptors and their comments.

Nothing of it is written by hand but what the descriptors do not say: how a call goes over HTTP.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from google.protobuf import descriptor_pb2
from google.protobuf.descriptor_pb2 import FieldDescriptorProto as Field

from lems_guard.answering.contract import PACKAGE
from lems_guard.edges.http.connect import STATUSES as CONNECT_STATUSES
from lems_guard.edges.http.plain import HTTP_STATUSES

Schema: TypeAlias = dict[str, Any]
Comments: TypeAlias = dict[tuple[int, ...], str]

# Where things stand in a FileDescriptorProto; the place of a comment is a path of such numbers.
MESSAGES, ENUMS, SERVICES, OF_MESSAGE, OF_ENUM, OF_SERVICE = 4, 5, 6, 2, 2, 2
TYPES: dict[int, Schema] = {
    Field.TYPE_STRING: {"type": "string"},
    Field.TYPE_BOOL: {"type": "boolean"},
    Field.TYPE_DOUBLE: {"type": "number", "format": "double"},
    Field.TYPE_INT32: {"type": "integer", "format": "int32"},
}
NEVER_SEEN = 499  # of whoever has gone
INFO = """Checks the prescriptions of people with Lambert-Eaton myasthenic syndrome.

Every path is there twice: under `/v1`, where a fault is a google.rpc.Status, and under the name
that gRPC and Connect have for it, where a fault is an error of Connect (https://connectrpc.com).
Take one.

Whatever is not answered with 200 was NOT checked. Read a value of an enum that you do not know as
the worst of its kind. What a request holds and this version does not know is refused."""
VIOLATION: Schema = {
    "type": "object",
    "properties": {
        "field": {"type": "string", "description": "The field's path, such as active[0].text."},
        "description": {"type": "string", "description": "What to send instead."},
    },
}
AT_FAULT: Schema = {"type": "array", "items": {"$ref": "#/components/schemas/FieldViolation"}}
FAULTS: dict[str, Schema] = {
    "FieldViolation": VIOLATION,
    "Status": {
        "type": "object",
        "description": "A google.rpc.Status: why nothing was checked.",
        "required": ["code", "message"],
        "properties": {
            "code": {"type": "integer", "description": "A google.rpc.Code."},
            "message": {"type": "string"},
            "details": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"@type": {"type": "string"}, "fieldViolations": AT_FAULT},
                },
            },
        },
    },
    "ConnectError": {
        "type": "object",
        "description": "An error of Connect: why nothing was checked.",
        "required": ["code"],
        "properties": {
            "code": {"type": "string", "description": "A code in words: invalid_argument."},
            "message": {"type": "string"},
            "details": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["type", "value"],
                    "properties": {
                        "type": {"type": "string", "description": "google.rpc.BadRequest"},
                        "value": {"type": "string", "description": "Its bytes, in base64."},
                        "debug": {"type": "object", "properties": {"fieldViolations": AT_FAULT}},
                    },
                },
            },
        },
    },
}


class Spoken(NamedTuple):
    """A dialect as the document tells it: how paths and operations begin, faults, the deadline."""

    path: str
    operation: str
    fault: str
    statuses: Mapping[int, int]
    deadline: Schema


def _header(name: str, pattern: str, words: str) -> Schema:
    schema = {"type": "string", "pattern": pattern}
    return {"name": name, "in": "header", "schema": schema, "description": words}


DIALECTS = (
    Spoken(
        "/v1/",
        "v1_",
        "Status",
        HTTP_STATUSES,
        _header("grpc-timeout", r"^\d{1,8}[HMSmun]$", "How long you will wait: 2S, or 500m."),
    ),
    Spoken(
        f"/{PACKAGE}.",
        "",
        "ConnectError",
        CONNECT_STATUSES,
        _header("connect-timeout-ms", r"^\d{1,10}$", "How long you will wait, in milliseconds."),
    ),
)


class Described(NamedTuple):
    """A unary method with its service's name and its comment."""

    service: str
    method: descriptor_pb2.MethodDescriptorProto
    words: str


def openapi(described: bytes, version: str) -> Schema:
    """The document of a serialised FileDescriptorSet that holds its comments."""
    files = descriptor_pb2.FileDescriptorSet.FromString(described).file
    schemas = FAULTS | {name: schema for file in files for name, schema in _schemas(file)}
    methods = [each for file in files for each in _methods(file)]
    asked = _reached([each.method.input_type for each in methods], schemas)
    told = _reached([each.method.output_type for each in methods], schemas)
    for name in asked - told:  # what answers hold may grow; what is asked may not
        if "properties" in schemas[name]:
            schemas[name]["additionalProperties"] = False
    used = asked | told | FAULTS.keys()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "LEMS Guard",
            "version": version,
            "description": INFO,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{}, {"token": []}],
        "paths": {
            f"{dialect.path}{each.service}/{each.method.name}": {"post": _operation(dialect, each)}
            for dialect in DIALECTS
            for each in methods
        },
        "components": {
            "responses": {
                dialect.fault: _body(dialect.fault) | {"description": "Not checked, and why."}
                for dialect in DIALECTS
            },
            "schemas": {name: schemas[name] for name in sorted(used)},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _schemas(file: descriptor_pb2.FileDescriptorProto) -> Iterator[tuple[str, Schema]]:
    comments = _comments(file)
    for number, message in enumerate(file.message_type):
        place = (MESSAGES, number)
        properties = {
            field.json_name: _described(
                _of_field(field), comments.get((*place, OF_MESSAGE, index), "")
            )
            for index, field in enumerate(message.field)
        }
        schema = {"type": "object", "properties": properties}
        yield message.name, _described(schema, comments.get(place, ""))
    for number, enum in enumerate(file.enum_type):
        place = (ENUMS, number)
        values = [
            f"- `{value.name}`: {comments.get((*place, OF_ENUM, index), '')}"
            for index, value in enumerate(enum.value)
        ]
        told = "\n".join([comments.get(place, ""), "", *values])
        yield (
            enum.name,
            _described({"type": "string", "enum": [each.name for each in enum.value]}, told),
        )


def _of_field(field: descriptor_pb2.FieldDescriptorProto) -> Schema:
    if field.type in {Field.TYPE_MESSAGE, Field.TYPE_ENUM}:
        one = {"$ref": f"#/components/schemas/{_short(field.type_name)}"}
    else:
        one = TYPES[field.type]
    return {"type": "array", "items": one} if field.label == Field.LABEL_REPEATED else dict(one)


def _described(schema: Schema, words: str) -> Schema:
    return schema | ({"description": words} if words else {})


def _comments(file: descriptor_pb2.FileDescriptorProto) -> Comments:
    """What stands above each thing, by its place; a line that was wrapped is one again."""
    return {
        tuple(location.path): location.leading_comments.strip().replace("\n ", "\n")
        for location in file.source_code_info.location
        if location.leading_comments
    }


def _methods(file: descriptor_pb2.FileDescriptorProto) -> Iterator[Described]:
    comments = _comments(file)
    for number, service in enumerate(file.service):
        for index, method in enumerate(service.method):
            if not method.client_streaming:
                words = comments.get((SERVICES, number, OF_SERVICE, index), "")
                yield Described(service.name, method, words)


def _operation(dialect: Spoken, each: Described) -> Schema:
    refused = {"$ref": f"#/components/responses/{dialect.fault}"}
    statuses = sorted({*dialect.statuses.values(), 500} - {NEVER_SEEN})
    return {
        "operationId": f"{dialect.operation}{each.service}_{each.method.name}",
        "tags": [each.service],
        "description": each.words,
        "parameters": [dialect.deadline],
        "requestBody": _body(each.method.input_type) | {"required": True},
        "responses": {
            "200": _body(each.method.output_type) | {"description": "The answer."},
            **{str(status): refused for status in statuses},
        },
    }


def _body(type_name: str) -> Schema:
    reference = {"$ref": f"#/components/schemas/{_short(type_name)}"}
    return {"content": {"application/json": {"schema": reference}}}


def _reached(types: Iterable[str], schemas: dict[str, Schema]) -> set[str]:
    """The schemas that some messages are made of, themselves among them."""
    found: set[str] = set()
    ahead = [_short(each) for each in types]
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead += [_short(each) for each in _references(schemas[name])]
    return found


def _references(schema: Schema) -> Iterator[str]:
    for each in schema.get("properties", {}).values():
        reference = each.get("$ref") or each.get("items", {}).get("$ref")
        if reference:
            yield reference


def _short(name: str) -> str:
    """A message's name without its package, or a schema's without its place."""
    return name.replace("/", ".").rpartition(".")[2]
