"""The frame of every report: one self-contained HTML file, no network, nothing outside the file.

Head, tables and texts are written here, so that they can be read without scripts; charts are drawn in the browser
from the view, which the page holds as JSON. A content security policy allows this page's own script and style, by
their hashes, and nothing else: not even a series named `<script>` could run or load anything.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files

from sextet.report.tables import facts_html
from sextet.report.view import Header

_STYLES = ("theme.css", "page.css")
_LOGO = (
    '<svg viewBox="0 0 26 26" aria-hidden="true"><rect class="f10" width="26" height="26" rx="7"/>'
    '<path d="M4 18 10 13 14 15 22 7 22 19 14 20 10 16Z" fill="#fff" fill-opacity=".4"/>'
    '<path d="M4 18 10 13 14 16 22 11" fill="none" stroke="#fff" stroke-width="2" stroke-linejoin="round"/></svg>'
)


@dataclass(frozen=True, kw_only=True)
class Section:
    """One card of a report.

    Attributes:
        key: its id in the page.
        label: its heading.
        body: HTML.
    """

    key: str
    label: str
    body: str


_NO_SCRIPT = "Charts need JavaScript, which is off here. The tables below do not."


def page_html(
    head: Header,
    sections: Sequence[Section],
    view: object,
    scripts: Sequence[str],
    about: str,
    no_script: str = _NO_SCRIPT,
) -> str:
    """Return the HTML of a report.

    Args:
        head: title, tiles, facts and notes.
        sections: in their order.
        view: what the scripts draw from; plain values for JSON.
        scripts: names of files in `assets`, in the order they are run.
        about: heading of the last section, which holds the facts.
        no_script: what is said where scripts are off.
    """
    style, script = _asset(*_STYLES), f'(function () {{\n"use strict";\n{_asset(*scripts)}}})();\n'
    policy = (
        f"default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"style-src 'sha256-{_hash(style)}'; script-src 'sha256-{_hash(script)}'"
    )
    links = "".join(f'<li><a href="#{one.key}">{one.label}</a></li>' for one in sections)
    cards = "\n".join(_card(one) for one in sections)
    page = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(head["title"])} – sextet report</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<header class="top"><div class="brand">{_LOGO}<span>sextet</span></div>
<nav aria-label="Sections"><ul>{links}<li><a href="#about">About</a></li></ul></nav>
<button type="button" id="theme" aria-label="Dark colours" hidden><span>Dark</span></button></header>
<main id="main">
{_hero(head)}
<noscript><p class="notes">{escape(no_script)}</p></noscript>
{cards}
{_card(Section(key="about", label=about, body=facts_html(head["facts"])))}
</main>
<footer>{escape(head["accuracy"])}</footer>
<script type="application/json" id="view">{_embedded(view)}</script>
<script>{script}</script>
</body>
</html>
"""
    return page.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate in a name cannot be written as UTF-8


def chart_html(key: str) -> str:
    """Return the place where the script draws the chart `key`."""
    return f'<div class="draw" data-chart="{key}"></div>'


def lead_html(text: str) -> str:
    """Return the sentence above a section's body; empty for none."""
    return f'<p class="lead">{escape(text)}</p>' if text else ""


def foot_html(*texts: str) -> str:
    """Return what is said below a chart or table; empty texts are left out."""
    return "".join(f'<p class="foot">{escape(text)}</p>' for text in texts if text)


def absent_html(text: str) -> str:
    """Return why a section is empty."""
    return f'<p class="absent">{escape(text)}</p>'


@cache
def _asset(*names: str) -> str:
    folder = files("sextet.report") / "assets"
    return "".join((folder / name).read_text(encoding="utf-8") for name in names)


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _embedded(view: object) -> str:
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


def _card(one: Section) -> str:
    return (
        f'<section class="card" id="{one.key}" aria-labelledby="h-{one.key}">'
        f'<h2 id="h-{one.key}">{one.label}</h2>{one.body}</section>'
    )
