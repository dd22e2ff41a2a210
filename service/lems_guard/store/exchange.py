"""One journey to Redis and back."""

from typing import Any, TypeAlias

from redis.exceptions import RedisClusterException, RedisError

from lems_guard.store.clients import Client

Command: TypeAlias = tuple[str | bytes | int, ...]
Replies: TypeAlias = list[Any]

# What a Redis that is not there, not well or not ours may do. The last two come of the client's
# parser: no number where one must be, and lists within lists within lists.
FAULTS = (RedisError, RedisClusterException, OSError, EOFError, ValueError, RecursionError)


def exchange(client: Client, commands: list[Command]) -> Replies | None:
    """Send commands together; a reply that is an error stands in its place, `None` for no reply."""
    pipeline: Any = client.pipeline(transaction=False)
    for command in commands:
        pipeline.execute_command(*command)
    try:
        replies: Replies = pipeline.execute(raise_on_error=False)
    except FAULTS:
        return None
    return replies
