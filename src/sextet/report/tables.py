"""Tables and lists of facts as HTML; every text escaped, every number with its raw value for sorting."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import numpy as np

from sextet.planner.wording import percent
from sextet.report.plain import number_text
from sextet.report.plan_text import time_text
from sextet.report.view import Cell, Column, Fact, Name, Table, Zone
from sextet.report.zone import clock_text

_DIFFERENCES = ("away", "pull")  # their small values are zero for all that matters, so they line up always
_FORMS: dict[str, Callable[[float], str]] = {
    "duration": time_text,
    "points": lambda value: f"{value:.1f}",
    "short": lambda value: number_text(value, digits=3),
    "drawn": percent,
}
_LONG = 60  # a text column with longer cells may wrap


def facts_html(facts: list[Fact]) -> str:
    """Return labelled texts as a description list."""
    items = "".join(f"<div><dt>{escape(fact['label'])}</dt><dd>{escape(fact['value'])}</dd></div>" for fact in facts)
    return f'<dl class="facts">{items}</dl>'


def table_html(table: Table, label: str, names: list[Name], zone: Zone | None = None) -> str:
    """Return a table that scrolls within itself; the first column heads its rows.

    Args:
        table: columns and rows.
        label: what a screen reader calls it.
        names: forecasters, whose cells get their colour.
        zone: by whose clock stamps are told.
    """
    slots = {name["name"]: name["slot"] for name in names}
    head = "".join(_heading(column) for column in table["columns"])
    decimals = [_decimals(table, column) for column in table["columns"]]
    rows = "".join(
        f"<tr{' class=marked' if place == table['marked'] and len(table['rows']) > 1 else ''}>"
        + "".join(
            _cell(row.get(column["key"]), (column, decimals[k], zone), k == 0, slots)
            for k, column in enumerate(table["columns"])
        )
        + "</tr>"
        for place, row in enumerate(table["rows"])
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(label)}">'
        f'<table class="sortable"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def cell_text(value: Cell, form: str, decimals: int | None = None, zone: Zone | None = None) -> str:
    """Write a cell as its column says, "–" when missing; `decimals` of a number where its column has them alike."""
    if value is None:
        return "–"
    if isinstance(value, str) or form == "text":
        return str(value)
    if form == "integer":
        return f"{value:,.0f}"
    if form == "percent":
        return f"{value:.1f} %".replace("-", "−")
    if form == "signed":
        return f"{value:+.1f} %".replace("-", "−") if abs(value) >= 0.05 else "0.0 %"
    if form == "share":
        return f"{100 * value:.1f} %" if value == 0 or 100 * value >= 0.1 else f"{100 * value:.2g} %"
    if form == "chance":
        return "< 0.001" if value < 0.001 else f"{value:.3f}"
    if form == "stamp":
        return clock_text(value, zone)
    if form in _FORMS:
        return _FORMS[form](float(value))
    return number_text(value) if decimals is None else f"{value:,.{decimals}f}".replace("-", "−")


def _decimals(table: Table, column: Column) -> int | None:
    """Decimals for a whole column of numbers of like size, so that they line up; None lets each cell have its own."""
    cells = [row.get(column["key"]) for row in table["rows"]]
    sizes = [abs(cell) for cell in cells if isinstance(cell, int | float) and cell != 0]
    if column["format"] != "number" or not sizes or not 1e-4 <= max(sizes) < 1e9:
        return None
    if column["key"] not in _DIFFERENCES and max(sizes) > 100 * min(sizes):
        return None
    return int(np.clip(3 - np.floor(np.log10(max(sizes))), 0, 8))


def _heading(column: Column) -> str:
    cls = "" if column["format"] == "text" else ' class="num"'
    hint = f' title="{escape(column["hint"])}"' if column["hint"] else ""
    unit = f"<small>{escape(column['unit'])}</small>" if column["unit"] else ""
    return f'<th scope="col"{cls}{hint}>{escape(column["label"])}{unit}</th>'


def _cell(value: Cell, style: tuple[Column, int | None, Zone | None], first: bool, slots: dict[str, int]) -> str:
    column, decimals, zone = style
    form = column["format"]
    text = escape(cell_text(value, form, decimals, zone))
    tag = 'th scope="row"' if first else "td"
    classes = [] if form == "text" else ["num"]
    if form == "text" and not first and isinstance(value, str) and len(value) > _LONG:
        classes.append("wide")
    if form == "text" and first and isinstance(value, str) and value in slots:
        text = f"{_swatch(slots[value])} {text}"
    elif column["key"] == "severity":
        text = f'<span class="tag {_severity(value)}">{text}</span>'
    elif column["key"] in ("weight", "probability") and isinstance(value, int | float):
        text += _meter(float(value))
    cls = f' class="{" ".join(classes)}"' if classes else ""
    raw = "" if value is None else f' data-value="{escape(str(value))}"'
    title = f' title="{escape(value)}"' if first and isinstance(value, str) and len(value) > 24 else ""
    return f"<{tag}{cls}{raw}{title}>{text}</{tag.split()[0]}>"


def _severity(value: Cell) -> str:
    return str(value) if value in ("watch", "warning", "critical") else ""


def _swatch(slot: int) -> str:
    return (
        f'<svg class="swatch" viewBox="0 0 22 10" aria-hidden="true"><rect class="f{slot}" x="3" width="16" '
        'height="10" rx="2"/></svg>'
    )


def _meter(share: float) -> str:
    width = round(64 * min(max(share, 0.0), 1.0), 1)
    return (
        '<svg class="meter" viewBox="0 0 64 8" aria-hidden="true"><rect class="track" width="64" height="8" rx="4"/>'
        f'<rect class="f10" width="{width}" height="8" rx="4"/></svg>'
    )
