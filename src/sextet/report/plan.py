"""The report of `sextet plan`: its view, made of the planner's answer alone, and one HTML file that needs no network.

Charts are drawn here, as SVG, and not in the browser: the page shows everything without scripts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from sextet.core.files import write_text
from sextet.planner.comparison import Comparison
from sextet.report.page import Section, absent_html, foot_html, lead_html, page_html
from sextet.report.plain import clipped, few, plural
from sextet.report.plan_chances import chances_html
from sextet.report.plan_memory import memory_html
from sextet.report.plan_money import costs_html, front_html
from sextet.report.plan_parts import (
    MOST_NAME,
    chances,
    costs,
    front,
    member_names,
    memory,
    roofline,
    timeline,
)
from sextet.report.plan_roofline import roofline_html
from sextet.report.plan_tables import (
    errors_table,
    members_table,
    rigs_table,
    room_table,
    sensitivity_table,
    software_table,
    sources_table,
)
from sextet.report.plan_text import beyond_limits, money_text, range_text
from sextet.report.plan_timeline import timeline_html
from sextet.report.plan_view import PlanView, SourcesView, VerdictView
from sextet.report.tables import table_html
from sextet.report.view import Absent, Fact, Header, Name, Table, Tile

_FOOT = (
    "Every number is quoted, measured or predicted, with its source; predicted ones have 80 % intervals, and the "
    "planner's pages say how far off they were on what was left out."
)
_SCRIPTS = ("dom.js", "chart.js", "plan.js", "main.js")
_SECTIONS: tuple[tuple[str, str, str], ...] = (
    ("verdict", "Verdict", ""),
    ("rigs", "Rigs", "Each rig as it should be used. Press a heading to sort."),
    ("chances", "How sure", "How often each rig wins, over everything the planner is unsure of."),
    ("timeline", "Timeline", "What every card does, members over all cards or on cards of their own; ▸ is chosen."),
    ("members", "Members", "How long each member trains in the chosen placement, and what limits it."),
    ("memory", "Memory", "What fills each card while each member trains in the chosen placement."),
    ("room", "Room", "The largest batch of each member, and the largest PatchTST, that one card holds."),
    ("roofline", "Roofline", "One step of each member: how many FLOPs it does with each byte, and how many a second. "
     "The line is what the card can do."),
    ("costs", "Cost", "Purchase and electricity over the years."),
    ("front", "Pareto front", "Rigs by price and time; no other rig beats one on the front in time, price and energy."),
    ("sensitivity", "Sensitivity", "One thing changed at a time."),
    ("software", "Software", "Until when software serves each card."),
    ("sources", "Sources", "Every number of the answer with its kind, interval and source."),
)  # fmt: skip


def plan_view(
    comparison: Comparison, title: str, *, created: str, versions: Mapping[str, str] | None = None
) -> PlanView:
    """Build the view of a plan's report.

    Args:
        comparison: the planner's answer.
        title: heading of the report.
        created: when the answer was made, as text.
        versions: package -> version.
    """
    names = member_names(comparison)
    changed = sensitivity_table(comparison)
    nothing: Absent = {"absent": "Nothing was changed, so nothing is known of what would change the answer."}
    none: Absent | None = None if comparison.rigs else {"absent": "No rig was named: the search alone has a front."}
    return {
        "header": _header(comparison, title, created, versions or {}),
        "names": names,
        "verdict": _verdict(comparison),
        "rigs": none or rigs_table(comparison),
        "timeline": none or timeline(comparison, names),
        "members": none or members_table(comparison),
        "memory": none or memory(comparison),
        "room": none or room_table(comparison),
        "roofline": roofline(comparison, names),
        "costs": costs(comparison),
        "front": front(comparison),
        "chances": chances(comparison),
        "sensitivity": nothing if changed is None else changed,
        "software": none or software_table(comparison),
        "sources": _sources(comparison),
    }


def render_plan(view: PlanView) -> str:
    """Return the HTML of the report."""
    sections = [Section(key=key, label=label, body=_body(view, key, lead)) for key, label, lead in _SECTIONS]
    quiet = "Without JavaScript, which is off here, tables cannot be sorted; everything else is as it is."
    # what the page shows is in its HTML; the view would only make it twice as large
    return page_html(view["header"], sections, {}, _SCRIPTS, "About this plan", quiet)


def write_plan(view: PlanView, path: str | Path) -> Path:
    """Write the report to `path`, atomically, and return the path.

    Raises:
        ResourceError: the disk is full.
    """
    path = Path(path)
    write_text(path, render_plan(view))
    return path


def _header(comparison: Comparison, title: str, created: str, versions: Mapping[str, str]) -> Header:
    return {
        "title": clipped(title, 200),
        "created": created,
        "unit": "s",
        "accuracy": _FOOT,
        "tiles": _tiles(comparison),
        "facts": _facts(comparison, created, versions),
        "notes": few([*comparison.notes, *(note for rig in comparison.rigs for note in rig.notes)]),
    }


def _tiles(comparison: Comparison) -> list[Tile]:
    told: list[Tile] = []
    if comparison.verdict.rig is not None:
        among = " within the limits" if any(map(beyond_limits, comparison.rigs)) else ""
        told.append(_tile("Take", clipped(comparison.verdict.rig, MOST_NAME), f"best score{among}", "good"))
    for rig in comparison.rigs[:4]:
        found, name = rig.seconds, clipped(rig.name, MOST_NAME)
        score = "no score" if rig.score.total is None else f"{rig.score.total:.1f} out of 10"
        price = rig.money.price
        cost = "no price" if price is None else money_text(price.quantity.value, price.quantity.unit)
        text = range_text(found.value, found.low, found.high)
        value, _, ends = text.partition(" (")
        detail = f"{name}: a round ({ends} · {score} · {cost}"
        over = beyond_limits(rig)
        label = "Cannot train" if rig.cannot_train else over or "Time" if rig.fits else "Does not fit"
        told.append(_tile(label, value, detail, "plain" if label == "Time" else "bad"))
    return told


def _tile(label: str, value: str, detail: str, tone: Any = "plain") -> Tile:
    return {"label": label, "value": value, "detail": detail, "tone": tone}


def _facts(comparison: Comparison, created: str, versions: Mapping[str, str]) -> list[Fact]:
    asked = comparison.question
    told = {
        "Data": asked.data,
        "Horizon": plural(asked.horizon, "step"),
        "Lookback": plural(asked.lookback, "step"),
        "Series": f"{asked.series:,}, {asked.rows:,} rows, {plural(asked.covariates, 'covariate')}",
        "Members": ", ".join(asked.members),
        "Training": f"a round of at most {asked.epochs:,} epochs of {asked.steps:,} steps of {asked.batch:,} windows",
        "Precision": asked.precision,
        "Software": asked.software,
        "Weights": ", ".join(f"{name} {weight:g}" for name, weight in asked.weights.items()),
        "Use": f"{asked.hours_a_day:g} hours a day, {asked.years:g} years",
        "Electricity": str(asked.electricity.quantity),
        "Price lists": ", ".join(asked.price_lists) or "none",
        "Hours of a round at most": "no limit" if asked.hours_limit is None else f"{asked.hours_limit:g}",
        "Budget": "no limit" if asked.budget is None else str(asked.budget),
        "Created": created,
        "Versions": ", ".join(f"{name} {version}" for name, version in versions.items()),
    }
    return [{"label": label, "value": clipped(value, 300)} for label, value in told.items() if value]


def _verdict(comparison: Comparison) -> VerdictView:
    found = comparison.verdict
    return {
        "text": found.text,
        "reasons": few(found.reasons),
        "flips": few(found.flips),
        "rigs": [
            {
                "rig": clipped(rig.name, MOST_NAME),
                "pros": few(rig.pros),
                "cons": few(rig.cons),
                "notes": few([rig.why, rig.precision.why, *rig.limits, rig.heat, *rig.noise, *rig.money.notes]),
            }
            for rig in comparison.rigs
        ],
        "break_even": few([one.text for one in comparison.break_even]),
    }


def _sources(comparison: Comparison) -> SourcesView:
    return {"table": sources_table(comparison), "errors": errors_table(), "assumptions": few(comparison.assumptions)}


def _body(view: PlanView, key: str, lead: str) -> str:
    part: Any = view[key]  # type: ignore[literal-required]
    return absent_html(part["absent"]) if "absent" in part else lead_html(lead) + _BODIES[key](part, view["names"])


def _listed(texts: Sequence[str], heading: str = "") -> str:
    """Sentences as a list below a heading; nothing for none."""
    items = "".join(f"<li>{escape(text)}</li>" for text in texts if text)
    return f"{f'<h3>{escape(heading)}</h3>' if heading else ''}<ul class=notes>{items}</ul>" if items else ""


def _verdict_body(part: Any, names: list[Name]) -> str:
    told = f'<p class="verdict">{escape(part["text"])}</p>'
    told += _listed(part["reasons"], "Why") + _listed(part["flips"], "What would change it")
    told += _listed(part["break_even"], "Break-even")
    rigs = "".join(
        f'<details class="said" open><summary>{escape(one["rig"])}</summary>'
        f"{_listed(one['pros'], 'For')}{_listed(one['cons'], 'Against')}{_listed(one['notes'], 'How it is used')}"
        "</details>"
        for one in part["rigs"]
    )
    return told + f'<div class="grid two">{rigs}</div>'


def _chances_body(part: Any, names: list[Name]) -> str:
    ratios = "" if part["ratios"] is None else table_html(part["ratios"], "How many times longer rigs take", [])
    wins = table_html(part["table"], "Share of draws that each rig wins", [])
    return chances_html(part) + wins + ratios + foot_html(part["note"], *part["assumptions"])


def _sources_body(part: Any, names: list[Name]) -> str:
    errors = "<h3>How far off times were on cards that were left out</h3>" + table_html(part["errors"], "Errors", [])
    numbers = table_html(part["table"], "Numbers and their sources", []) + foot_html(part["table"]["note"])
    return numbers + errors + _listed(part["assumptions"], "Assumed")


def _table_body(label: str) -> Callable[[Any, list[Name]], str]:
    def body(part: Table, names: list[Name]) -> str:
        return table_html(part, label, names) + foot_html(part["note"])

    return body


def _memory_body(part: Any, names: list[Name]) -> str:
    table = table_html(part["table"], "Memory by member and card", names)
    return memory_html(part) + foot_html(part["note"]) + table + foot_html(part["table"]["note"])


def _front_body(part: Any, names: list[Name]) -> str:
    return front_html(part) + foot_html(part["left_out"]) + table_html(part["table"], "Rigs on the front", [])


_BODIES: dict[str, Callable[[Any, list[Name]], str]] = {
    "verdict": _verdict_body,
    "rigs": _table_body("Rigs"),
    "chances": _chances_body,
    "timeline": lambda part, names: timeline_html(part),
    "members": _table_body("Members by rig"),
    "memory": _memory_body,
    "room": _table_body("Room by card"),
    "roofline": lambda part, names: roofline_html(part),
    "costs": lambda part, names: costs_html(part) + foot_html(part["left_out"]),
    "front": _front_body,
    "sensitivity": _table_body("What changes the answer"),
    "software": _table_body("Software by card"),
    "sources": _sources_body,
}
