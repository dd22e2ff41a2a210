"""Proves an adapter: gives it sixty prescriptions, and holds its answers to what is right.

    python run.py http://127.0.0.1:8080      ask a service itself, over its HTTP port
    python run.py -- COMMAND [ARGUMENT …]    ask a program of yours

A program gets one CheckPrescriptionRequest a line on its standard input, as proto3 JSON, and writes
one CheckPrescriptionStreamResponse a line: `{"response": …}`, or `{"error": {"code": …,
"fieldViolations": …}}`. It needs the standard library alone. It ends with 0 where all is right, and
with 1 after it has told each line that is not.
"""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

PRESCRIPTIONS = Path(__file__).with_name("prescriptions.ndjson")
CHECK = "/v1/InteractionCheckService/CheckPrescription"
# Alerts that are held to be right, all of them: lesser ones come and go with the rules.
SEEN = ("SEVERITY_CONTRAINDICATED", "SEVERITY_AVOID", "SEVERITY_CAUTION")
NOT_UNDERSTOOD = ("DISPOSITION_UNRESOLVED", "DISPOSITION_AMBIGUOUS")
Value = dict[str, Any]


def prescriptions() -> list[Value]:
    """Each with its name, its clinical reason, the request, and what is expected."""
    return [json.loads(line) for line in PRESCRIPTIONS.read_text("utf-8").splitlines()]


def wrong(expected: Value, told: Value) -> Iterator[str]:
    """What is wrong with what was told; nothing where it is right."""
    if "code" in expected:
        yield from _of_refusal(expected, told.get("error"))
    elif "response" not in told:
        yield f"not answered: {told.get('error') or 'nothing came'}"
    else:
        yield from _of_answer(expected, told["response"])


def _of_refusal(expected: Value, error: Value | None) -> Iterator[str]:
    if error is None:
        yield f"answered, where it must be refused: {', '.join(expected['fields'])}"
        return
    fields = [each.get("field", "") for each in error.get("fieldViolations", [])]
    if (error.get("code"), fields) != (expected["code"], expected["fields"]):
        yield f"refused with code {error.get('code')} for {fields}, expected {expected}"


def _of_answer(expected: Value, response: Value) -> Iterator[str]:
    alerts = [_shown(alert) for alert in response.get("alerts", [])]
    seen = [alert for alert in alerts if alert["severity"] in SEEN]
    missing = [alert for alert in expected["alerts"] if alert not in seen]
    missing += [alert for alert in expected.get("also", []) if alert not in alerts]
    yield from (f"missing: {_words(alert)}" for alert in missing)
    needless = [alert for alert in seen if alert not in expected["alerts"]]
    yield from (f"too much: {_words(alert)}" for alert in needless)
    if response.get("completeness") != expected["completeness"]:
        yield f"{response.get('completeness')}, expected {expected['completeness']}"
    yield from _of_doubt(expected, response)


def _of_doubt(expected: Value, response: Value) -> Iterator[str]:
    unread = [
        each["id"]
        for each in response.get("medications", [])
        if each.get("disposition") in NOT_UNDERSTOOD
    ]
    if unread != expected.get("notUnderstood", []):
        yield f"not understood: {unread}, expected {expected.get('notUnderstood', [])}"
    gaps = [gap["fact"] for gap in response.get("gaps", [])]
    missing = [fact for fact in expected.get("gaps", []) if fact not in gaps]
    if missing:
        yield f"does not say what is not known: {', '.join(missing)}"


def _shown(alert: Value) -> Value:
    return {name: alert.get(name) for name in ("severity", "certainty", "drug", "medicationIds")}


def _words(alert: Value) -> str:
    return f"{alert['severity']} {alert['certainty']} {alert['drug']} {alert['medicationIds']}"


def by_http(address: str, requests: Sequence[Value]) -> Iterator[Value]:
    """What a service says."""
    for request in requests:
        asked = urllib.request.Request(  # noqa: S310 - whoever runs this names the address
            address.rstrip("/") + CHECK,
            json.dumps(request).encode(),
            {"content-type": "application/json", "grpc-timeout": "60S"},
        )
        try:
            with urllib.request.urlopen(asked) as reply:  # noqa: S310 - the same
                yield {"response": json.load(reply)}
        except urllib.error.HTTPError as refused:
            status = json.load(refused)
            yield {"error": status | status.get("details", [{}])[0]}


def by_program(command: Sequence[str], requests: Sequence[Value]) -> Iterator[Value]:
    """What a program says; a line that does not come is no answer."""
    lines = "".join(json.dumps(request) + "\n" for request in requests)
    ran = subprocess.run(command, input=lines, stdout=subprocess.PIPE, text=True, check=False)
    told = [json.loads(line) for line in ran.stdout.splitlines() if line.strip()]
    yield from [*told, *({} for _ in requests)][: len(requests)]
    if len(told) > len(requests):
        raise SystemExit(f"{len(told)} lines for {len(requests)} prescriptions")


def main(arguments: Sequence[str]) -> int:
    """The exit code."""
    if not arguments or arguments == ["--"]:
        sys.exit(__doc__)
    lines = prescriptions()
    requests = [line["request"] for line in lines]
    if arguments[0] == "--":
        answers = by_program(arguments[1:], requests)
    else:
        answers = by_http(arguments[0], requests)
    failed = 0
    for number, (line, told) in enumerate(zip(lines, answers, strict=True), 1):
        faults = list(wrong(line["expected"], told))
        failed += bool(faults)
        for fault in faults:
            print(f"{number} {line['name']}: {fault}\n    {line['why']}")  # noqa: T201
    print(f"{len(lines) - failed} of {len(lines)} right")  # noqa: T201
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
