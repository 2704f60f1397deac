"""Memory of a plan: what fills each card while each member trains."""

from __future__ import annotations

from sextet.report.plan_text import gib_text
from sextet.report.plan_view import MemoryChart, Stack
from sextet.report.svg import LETTER, Drawing, Scale, drawn, legend, ticks

_ROW, _HEAD, _AXIS = 22.0, 24.0, 34.0
_SMALL = 0.3
"""Share of what can be had below which stacks would be too short to read beside it; then it lies beyond the axis."""

SLOTS = (11, 0, 1, 2, 12, 14, 4, 5)
"""Colours of the parts, bottom to top."""


def memory_html(part: MemoryChart) -> str:
    """Return the chart with its legend."""
    colours = [(f"f{SLOTS[k % len(SLOTS)]}", name) for k, name in enumerate(part["parts"])]
    return drawn(lambda width: _memory(part, width)) + legend(colours)


def _memory(part: MemoryChart, width: float) -> Drawing:
    stacks = part["stacks"]
    rigs = list(dict.fromkeys(one["rig"] for one in stacks))
    height = _HEAD * len(rigs) + _ROW * len(stacks) + _AXIS
    most, beyond = _reach(stacks)
    letters = min(18 if width < 400 else 28, max((len(one["label"]) for one in stacks), default=4))
    left = 12 + LETTER * letters
    x = Scale(domain=(0.0, most), span=(left, width - (76 if beyond else 14)))
    drawing = Drawing(width, height, "Memory of each card by what fills it, GiB")
    for tick in ticks(most, max(2, int(width / 110))):
        drawing.line(x(tick), 4, x(tick), height - _AXIS + 4)
        drawing.text(x(tick), height - 16, f"{tick:g}", anchor="middle")
    said = "GiB; at the right: of what a process can have" if beyond else "GiB; the line is what a process can have"
    drawing.text(width - 4, height - 5, said, anchor="end", room=width - 8)
    y = 0.0
    for rig in rigs:
        drawing.text(4, y + 16, rig, cls="name", room=width - 12)
        y += _HEAD
        for one in (stack for stack in stacks if stack["rig"] == rig):
            _stack(drawing, one, part["parts"], x, y)
            y += _ROW
    return drawing


def _reach(stacks: list[Stack]) -> tuple[float, bool]:
    """Return the GiB at the end of the axis, and whether what can be had lies far beyond it."""
    needed = max((max(one["high"], one["total"]) for one in stacks), default=1.0)
    usable = [one["usable"] for one in stacks]
    beyond = bool(usable) and needed < _SMALL * min(usable)
    return (needed if beyond else max([needed, *usable])), beyond


def _stack(drawing: Drawing, one: Stack, parts: list[str], x: Scale, y: float) -> None:
    left = x.span[0]
    drawing.text(left - 6, y + 15, one["label"], anchor="end", room=left - 10)
    start = 0.0
    for k, size in enumerate(one["parts"]):
        if size > 0:
            told = f"{one['label']}, {parts[k]}: {gib_text(size)}"
            at = x(start)
            drawing.rect(at, y + 3, x(start + size) - at, _ROW - 8, f"f{SLOTS[k % len(SLOTS)]} bar", told)
        start += size
    drawing.line(x(one["low"]), y + _ROW / 2 - 1, x(one["high"]), y + _ROW / 2 - 1, "cross")
    for end in (one["low"], one["high"]):
        drawing.line(x(end), y + _ROW / 2 - 5, x(end), y + _ROW / 2 + 3, "cross")
    if one["usable"] > x.domain[1]:
        share = f"{100 * one['total'] / one['usable']:.1f} %"
        drawing.text(drawing.width - 6, y + 15, share, anchor="end")
        return
    limit = x(one["usable"])
    drawing.line(limit, y, limit, y + _ROW, "rule threshold")
