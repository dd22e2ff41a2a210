"""After a run with canary names and ids, Redis holds none of them, in keys or in values."""

import asyncio
import base64

from lems_guard.library import Edition
from lems_guard.v1 import prescription_pb2 as wire
from lems_guard.v1 import terms_pb2
from redis_servers import Server
from replicas import Replica

CANARY = "Kanarienvogel"


def canaries() -> wire.CheckPrescriptionRequest:
    """Every field that takes free text or an identifier, with a canary in it."""
    coding = wire.Coding(code=f"{CANARY}1", display=f"{CANARY}2")
    rxnorm = wire.Coding(
        system=terms_pb2.CODE_SYSTEM_RXNORM, code=f"{CANARY}3", display=f"{CANARY}4"
    )
    return wire.CheckPrescriptionRequest(
        patient=wire.Patient(birth_date="1961-02-03", conditions=[coding]),
        proposed=[
            wire.Medication(
                id=f"{CANARY}5",
                text="metoprolol 50 mg po bid",
                codings=[coding, rxnorm],
                form_text=f"{CANARY}6",
                route_text=f"{CANARY}7",
                indication=wire.Indication(codings=[coding], text=f"{CANARY}8"),
            ),
            wire.Medication(id=f"{CANARY}9", text=f"ciprofloxacin for Mrs {CANARY}"),
            wire.Medication(id=f"{CANARY}11", text=f"{CANARY} Zithromx 250 mg"),
            wire.Medication(
                id="dose", text="gentamicin", dose=wire.Dose(value=1, unit=f"{CANARY} unit")
            ),
        ],
        active=[wire.Medication(id=f"{CANARY}10", text="Firdapse 20 mg 4x/day")],
    )


def test_redis_holds_nothing_that_names_anybody(edition: Edition, server: Server) -> None:
    async def told() -> None:
        server.client.flushall()
        async with Replica(edition, server.url).running() as replica:
            raw = canaries().SerializeToString()
            await replica.ask(raw)
            await replica.settled()
            while (answer := await replica.ask(raw)).tier != "redis":
                pass
            assert answer.reply.count(CANARY.encode()) > 1

    asyncio.run(told())
    stored = b"".join(part for pair in server.entries().items() for part in pair)
    assert b"metoprolol" in stored
    assert b"azithromycin (Zithromax)" in stored  # what a name that was searched may have meant
    for form in forms_of(CANARY) | forms_of("1961-02-03"):
        assert form not in stored


def forms_of(text: str) -> set[bytes]:
    """A text as it might be written: plain, in other cases, in wider letters, in hexadecimal."""
    plain = text.encode()
    encoded = base64.b64encode(plain)[:8]
    return {
        plain,
        plain.lower(),
        plain.upper(),
        text.encode("utf-16-le"),
        plain.hex().encode(),
        encoded,
    }
