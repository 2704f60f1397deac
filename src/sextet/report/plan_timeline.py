"""The timeline of a plan: what every card does and when, in every placement of every rig."""

from __future__ import annotations

from sextet.report.plain import plural
from sextet.report.plan_text import range_text, time_text, time_unit
from sextet.report.plan_view import Schedule, Timeline
from sextet.report.svg import LETTER, Drawing, Scale, drawn, legend, ticks

_HEAD, _LANE, _GAP, _AXIS = 22.0, 20.0, 14.0, 34.0


def timeline_html(part: Timeline) -> str:
    """Return the chart with its legend."""
    colours = legend([(f"f{one['slot']}", one["name"]) for one in part["names"]])
    return drawn(lambda width: _timeline(part, width)) + colours


def _timeline(part: Timeline, width: float) -> Drawing:
    schedules = part["schedules"]
    height = sum(_HEAD + _LANE * len(one["lanes"]) + _GAP for one in schedules) + _AXIS
    longest = max((bar["end"] for one in schedules for lane in one["lanes"] for bar in lane["bars"]), default=0.0)
    longest = max([longest, *(one["seconds"] for one in schedules)]) or 1.0
    left = 12 + LETTER * min(14, max((len(lane["label"]) for one in schedules for lane in one["lanes"]), default=4))
    x = Scale(domain=(0.0, longest), span=(left, width - 14))
    drawing = Drawing(width, height, "What every card does over time, by rig and placement")
    unit, size = time_unit(longest)
    for tick in ticks(longest / size, max(2, int(width / 110))):
        at = x(tick * size)
        drawing.line(at, 4, at, height - _AXIS + 4)
        drawing.text(at, height - 16, f"{tick:g}", anchor="middle")
    drawing.text(width - 4, height - 5, unit, anchor="end")
    top = 0.0
    for one in schedules:
        top = _schedule(drawing, one, x, top)
    return drawing


def _schedule(drawing: Drawing, one: Schedule, x: Scale, top: float) -> float:
    """Draw one schedule from `top` on and return where it ends."""
    left = x.span[0]
    mark = "▸ " if one["chosen"] else ""
    said = f"{mark}{range_text(one['seconds'], one['low'], one['high'])}: {one['rig']}, {one['placement']}"
    if one["left_out"]:
        said += f", {one['left_out']} more cards alike not drawn"
    if one["idle"]:
        said += f", {plural(one['idle'], 'card')} idle"
    drawing.text(4, top + 15, said, cls="name strong" if one["chosen"] else "name", room=drawing.width - 12)
    y = top + _HEAD
    for lane in one["lanes"]:
        drawing.text(left - 6, y + 14, lane["label"], anchor="end", room=left - 10)
        drawing.rect(left, y + 2, x.span[1] - left, _LANE - 5, "track")
        for bar in lane["bars"]:
            start, end = x(bar["start"]), x(bar["end"])
            told = f"{bar['name']}: {time_text(bar['end'] - bar['start'])}, from {time_text(bar['start'])}"
            drawing.rect(start, y + 2, max(end - start, 0.7), _LANE - 5, f"f{bar['slot']} bar", told)
        y += _LANE
    end = x(one["seconds"])
    drawing.line(end, top + _HEAD, end, y, "rule")
    return y + _GAP
