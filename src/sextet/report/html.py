"""One self-contained HTML file from a report's view: no network, nothing outside the file.

Head, tables and texts are written here, so that they can be read without scripts; charts are drawn in the browser
from the view, which the page holds as JSON. A content security policy allows this page's own script and style, by
their hashes, and nothing else: not even a series named `<script>` could run or load anything.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from sextet.core.files import write_text
from sextet.report.tables import facts_html, table_html
from sextet.report.validate import validate
from sextet.report.view import Header, ReportView

_STYLES = ("theme.css", "page.css")
_SCRIPTS = (
    "dom.js",
    "scale.js",
    "chart.js",
    "hover.js",
    "fan.js",
    "combine.js",
    "warn.js",
    "train.js",
    "main.js",
)
_LOGO = (
    '<svg viewBox="0 0 26 26" aria-hidden="true"><rect class="f10" width="26" height="26" rx="7"/>'
    '<path d="M4 18 10 13 14 15 22 7 22 19 14 20 10 16Z" fill="#fff" fill-opacity=".4"/>'
    '<path d="M4 18 10 13 14 16 22 11" fill="none" stroke="#fff" stroke-width="2" stroke-linejoin="round"/></svg>'
)
_SECTIONS: tuple[tuple[str, str, str], ...] = (
    ("fan", "Forecast", "History, the ensemble's median with its bands, and what happened. Switch members on and off."),
    ("leaderboard", "Leaderboard", "Members, ensemble and baselines on the same test points. Press a heading to sort."),
    ("skill", "Skill", ""),
    ("weights", "Weights", "How much each member counts at each step of the horizon."),
    (
        "calibration",
        "Calibration",
        "Of 100 intervals that promise 80 %, 80 should hold the truth: points on the diagonal.",
    ),
    ("spikes", "Spikes", "At each time the probability given by the forecast that covered it, against what happened."),
    ("alerts", "Alerts", "Warnings for the forecast after the end of the data."),
    ("explanation", "Explanation", "What each member said for the next forecast, and how much it counted."),
    ("training", "Training", ""),
    ("quality", "Data quality", ""),
)


def render(view: object) -> str:
    """Return the HTML of a report.

    Args:
        view: a `ReportView`, from `build_view` or read back from JSON.

    Raises:
        RunError: it is not the view of a report; the message says where and why.
    """
    checked = validate(view)
    style, script = _asset(*_STYLES), f'(function () {{\n"use strict";\n{_asset(*_SCRIPTS)}}})();\n'
    policy = (
        f"default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"style-src 'sha256-{_hash(style)}'; script-src 'sha256-{_hash(script)}'"
    )
    title = escape(checked["header"]["title"])
    links = "".join(f'<li><a href="#{key}">{label}</a></li>' for key, label, _ in _SECTIONS)
    sections = "\n".join(_section(checked, key, label, lead) for key, label, lead in _SECTIONS)
    page = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} – sextet report</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<header class="top"><div class="brand">{_LOGO}<span>sextet</span></div>
<nav aria-label="Sections"><ul>{links}<li><a href="#about">About</a></li></ul></nav>
<button type="button" id="theme" aria-label="Dark colours" hidden><span>Dark</span></button></header>
<main id="main">
{_hero(checked["header"])}
<noscript><p class="notes">Charts need JavaScript, which is off here. The tables below do not.</p></noscript>
{sections}
{_about(checked["header"])}
</main>
<footer>{escape(checked["header"]["accuracy"])}</footer>
<script type="application/json" id="view">{_embedded(checked)}</script>
<script>{script}</script>
</body>
</html>
"""
    return page.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate in a name cannot be written as UTF-8


def write_report(view: object, path: str | Path) -> Path:
    """Write the report to `path`, atomically, and return the path.

    Raises:
        RunError: `view` is not the view of a report.
        ResourceError: the disk is full.
    """
    path = Path(path)
    write_text(path, render(view))
    return path


@cache
def _asset(*names: str) -> str:
    folder = files("sextet.report") / "assets"
    return "".join((folder / name).read_text(encoding="utf-8") for name in names)


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _embedded(view: ReportView) -> str:
    """The view as JSON that no text in it can break out of: every `<` is escaped."""
    text = json.dumps(view, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _hero(head: Header) -> str:
    facts = {fact["label"]: fact["value"] for fact in head["facts"]}
    line = " · ".join(facts[key] for key in ("Data", "Horizon") if key in facts)
    tiles = "".join(
        f'<div class="tile {tile["tone"]}"><dt>{escape(tile["label"])}</dt>'
        f'<dd class="figure">{escape(tile["value"])}</dd><dd class="detail">{escape(tile["detail"])}</dd></div>'
        for tile in head["tiles"]
    )
    notes = "".join(f"<li>{escape(note)}</li>" for note in head["notes"])
    return (
        f'<div class="hero"><div><h1>{escape(head["title"])}</h1>'
        f'<p class="eyebrow">{escape(line)} · {escape(head["created"])}</p></div>'
        f'<dl class="tiles">{tiles}</dl>' + (f'<ul class="notes">{notes}</ul>' if notes else "") + "</div>"
    )


def _about(head: Header) -> str:
    return (
        '<section class="card" id="about" aria-labelledby="h-about"><h2 id="h-about">About this run</h2>'
        f"{facts_html(head['facts'])}</section>"
    )


def _section(view: ReportView, key: str, label: str, lead: str) -> str:
    part: Any = view[key]  # type: ignore[literal-required]
    if "absent" in part:
        body = f'<p class="absent">{escape(part["absent"])}</p>'
    else:
        body = (f'<p class="lead">{escape(lead)}</p>' if lead else "") + _BODIES[key](part, view)
    return f'<section class="card" id="{key}" aria-labelledby="h-{key}"><h2 id="h-{key}">{label}</h2>{body}</section>'


def _chart(key: str) -> str:
    return f'<div class="draw" data-chart="{key}"></div>'


def _foot(*texts: str) -> str:
    return "".join(f'<p class="foot">{escape(text)}</p>' for text in texts if text)


def _table_body(label: str) -> Callable[[Any, ReportView], str]:
    return lambda part, view: table_html(part, label, view["names"]) + _foot(part["note"])


def _spikes(part: Any, view: ReportView) -> str:
    scores = table_html(part["scores"], "Scores of spike warnings", view["names"])
    return _chart("spikes") + _foot(part["left_out"]) + scores + _foot(part["scores"]["note"])


def _explanation(part: Any, view: ReportView) -> str:
    told = "".join(
        f'<details class="said"{" open" if k == 0 else ""}><summary>{escape(said["series"])}</summary>'
        f"<p>{escape(said['sentence'])}</p>"
        f"{table_html(said['rows'], 'What members said for ' + said['series'], view['names'])}</details>"
        for k, said in enumerate(part["series"])
    )
    return told + _foot(*(said["rows"]["note"] for said in part["series"][:1]), part["left_out"])


def _quality(part: Any, view: ReportView) -> str:
    notes = "".join(f"<li>{escape(note)}</li>" for note in part["notes"])
    return (
        facts_html(part["facts"])
        + (f'<ul class="notes">{notes}</ul>' if notes else "")
        + _chart("quality")
        + table_html(part["series"], "Data quality by series", view["names"])
        + _foot(part["left_out"])
    )


_BODIES: dict[str, Callable[[Any, ReportView], str]] = {
    "fan": lambda part, view: _chart("fan") + _foot(part["left_out"]),
    "leaderboard": lambda part, view: _table_body("Leaderboard")(part, view) + _foot(view["header"]["accuracy"]),
    "skill": lambda part, view: _foot(part["note"]) + _chart("skill"),
    "weights": lambda part, view: _chart("weights") + _foot(part["note"]),
    "calibration": lambda part, view: _chart("calibration") + _foot(part["note"]),
    "spikes": _spikes,
    "alerts": _table_body("Alerts"),
    "explanation": _explanation,
    "training": lambda part, view: _foot(part["note"]) + _chart("training"),
    "quality": _quality,
}
