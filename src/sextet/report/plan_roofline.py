"""Rooflines: how fast each member runs on each card, against what the card could do with its arithmetic and memory.

Williams, Waterman, Patterson: Roofline, CACM 52(4), 2009.
"""

from __future__ import annotations

from html import escape

from sextet.report.plain import number_text
from sextet.report.plan_view import Point, Roof, Roofline
from sextet.report.svg import Drawing, Scale, drawn, legend, log_domain, log_ticks

_HEIGHT = 314.0


def roofline_html(part: Roofline) -> str:
    """Return a chart for each card, on the same axes, with their legend."""
    x = log_domain(
        [one["intensity"] for one in _points(part)] + [roof["peak"] / roof["bandwidth"] for roof in part["roofs"]]
    )
    y = log_domain(
        [one[key] for one in _points(part) for key in ("low", "high")] + [one["peak"] for one in part["roofs"]]
    )
    charts = "".join(
        f"<h3>{escape(one['card'])}, "
        f"{escape(one['precision'])}</h3>{drawn(lambda width, one=one: _roof(one, x, y, width))}"  # type: ignore[misc]
        for one in part["roofs"]
    )
    return charts + legend([(f"f{one['slot']}", one["name"]) for one in part["names"]])


def _points(part: Roofline) -> list[Point]:
    return [point for roof in part["roofs"] for point in roof["points"]]


def _roof(one: Roof, xs: tuple[float, float], ys: tuple[float, float], width: float) -> Drawing:
    left, right, bottom, top = 62.0, width - 14, _HEIGHT - 44, 28.0
    x, y = Scale(domain=xs, span=(left, right), log=True), Scale(domain=ys, span=(bottom, top), log=True)
    drawing = Drawing(width, _HEIGHT, f"Roofline of {one['card']} in {one['precision']}, each member a point")
    for tick in log_ticks(ys, 6):
        drawing.line(left, y(tick), right, y(tick))
        drawing.text(left - 6, y(tick) + 4, number_text(tick, digits=1), anchor="end")
    for tick in log_ticks(xs, max(3, int(width / 120))):
        drawing.line(x(tick), top, x(tick), bottom)
        drawing.text(x(tick), bottom + 17, number_text(tick, digits=1), anchor="middle")
    drawing.text(4, 12, "GFLOP/s")
    drawing.text(right, _HEIGHT - 6, "FLOPs a byte of memory", anchor="end")
    knee = one["peak"] / one["bandwidth"]
    roof = [(max(xs[0], ys[0] / one["bandwidth"]), 0.0), (min(max(knee, xs[0]), xs[1]), 0.0), (xs[1], 0.0)]
    drawing.path([(x(at), y(min(one["peak"], one["bandwidth"] * at))) for at, _ in roof], "line s10 thick solid")
    said = f"{number_text(one['peak'], 'GFLOP/s', 3)}, {number_text(one['bandwidth'], 'GB/s', 3)}"
    drawing.text(right - 2, y(one["peak"]) + 17, said, anchor="end", cls="note", room=right - left)
    for point in one["points"]:
        at = x(point["intensity"])
        drawing.line(at, y(point["low"]), at, y(point["high"]), "cross")
        rate, intensity = number_text(point["achieved"], "GFLOP/s", 3), number_text(point["intensity"], digits=3)
        told = f"{point['name']}: {rate} at {intensity} FLOPs a byte"
        drawing.dot(at, y(point["achieved"]), 5.5, f"f{point['slot']} bar", told)
    return drawing
