"""Health by named component: ready only when every component is."""

from collections.abc import Callable


class Health:
    """The state of each component; listeners hear when readiness changes."""

    def __init__(self, *components: str) -> None:
        """Every component starts as not ready."""
        self._states: dict[str, bool] = dict.fromkeys(components, False)
        self._listeners: list[Callable[[bool], None]] = []

    def listen(self, listener: Callable[[bool], None]) -> None:
        """Be told of readiness, now and at each change."""
        self._listeners.append(listener)
        listener(self.ready)

    def set(self, component: str, *, ready: bool) -> None:
        """Note a component's state."""
        before = self.ready
        self._states[component] = ready
        if self.ready is not before:
            for listener in self._listeners:
                listener(self.ready)

    @property
    def ready(self) -> bool:
        """Whether every component is ready."""
        return all(self._states.values())

    def states(self) -> dict[str, str]:
        """Each component's state in a word."""
        return {name: "ready" if ready else "not ready" for name, ready in self._states.items()}
