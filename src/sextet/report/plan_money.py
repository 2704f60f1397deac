"""Money of a plan: what rigs cost over the years, and rigs by price and time."""

from __future__ import annotations

from html import escape

from sextet.report.plan_text import money_text, range_text, short_money, time_unit
from sextet.report.plan_view import Choice, Costs, Front
from sextet.report.svg import Drawing, Scale, drawn, legend, log_domain, log_ticks, ticks, wide

_HEIGHT = 320.0


def costs_html(part: Costs) -> str:
    """Return the chart of cost by year with its legend."""
    chart = drawn(lambda width: _costs(part, width))
    return chart + legend([(f"f{one['slot']}", one["rig"]) for one in part["lines"]])


def _costs(part: Costs, width: float) -> Drawing:
    lines = part["lines"]
    most = max(max(one["high"]) for one in lines) or 1.0
    years = max(max(one["years"]) for one in lines) or 1.0
    left, right, bottom, top = 64.0, width - 14, _HEIGHT - 44, 24.0
    x, y = Scale(domain=(0.0, years), span=(left, right)), Scale(domain=(0.0, most), span=(bottom, top))
    drawing = Drawing(width, _HEIGHT, f"Purchase and electricity by year, {part['unit']}")
    for tick in ticks(most, 5):
        drawing.line(left, y(tick), right, y(tick))
        drawing.text(left - 6, y(tick) + 4, short_money(tick), anchor="end")
    for tick in ticks(years, max(2, int(width / 110))):
        drawing.text(x(tick), bottom + 17, f"{tick:g}", anchor="middle")
    drawing.text(4, 12, part["unit"])
    drawing.text(right, _HEIGHT - 6, "years", anchor="end")
    for one in lines:
        places = [x(year) for year in one["years"]]
        upper = [(at, y(value)) for at, value in zip(places, one["high"], strict=True)]
        lower = [(at, y(value)) for at, value in zip(places, one["low"], strict=True)]
        drawing.path([*upper, *reversed(lower)], f"area f{one['slot']} faint", closed=True)
    for one in lines:
        points = [(x(year), y(value)) for year, value in zip(one["years"], one["total"], strict=True)]
        drawing.path(points, f"line s{one['slot']} thick solid")
        for (at, place), year, value in zip(points, one["years"], one["total"], strict=True):
            told = f"{one['rig']}, after {year:g} years: {money_text(value, part['unit'])}"
            drawing.dot(at, place, 3.5, f"f{one['slot']} bar", told)
    return drawing


def front_html(part: Front) -> str:
    """Return the chart of price and time with its legend."""
    chart = "".join(["<h3>", escape(f"Price in {part['unit']} and time of a round of training"), "</h3>"])
    entries = [("f10", "on the front: nothing is better in time, price and energy"), ("f13", "other rigs")]
    return chart + drawn(lambda width: _front(part, width)) + legend([*entries, ("f4", "asked for")])


def _front(part: Front, width: float) -> Drawing:
    choices = part["choices"]
    xs = log_domain([one["price"] for one in choices])
    ys = log_domain([one["seconds"] for one in choices])
    unit, size = time_unit(min(one["seconds"] for one in choices))
    left, right, bottom, top = 64.0, width - 14, _HEIGHT + 20, 24.0
    x, y = Scale(domain=xs, span=(left, right), log=True), Scale(domain=ys, span=(bottom, top), log=True)
    drawing = Drawing(width, _HEIGHT + 64, f"Rigs by price and time of a round of training, {part['unit']} and {unit}")
    for tick in log_ticks((ys[0] / size, ys[1] / size), 6):
        drawing.line(left, y(tick * size), right, y(tick * size))
        drawing.text(left - 6, y(tick * size) + 4, f"{tick:,.3g}", anchor="end")
    for tick in log_ticks(xs, max(2, int(width / 120))):
        drawing.line(x(tick), top, x(tick), bottom)
        drawing.text(x(tick), bottom + 17, short_money(tick), anchor="middle")
    drawing.text(4, 12, unit)
    drawing.text(right, _HEIGHT + 58, part["unit"], anchor="end")
    best = sorted((one for one in choices if one["front"]), key=lambda one: (one["price"], one["seconds"]))
    for one in sorted(choices, key=lambda one: (one["asked"], one["front"])):
        slot = 4 if one["asked"] else 10 if one["front"] else 13
        takes = range_text(one["seconds"], one["low"], one["high"])
        told = f"{one['rig']}: {money_text(one['price'], part['unit'])}, {takes}"
        drawing.dot(
            x(one["price"]), y(one["seconds"]), 6 if one["front"] or one["asked"] else 3.5, f"f{slot} bar", told
        )
    _names(drawing, [*(one for one in choices if one["asked"]), *best], x, y)
    return drawing


def _names(drawing: Drawing, choices: list[Choice], x: Scale, y: Scale) -> None:
    """Write names beside the first of `choices`, left out where one would lie over another."""
    taken: list[tuple[float, float, float]] = []
    for one in choices:
        text = one["rig"] if len(one["rig"]) <= 26 else f"{one['rig'][:25]}…"
        size, at, place = wide(text), x(one["price"]), y(one["seconds"])
        start = at + 9 if at + 9 + size < x.span[1] else at - 9 - size
        if start < 2 or any(
            start < right and start + size > left and abs(place - line) < 15 for left, right, line in taken
        ):
            continue
        taken.append((start, start + size, place))
        drawing.text(start, place + 4, text, cls="note")
