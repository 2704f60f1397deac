"""How often each rig wins, when everything the planner is unsure of is drawn again and again."""

from __future__ import annotations

from sextet.planner.wording import percent
from sextet.report.plan_view import ChancesView, Wins
from sextet.report.svg import LETTER, Drawing, Scale, drawn, legend

_ROW, _AXIS = 34.0, 34.0


def chances_html(part: ChancesView) -> str:
    """Return bars of a hundred percent, one a criterion, with their legend."""
    colours = legend([(f"f{slot}", rig) for slot, rig in zip(part["slots"], part["rigs"], strict=True)])
    return drawn(lambda width: _chances(part, width)) + colours


def _chances(part: ChancesView, width: float) -> Drawing:
    height = _ROW * len(part["wins"]) + _AXIS
    left = 12 + LETTER * max(len(one["criterion"]) for one in part["wins"])
    x = Scale(domain=(0.0, 1.0), span=(left, width - 18))
    drawing = Drawing(width, height, "Share of draws that each rig wins, by criterion")
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        drawing.line(x(share), 2, x(share), height - _AXIS + 4)
        drawing.text(x(share), height - 14, f"{100 * share:.0f} %", anchor="middle" if share < 1 else "end")
    for k, one in enumerate(part["wins"]):
        _bar(drawing, part, one, x, k * _ROW)
    return drawing


def _bar(drawing: Drawing, part: ChancesView, one: Wins, x: Scale, top: float) -> None:
    left = x.span[0]
    drawing.text(left - 6, top + 21, one["criterion"], anchor="end", cls="name")
    start = 0.0
    for rig, slot, share in zip(part["rigs"], part["slots"], one["shares"], strict=True):
        at, end = x(start), x(start + share)
        told = f"{one['criterion']}: {rig} wins {percent(share)} of the draws"
        drawing.rect(at, top + 6, end - at, _ROW - 12, f"f{slot} bar", told)
        start += share
