"""The report of a run as one HTML file; see `report.page`."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

from sextet.core.files import write_text
from sextet.report.page import Section, absent_html, chart_html, foot_html, lead_html, page_html
from sextet.report.tables import facts_html, table_html
from sextet.report.validate import validate
from sextet.report.view import ReportView

_SCRIPTS = (
    "dom.js",
    "scale.js",
    "chart.js",
    "hover.js",
    "fan.js",
    "combine.js",
    "warn.js",
    "train.js",
    "sections.js",
    "main.js",
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
    sections = [Section(key=key, label=label, body=_body(checked, key, lead)) for key, label, lead in _SECTIONS]
    return page_html(checked["header"], sections, checked, _SCRIPTS, "About this run")


def write_report(view: object, path: str | Path) -> Path:
    """Write the report to `path`, atomically, and return the path.

    Raises:
        RunError: `view` is not the view of a report.
        ResourceError: the disk is full.
    """
    path = Path(path)
    write_text(path, render(view))
    return path


def _body(view: ReportView, key: str, lead: str) -> str:
    part: Any = view[key]  # type: ignore[literal-required]
    return absent_html(part["absent"]) if "absent" in part else lead_html(lead) + _BODIES[key](part, view)


def _table_body(label: str) -> Callable[[Any, ReportView], str]:
    return lambda part, view: table_html(part, label, view["names"], view.get("zone")) + foot_html(part["note"])


def _spikes(part: Any, view: ReportView) -> str:
    scores = table_html(part["scores"], "Scores of spike warnings", view["names"])
    told = part.get("reliability")
    notes = (part["left_out"], told["note"]) if told else (part["left_out"],)
    return chart_html("spikes") + foot_html(*notes) + scores + foot_html(part["scores"]["note"])


def _explanation(part: Any, view: ReportView) -> str:
    told = "".join(
        f'<details class="said"{" open" if k == 0 else ""}><summary>{escape(said["series"])}</summary>'
        f"<p>{escape(said['sentence'])}</p>"
        f"{table_html(said['rows'], 'What members said for ' + said['series'], view['names'])}</details>"
        for k, said in enumerate(part["series"])
    )
    return told + foot_html(*(said["rows"]["note"] for said in part["series"][:1]), part["left_out"])


def _quality(part: Any, view: ReportView) -> str:
    notes = "".join(f"<li>{escape(note)}</li>" for note in part["notes"])
    return (
        facts_html(part["facts"])
        + (f'<ul class="notes">{notes}</ul>' if notes else "")
        + chart_html("quality")
        + table_html(part["series"], "Data quality by series", view["names"], view.get("zone"))
        + foot_html(part["left_out"])
    )


_BODIES: dict[str, Callable[[Any, ReportView], str]] = {
    "fan": lambda part, view: chart_html("fan") + foot_html(part["left_out"]),
    "leaderboard": lambda part, view: _table_body("Leaderboard")(part, view) + foot_html(view["header"]["accuracy"]),
    "skill": lambda part, view: foot_html(part["note"]) + chart_html("skill"),
    "weights": lambda part, view: chart_html("weights") + foot_html(part["note"]),
    "calibration": lambda part, view: chart_html("calibration") + foot_html(part["note"]),
    "spikes": _spikes,
    "alerts": _table_body("Alerts"),
    "explanation": _explanation,
    "training": lambda part, view: foot_html(part["note"]) + chart_html("training"),
    "quality": _quality,
}
