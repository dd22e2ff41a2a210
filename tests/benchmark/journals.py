"""What the journal costs: processor time of a service that keeps one ÷ one that does not."""

import tempfile
from itertools import islice
from pathlib import Path

import grpc

from benchmark.bodies import checks
from benchmark.figures import Figure, in_turn, ratio
from benchmark.secure import cpu_a_call
from benchmark.servers import Server, service


def against_none(rounds: int = 5, calls: int = 800) -> dict[str, Figure]:
    """First checks on one kept connection, with a journal that the disk keeps ÷ without."""
    bodies = checks(seed=4)
    with (
        tempfile.TemporaryDirectory() as folder,
        service() as plain,
        service(JOURNAL=str(Path(folder, "decisions.jsonl"))) as kept,
        plain.channel() as plain_channel,
        kept.channel() as kept_channel,
    ):

        def asked(server: Server, channel: grpc.Channel) -> float:
            return cpu_a_call(server, channel, list(islice(bodies, calls)), ())

        measures = {
            "plain": lambda: asked(plain, plain_channel),
            "kept": lambda: asked(kept, kept_channel),
        }
        in_turn(1, measures)  # to warm up
        told = in_turn(rounds, measures)
    return {"journal_vs_none": ratio(told["kept"], told["plain"])}
