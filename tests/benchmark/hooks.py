"""Order entry: the processor time of an order-sign call beside the least that its body costs."""

import contextlib
import http.client
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from benchmark.figures import Figure, NotMeasured, in_turn, ratio
from benchmark.hook_calls import Hospital
from benchmark.servers import Server, service

SIGN = "/cds-services/lems-guard-order-sign"
NO_SUCH_PAGE = "/no-such-page"
CARDS, NO_CARDS = b'"cards":[{', b'"cards":[]'


def against_floor() -> dict[str, Figure]:
    """An order-sign call ÷ the same body posted to a page that is not there."""
    told = cpu_seconds()
    return {
        f"{kind}_vs_floor": ratio(told[kind], told[f"{kind}_floor"])
        for kind in ("hook_no_lems", "hook_lems")
    }


def cpu_seconds(rounds: int = 7, calls: int = 100) -> dict[str, list[float]]:
    """The processor time of the server's call, round by round and kind by kind."""
    without, with_lems = (Hospital(lems=lems).bodies() for lems in (False, True))
    with service(CDS_HOOKS_AUTH="off") as server, posting(server) as cpu:

        def measure(path: str, bodies: Iterator[bytes], said: bytes = b"") -> Callable[[], float]:
            return lambda: cpu(path, list(islice(bodies, calls)), said)

        measures = {
            "hook_no_lems": measure(SIGN, without, NO_CARDS),
            "hook_no_lems_floor": measure(NO_SUCH_PAGE, without),
            "hook_lems": measure(SIGN, with_lems, CARDS),
            "hook_lems_floor": measure(NO_SUCH_PAGE, with_lems),
        }
        in_turn(1, measures)  # to warm up
        return in_turn(rounds, measures)


@contextlib.contextmanager
def posting(server: Server) -> Iterator[Callable[[str, Sequence[bytes], bytes], float]]:
    """What posts bodies one after the other, and tells the server's CPU seconds a call."""

    def cpu_a_call(path: str, bodies: Sequence[bytes], said: bytes) -> float:
        begun = server.cpu_seconds()
        for body in bodies:
            connection.request("POST", path, body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            content = response.read()
            expected = http.client.NOT_FOUND if path == NO_SUCH_PAGE else http.client.OK
            if response.status != expected or said not in content:
                raise NotMeasured(f"{path} was answered by {response.status}, {content[:80]!r}")
        seconds = (server.cpu_seconds() - begun) / len(bodies)
        connection.close()  # the server would, before the next turn
        return seconds

    with contextlib.closing(
        http.client.HTTPConnection("127.0.0.1", server.http_port)
    ) as connection:
        yield cpu_a_call
