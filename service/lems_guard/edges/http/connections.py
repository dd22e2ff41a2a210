"""How many connections the HTTP ports of a process keep, whatever state they are in."""

import resource
import ssl
from typing import Any

MOST_CONNECTIONS = 1000


class HttpConnections:
    """The connections of all HTTP ports of a process, those among them that still shake hands.

    So many are kept at most: files must be left for gRPC's.
    """

    def __init__(self) -> None:
        """There is none."""
        self._open = set[object]()

    def __len__(self) -> int:
        return len(self._open)

    def begun(self, connection: object) -> None:
        """A connection has been accepted."""
        self._open.add(connection)

    def ended(self, connection: object) -> None:
        """A connection is gone."""
        self._open.discard(connection)

    @property
    def are_too_many(self) -> bool:
        """Whether one has to go."""
        return len(self._open) > most_connections()


class CountedContext(ssl.SSLContext):
    """TLS as another context has it, but none for a connection too many."""

    within: ssl.SSLContext
    connections: HttpConnections

    @staticmethod
    def of(within: ssl.SSLContext, connections: HttpConnections) -> "CountedContext":
        """A context for one port."""
        context = CountedContext(ssl.PROTOCOL_TLS_SERVER)
        context.within, context.connections = within, connections
        return context

    def wrap_bio(self, *given: Any, **named: Any) -> ssl.SSLObject:  # noqa: ANN401 - as ssl has them
        """One connection's TLS; raises `ssl.SSLError`, upon which the connection is closed."""
        if self.connections.are_too_many:
            raise ssl.SSLError("too many connections")
        return self.within.wrap_bio(*given, **named)


def most_connections() -> int:
    """How many connections are kept: half of the files that this process may open, at most."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_CONNECTIONS if files < 0 else min(MOST_CONNECTIONS, files // 2)
