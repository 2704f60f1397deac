"""The head of a report: figures in tiles, facts, notes, and the one definition of accuracy."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sextet.core.forecast import Forecast
from sextet.core.panel import Panel
from sextet.data.local_stamps import stamp_text
from sextet.report.evaluation import About, Evaluation
from sextet.report.naming import is_ensemble, shown
from sextet.report.plain import clipped, duration_text, few, number_text, plural
from sextet.report.scores import leaderboard_rows
from sextet.report.view import Absent, Calibration, Fact, Header, Spikes, Tile
from sextet.report.zone import zone_words

ACCURACY = "accuracy % = 100 × (1 − WAPE); WAPE is the sum of absolute errors over the sum of absolute values."


def header(
    about: About,
    panel: Panel,
    evaluation: Evaluation | None,
    forecast: Forecast | None,
    parts: tuple[Calibration | Absent, Spikes | Absent],
) -> Header:
    """Build the head; `parts` are the sections of calibration and spikes, whose main figures it repeats."""
    calibration, spikes = parts
    tiles = _score_tiles(evaluation, about.unit) if evaluation is not None else []
    if "absent" not in calibration:
        tiles.append(_coverage_tile(calibration))
    if "absent" not in spikes:
        tiles += _spike_tile(spikes)
    if forecast is not None:
        tiles.append(_alert_tile(forecast))
    notes = dict.fromkeys([*about.notes, *(forecast.notes if forecast else ())])
    return {
        "title": clipped(about.title, 200),
        "created": about.created,
        "unit": about.unit,
        "accuracy": ACCURACY,
        "tiles": tiles,
        "facts": _facts(about, panel, evaluation),
        "notes": few(list(notes)),
    }


def _score_tiles(evaluation: Evaluation, unit: str) -> list[Tile]:
    row = next((row for row in leaderboard_rows(evaluation) if is_ensemble(str(row["model"]))), None)
    if row is None:
        return []
    accuracy, mae, skill = (float(row.get(key, np.nan)) for key in ("accuracy_percent", "mae", "skill"))
    tiles: list[Tile] = []
    if np.isfinite(accuracy):
        tiles.append(_tile("Accuracy", f"{accuracy:.1f} %", "100 × (1 − WAPE) on the test part"))
    tiles.append(_tile("MAE of the ensemble", number_text(mae, unit, 3), f"on {len(evaluation.index):,} test windows"))
    if np.isfinite(skill):
        reference = shown(evaluation.reference)
        words = "better than" if skill > 0 else "no better than"
        text = f"{100 * skill:+.1f} %".replace("-", "−")
        tone: Literal["good", "bad"] = "good" if skill > 0 else "bad"
        tiles.append(_tile("Skill", text, f"MAE, {words} {reference}", tone))
    return tiles


def _coverage_tile(calibration: Calibration) -> Tile:
    at = min(range(len(calibration["nominal"])), key=lambda k: abs(calibration["nominal"][k] - 80))
    level = calibration["nominal"][at]
    online = calibration["online"]
    covered = (online or calibration["static"])[at]
    detail = f"of test points ({'online' if online else 'static'} calibration)"
    if covered is None:
        return _tile(f"{level:g} % interval covers", "–", detail)
    tone: Literal["good", "bad"] = "good" if abs(covered - level) <= 3 else "bad"
    return _tile(f"{level:g} % interval covers", f"{covered:.1f} %", detail, tone)


def _spike_tile(spikes: Spikes) -> list[Tile]:
    row = spikes["scores"]["rows"][0]
    recall, precision = row["recall"], row["precision"]
    if not isinstance(recall, int | float) or not isinstance(precision, int | float):
        return []
    detail = f"{100 * precision:.0f} % of alarms were spikes"
    return [_tile("Spikes warned of", f"{100 * recall:.0f} %", detail)]


def _alert_tile(forecast: Forecast) -> Tile:
    alerts = len(forecast.alerts)
    detail = f"for the {plural(forecast.stamps.shape[1], 'step')} ahead"
    return _tile("Alerts raised", f"{alerts:,}", detail, "bad" if alerts else "plain")


def _tile(label: str, value: str, detail: str, tone: Literal["good", "bad", "plain"] = "plain") -> Tile:
    return {"label": label, "value": value, "detail": detail, "tone": tone}


def _facts(about: About, panel: Panel, evaluation: Evaluation | None) -> list[Fact]:
    def steps(number: int) -> str:
        lasting = duration_text(panel.frequency, number)
        return plural(number, "step") + (f" ({lasting})" if lasting else "")

    told = {
        "Data": f"{plural(panel.series, 'series')}, {plural(int(panel.known.sum()), 'row')}, every "
        f"{duration_text(panel.frequency, 1) or panel.frequency.name}",
        "Horizon": steps(about.horizon),
        "Lookback": steps(about.lookback),
        "Members": ", ".join(shown(name) for name in about.members),
        "Test": _test_span(panel, evaluation),
        "Time zone": zone_words(panel.tz) if panel.tz else "",
        "Unit": about.unit or "not said",
        "Seed": str(about.seed),
        "Created": about.created,
        **about.facts,
        "Versions": ", ".join(f"{name} {version}" for name, version in about.versions.items()),
    }
    return [{"label": label, "value": value} for label, value in told.items() if value]


def _test_span(panel: Panel, evaluation: Evaluation | None) -> str:
    if evaluation is None or not len(evaluation.index):
        return "none kept"
    series = evaluation.index.series
    first = panel.first[series] + evaluation.index.row - panel.offsets[series]
    ends = np.array([first.min(), first.max() + evaluation.target.shape[1] - 1], dtype=np.int64)
    begin, end = panel.frequency.stamps(ends)
    return f"{plural(len(evaluation.index), 'window')}, {stamp_text(begin, panel.tz)} to {stamp_text(end, panel.tz)}"
