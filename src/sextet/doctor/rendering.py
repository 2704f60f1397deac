"""A report on a terminal: signs and words first, colour only as an underline."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sextet.doctor.finding import Finding, Level
from sextet.doctor.report import Report

_SIGNS = {Level.ERROR: "X error", Level.WARNING: "! warning", Level.NOTE: "i note"}
_STYLES = {Level.ERROR: "bold", Level.WARNING: "bold", Level.NOTE: ""}
WIDTH = 100  # columns of a report as text


def text(report: Report) -> str:
    """Return a report as plain text."""
    console = Console(file=io.StringIO(), width=WIDTH, highlight=False, emoji=False, markup=False, color_system=None)
    console.print(report, crop=False)
    file: Any = console.file
    return "\n".join(line.rstrip() for line in str(file.getvalue()).splitlines())


def parts(report: Report) -> Iterator[RenderableType]:
    """Yield what a report shows: what was seen, the findings as a table, then each with its reason and fix."""
    if report.facts:
        yield Text(report.subject, style="bold")
        yield Padding(_pairs(tuple(report.facts.items())), (0, 0, 1, 2), expand=False)
    if report.gpus:
        yield _gpus(report)
    if report.findings:
        yield _table(report)
    for finding in report.findings:
        if finding.level is not Level.NOTE:
            yield _details(finding)
    yield Text(summary(report), style="bold")


def summary(report: Report) -> str:
    """Return the last line: how many findings of each level there are, and what was not judged."""
    return f"{_found(report)} Not judged: {', '.join(report.unjudged)}." if _partly(report) else _found(report)


def _partly(report: Report) -> bool:
    """Whether some of a stack was not judged; where nothing was, there is no need to say of what."""
    return bool(report.unjudged) and (bool(report.findings) or not _nothing(report))


def _nothing(report: Report) -> bool:
    return bool(report.facts) and {*report.unjudged} >= {*report.facts} - {"system"}


def _found(report: Report) -> str:
    if not report.findings and _nothing(report):
        return (
            "Nothing was judged: the doctor compares what goes together, so name more of the stack, such as its "
            "framework, or the cards."
        )
    if not report.findings:
        return "Nothing wrong found." if report.facts else "None of the texts known to the doctor is in it."
    counts = ((level, report.count(level)) for level in Level)
    told = [f"{count} {level}{'s' if count > 1 else ''}" for level, count in counts if count]
    notes = [one for one in report.findings if one.level is Level.NOTE]  # of all others everything stands above
    if not notes:
        return f"{', '.join(told)}."
    which = "the note" if len(notes) == 1 else "a note"
    return f"{', '.join(told)}. `sextet doctor --explain {notes[0].id}` says more of {which}."


def _table(report: Report) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title="Findings", title_justify="left", title_style="bold")
    table.add_column("level", no_wrap=True)
    table.add_column("id", no_wrap=True)
    table.add_column("what")
    table.add_column("seen", overflow="fold", ratio=1)
    for one in report.findings:
        table.add_row(_SIGNS[one.level], one.id, one.title, one.seen, style=_STYLES[one.level])
    return table


def _gpus(report: Report) -> RenderableType:
    """Each card with its values one after the other: a column for each would not fit a terminal of 80."""
    cards = []
    for row in report.gpus:
        first, *others = row.items()
        title = f"{first[0]} {first[1]}  {row.get('name', '')}".rstrip()
        values = ", ".join(f"{name} {value}" for name, value in others if name != "name" and value not in ("", "-"))
        cards.append(("", f"{title}: {values}" if values else title))
    return Group(Text("GPUs", style="bold"), Padding(_pairs(tuple(cards)), (0, 0, 1, 0), expand=False))


def _details(finding: Finding) -> RenderableType:
    body = _pairs((("seen", finding.seen), ("expected", finding.expected), ("why", finding.why)))
    # A command or an address that is cut into lines cannot be copied, so these stand on one line however long.
    whole = [
        Text(f"  {name:<10}{value}", no_wrap=True, overflow="ignore")
        for name, value in (("fix", finding.fix), ("source", finding.source))
    ]
    title = Text(f"{_SIGNS[finding.level]} {finding.id}: {finding.title}", style="bold")
    return Group(title, Padding(body, (0, 0, 0, 2), expand=False), *whole, Text(""))


def _pairs(pairs: tuple[tuple[str, str], ...]) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in pairs:
        grid.add_row(name, value)
    return grid
