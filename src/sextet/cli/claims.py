"""How `sextet plan --claims` shows judgements on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sextet.app.claims import Claims

if TYPE_CHECKING:
    from rich.console import Console

    from sextet.planner.claims.judgement import Judgement

_SIGNS = {"holds": "= holds", "does not hold": "X does not hold", "depends": "? depends"}
_INDENT = 2


def print_claims(console: Console, found: Claims) -> None:
    """Print every judgement: the words, the verdict, why, the arithmetic and the sources."""
    from rich.text import Text

    console.print(Text(found.setting, overflow="fold"))
    topic = ""
    for one in found.judgements:
        if one.topic != topic:
            topic = one.topic
            console.print()
            console.print(Text(topic.capitalize(), style="bold underline"))
        _print(console, one)
    console.print()
    console.print(Text(found.summary, style="bold"))


def _print(console: Console, one: Judgement) -> None:
    from rich.padding import Padding
    from rich.text import Text

    console.print()
    console.print(Text(f"{_SIGNS[one.verdict]}: {one.statement}", style="bold", overflow="fold"))
    if one.brief:
        console.print(Padding(Text(f"In short: {one.brief}.", style="bold", overflow="fold"), (0, 0, 0, _INDENT)))
    console.print(Padding(Text(one.why, overflow="fold"), (0, 0, 0, _INDENT)))
    for line in one.arithmetic:
        console.print(Padding(Text(f"- {line}", overflow="fold"), (0, 0, 0, _INDENT)))
    for source in one.sources:
        # an address that is cut into lines cannot be copied
        console.print(Text(f"{' ' * _INDENT}source: {source}"), soft_wrap=True)
