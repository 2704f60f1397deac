"""The report of a backtest: its view, made of `metrics.json` alone but for the fan charts, and one HTML file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from sextet.core.files import write_text
from sextet.report.backtest_groups import clock_section, coverage_section, differences_section, steps_section
from sextet.report.backtest_tables import (
    fits_table,
    kind_of,
    leaderboard_table,
    scaled_table,
    series_tables,
    spikes_table,
)
from sextet.report.backtest_view import BacktestView, SeriesScores, Spent
from sextet.report.header import ACCURACY
from sextet.report.naming import ENSEMBLE, name_list, shown
from sextet.report.page import Section, absent_html, chart_html, foot_html, lead_html, page_html
from sextet.report.plain import clipped, few, number_text, numbers, plural
from sextet.report.tables import table_html
from sextet.report.view import Absent, Fact, Fan, Header, Tile, Zone
from sextet.report.zone import zone_facts

_CERTAIN = 0.05
_SHIPPED = "sextet-online"
_SCRIPTS = ("dom.js", "scale.js", "chart.js", "hover.js", "fan.js", "backtest.js", "main.js")
_SECTIONS: tuple[tuple[str, str, str], ...] = (
    ("leaderboard", "Leaderboard", "Every forecaster on the same points, each window forecast as if what follows were "
     "not known. Press a heading to sort."),
    ("differences", "Significance", "How much larger the loss of each forecaster is than the ensemble's, with 95 % "
     "intervals."),
    ("fan", "Forecasts", "What was forecast, and what happened. Switch forecasters on and off."),
    ("steps", "By step", "Errors by step of the horizon."),
    ("coverage", "Coverage", "Of 100 intervals that promise 80 %, 80 should hold the truth, at every step."),
    ("clock", "By hour and weekday", ""),
    ("series", "By series", "Those the ensemble forecasts least accurately come first."),
    ("spikes", "Spike warnings", ""),
    ("scaled", "Standardised scale", "As papers on long horizons report it."),
    ("spent", "Time spent", "Seconds to fit each forecaster and to forecast every window with it."),
)  # fmt: skip


def backtest_view(
    metrics: Mapping[str, Any],
    title: str,
    *,
    created: str,
    fan: Fan | Absent | None = None,
    versions: Mapping[str, str] | None = None,
    zone: Zone | None = None,
) -> BacktestView:
    """Build the view of a backtest's report.

    Args:
        metrics: what the backtest wrote to `metrics.json`; missing numbers are None.
        title: heading of the report.
        created: when the backtest ended, as text.
        fan: charts of some forecasts, see `backtest_fan`.
        versions: package -> version.
        zone: of the data.
    """
    config = metrics["config"]
    unit, baselines = config.get("unit", ""), config["baselines"]
    models = [str(row["model"]) for row in metrics["rows"]]
    kinds = {name: kind_of(name, baselines) for name in models}
    first = _first_shown(models, kinds)
    series = series_tables(metrics, unit)
    view: BacktestView = {
        "header": _header(metrics, title, created, versions or {}, zone),
        "names": name_list(
            [name for name in _members(config, models) if kinds.get(name) == "member"],
            [name for name in baselines if name in kinds],
            online=_SHIPPED in kinds,
        ),
        "leaderboard": leaderboard_table(metrics, unit),
        "differences": differences_section(metrics),
        "fan": fan or {"absent": "There are no fan charts because forecasts were not written."},
        "steps": steps_section(metrics, unit, first),
        "coverage": coverage_section(metrics),
        "clock": clock_section(metrics, unit, first),
        "series": series if isinstance(series, dict) else _series(*series),
        "spikes": spikes_table(metrics),
        "scaled": scaled_table(metrics),
        "spent": _spent(metrics),
    }
    if zone is not None:
        view["zone"] = zone
    return view


def render_backtest(view: BacktestView) -> str:
    """Return the HTML of the report."""
    sections = [Section(key=key, label=label, body=_body(view, key, lead)) for key, label, lead in _SECTIONS]
    return page_html(view["header"], sections, view, _SCRIPTS, "About this backtest")


def write_backtest(view: BacktestView, path: str | Path) -> Path:
    """Write the report to `path`, atomically, and return the path.

    Raises:
        ResourceError: the disk is full.
    """
    path = Path(path)
    write_text(path, render_backtest(view))
    return path


def _members(config: Mapping[str, Any], models: Sequence[str]) -> list[str]:
    """Members in the order of the configuration, which fixes the colours of unknown ones; others as they come."""
    specs = _specs(config)
    return [*(name for name in specs if name in models), *(name for name in models if name not in specs)]


def _specs(config: Mapping[str, Any]) -> list[str]:
    return [str(spec.get("name") or spec["member"]) for spec in config["members"]]


def _first_shown(models: Sequence[str], kinds: Mapping[str, str]) -> list[str]:
    """The ensemble, the best member and the best baseline; `models` are in the order of the leaderboard."""
    best = [next((name for name in models if kinds[name] == kind), None) for kind in ("member", "baseline")]
    return [ENSEMBLE, *(shown(name) for name in best if name is not None)]


def _series(first: Any, rest: Any, left_out: str) -> SeriesScores:
    return {"first": first, "rest": rest, "left_out": left_out}


def _spent(metrics: Mapping[str, Any]) -> Spent:
    rows = [row for row in metrics["rows"] if row.get("fit_seconds") is not None]
    rows.sort(key=lambda row: -(row["fit_seconds"] + row["answer_seconds"]))
    fit, answer = ([row[key] for row in rows] for key in ("fit_seconds", "answer_seconds"))
    return {
        "names": [shown(str(row["model"])) for row in rows],
        "fit": numbers(fit, [*fit, *answer, 0.0]),
        "answer": numbers(answer, [*fit, *answer, 0.0]),
        "fits": fits_table(metrics),
        "note": "The ensemble's time is that of its members and of learning weights and calibration. Models of "
        "statsforecast are fitted while they forecast.",
    }


def _header(
    metrics: Mapping[str, Any], title: str, created: str, versions: Mapping[str, str], zone: Zone | None
) -> Header:
    config = metrics["config"]
    return {
        "title": clipped(title, 200),
        "created": created,
        "unit": config.get("unit", ""),
        "accuracy": ACCURACY,
        "tiles": _tiles(metrics),
        "facts": [*_facts(metrics, created, versions), *zone_facts(zone)],
        "notes": few(metrics.get("notes", ())),
    }


def _tiles(metrics: Mapping[str, Any]) -> list[Tile]:
    rows = {str(row["model"]): row for row in metrics["rows"]}
    own = rows["sextet"]
    tiles: list[Tile] = []
    if own.get("accuracy_percent") is not None:
        tiles.append(_tile("Accuracy", f"{own['accuracy_percent']:.1f} %", "100 × (1 − WAPE) of the ensemble"))
    detail = f"on {plural(metrics['windows'], 'window')}"
    tiles.append(_tile("MAE of the ensemble", number_text(own["mae"], metrics["config"].get("unit", ""), 3), detail))
    if own.get("skill") is not None:
        good = own["skill"] > 0
        text = f"{100 * own['skill']:+.1f} %".replace("-", "−")
        words = f"MAE, {'better' if good else 'no better'} than Seasonal naive"
        tiles.append(_tile("Skill", text, words, "good" if good else "bad"))
    covered = rows.get(_SHIPPED, own).get("coverage_80")
    if covered is not None:
        tone = "good" if abs(100 * covered - 80) <= 3 else "bad"
        tiles.append(_tile("80 % interval covers", f"{100 * covered:.1f} %", "of the points, calibrated online", tone))
    return [*tiles, *_standing(metrics)]


def _standing(metrics: Mapping[str, Any]) -> list[Tile]:
    """How many forecasters are clearly worse than the ensemble, and how many clearly better."""
    rows = [row for row in metrics["comparison"] if row["loss"] == "mae" and row["model"] != _SHIPPED]
    sure = [row for row in rows if row["p_value"] is not None and row["p_value"] < _CERTAIN]
    if not rows or all(row["p_value"] is None for row in rows):
        return []
    worse = sum(row["difference_percent"] > 0 for row in sure)
    better = len(sure) - worse
    detail = f"forecasters by MAE (p < {_CERTAIN:g}); {better or 'none'} clearly ahead of it"
    return [_tile("Clearly better than", f"{worse} of {len(rows)}", detail, "bad" if better else "good")]


def _tile(label: str, value: str, detail: str, tone: Any = "plain") -> Tile:
    return {"label": label, "value": value, "detail": detail, "tone": tone}


def _facts(metrics: Mapping[str, Any], created: str, versions: Mapping[str, str]) -> list[Fact]:
    config, seconds = metrics["config"], metrics["seconds"]
    fits = int(metrics["folds"])
    refit = f"anew every {plural(config['refit'], 'cutoff')}, {plural(fits, 'fit')}" if config.get("refit") else "once"
    told = {
        "Data": f"{plural(config['series'], 'series')}, frequency {config['frequency']}",
        "Source": config.get("source", ""),
        "Horizon": plural(config["horizon"], "step"),
        "Cutoffs": f"{metrics['cutoffs']:,} a series at most, {plural(config['step'], 'step')} apart",
        "Windows": f"{metrics['windows']:,}, {metrics['points']:,} observed points",
        "Fitted": refit,
        "Members": ", ".join(shown(name) for name in _specs(config)),
        "Baselines": ", ".join(shown(name) for name in config["baselines"]) or "none",
        "Lookback": plural(config["lookback"], "step") if config.get("lookback") else "chosen from the data",
        "Transform": config["transform"],
        "Seed": str(config["train"]["seed"]),
        "Time": f"{seconds['fit']:,.0f} s to fit, {seconds['answer']:,.0f} s to forecast",
        "Created": created,
        "Versions": ", ".join(f"{name} {version}" for name, version in versions.items()),
    }
    return [{"label": label, "value": clipped(value, 300)} for label, value in told.items() if value]


def _body(view: BacktestView, key: str, lead: str) -> str:
    part: Any = view[key]  # type: ignore[literal-required]
    return absent_html(part["absent"]) if "absent" in part else lead_html(lead) + _BODIES[key](part, view)


def _table_body(label: str) -> Callable[[Any, BacktestView], str]:
    return lambda part, view: table_html(part, label, view["names"]) + foot_html(part["note"])


def _series_body(part: Any, view: BacktestView) -> str:
    told = table_html(part["first"], "Scores by series", view["names"])
    if part["rest"] is not None:
        label = f"Show {len(part['rest']['rows']):,} more series"
        told += (
            f'<details class="said"><summary>{escape(label)}</summary>'
            f"{table_html(part['rest'], 'Scores of further series', view['names'])}</details>"
        )
    return told + foot_html(part["left_out"])


def _spent_body(part: Any, view: BacktestView) -> str:
    told = chart_html("spent") + foot_html(part["note"])
    if part["fits"] is not None:
        label = f"Show the {len(part['fits']['rows']):,} fits"
        told += (
            f'<details class="said"><summary>{escape(label)}</summary>'
            f"{table_html(part['fits'], 'Fits', view['names'], view.get('zone'))}</details>"
        )
    return told


_BODIES: dict[str, Callable[[Any, BacktestView], str]] = {
    "leaderboard": lambda part, view: _table_body("Leaderboard")(part, view) + foot_html(view["header"]["accuracy"]),
    "differences": lambda part, view: chart_html("differences") + foot_html(part["note"]),
    "fan": lambda part, view: chart_html("fan") + foot_html(part["left_out"]),
    "steps": lambda part, view: chart_html("steps"),
    "coverage": lambda part, view: chart_html("coverage"),
    "clock": lambda part, view: chart_html("clock") + foot_html(part["note"]),
    "series": _series_body,
    "spikes": _table_body("Scores of spike warnings"),
    "scaled": _table_body("Leaderboard on the standardised scale"),
    "spent": _spent_body,
}
