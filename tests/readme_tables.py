"""README's tables of settings and metrics, written from the tables in the code.

`make readme` writes them; a test holds README to them.
"""

from collections.abc import Iterable
from pathlib import Path

from lems_guard.settings import settings_table
from lems_guard.telemetry.instruments import INSTRUMENTS

README = Path(__file__).parents[1] / "README.md"


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(map(cell, line))} |" for line in lines)


def cell(text: str) -> str:
    return text.replace("|", "\\|")


def code(text: str) -> str:
    return f"`{text}`" if text else ""


def settings() -> str:
    rows = [(code(name), code(default), meaning) for name, default, meaning in settings_table()]
    return table(("variable", "default", "meaning"), rows)


def metrics() -> str:
    rows = [
        (
            code(each.name),
            each.kind,
            each.unit,
            ", ".join(map(code, each.labels)),
            each.help,
            code(each.recorded_by),
        )
        for each in INSTRUMENTS
    ]
    return table(("metric", "type", "unit", "labels", "meaning", "recorded by"), rows)


def with_tables(readme: str) -> str:
    """The text with its two tables as the code has them now."""
    for name, content in (("settings", settings()), ("metrics", metrics())):
        begin, end = f"<!-- BEGIN {name} -->\n", f"<!-- END {name} -->"
        before, _, rest = readme.partition(begin)
        _, _, after = rest.partition(end)
        readme = f"{before}{begin}{content}\n{end}{after}"
    return readme


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text("utf-8")), "utf-8")
