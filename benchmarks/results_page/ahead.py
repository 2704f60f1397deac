"""Warnings ahead: the tables of `benchmarks/spike_warnings.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from results_page.evidence import Evidence, Record
from results_page.markdown import NONE, number, page, percent, table

OURS = "ensemble"

INTRO = """For each step of the horizon the probability of a spike, scored by the area under precision and recall of
all steps of the test windows (average precision; an alarm at random has the share of spikes). What a spike is, is fixed
before anything is trained. In brackets the 95 % interval of a bootstrap over blocks of days, paired. `upper quantile`
is the distance of the highest quantile (97.5 %) from the level of a spike; `quantiles, mass above` the probability that
all thirteen give a value beyond it; LightGBM learns from steps of windows as an independent classifier, with the same
history, clock and covariates known ahead, is tuned on the validation part and fitted anew as often as the ensemble."""


def warnings(evidence: Evidence) -> str:
    """Alarms beside each other, by step, lead times, and what the Spike Detector adds."""
    rows = sorted(evidence.warnings, key=lambda row: str(row["task"]))
    if not rows:
        return NONE
    return page(
        (
            INTRO,
            _alarms(rows),
            _losses(rows),
            *_searches(rows),
            "### By step",
            "PR-AUC of the steps at that distance alone.",
            _steps(rows),
            "### How long ahead",
            """Of the spikes (runs of spiked steps), the share that a forecast made before it began warned of, at the
threshold chosen on validation, and the median steps from the first alert that held to the spike. Cutoffs lie as far
apart as the protocol has them, so most spikes have one or two forecasts ahead of them.""",
            _leads(rows),
            "### What the Spike Detector adds",
            """The same backtest with its weights and calibration learned again without the Spike Detector, as forecasts
are made (calibration adapted); negative: better with it.""",
            _ablation(rows),
        )
    )


def _alarms(rows: Sequence[Record]) -> str:
    names = _names(rows)
    cells = []
    for row in rows:
        scores = {name: row["alarms"].get(name, {}).get("average_precision") for name in names}
        best = max(value for value in scores.values() if value is not None)
        shown = [f"**{number(value)}**" if value == best else number(value) for value in scores.values()]
        share = row["spikes"] / row["steps"]
        cells.append([str(row["task"]), str(row["what"]), f"{row['spikes']:,}", percent(share), *shown])
    return table(("task", "a spike is", "spikes", "share", *names), cells, left=2)


def _names(rows: Sequence[Record]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row["alarms"]))


def _losses(rows: Sequence[Record]) -> str:
    """Say of each task which alarms the ensemble is behind and ahead of, and where that may be chance."""
    return "\n".join(f"- {row['task']}: {_standing(row['ahead'])}." for row in rows)


def _searches(rows: Sequence[Record]) -> list[str]:
    """What LightGBM scores as each of its searches leaves it; nothing where it was searched once."""
    again = {row["task"]: found for row in rows if len(found := (row.get("lightgbm") or {}).get("searches", ())) > 1}
    if not again:
        return []
    said = [
        f"{task} {', '.join(number(one['average_precision']) for one in found)} "
        f"(on validation {', '.join(number(one['validation']) for one in found)})"
        for task, found in again.items()
    ]
    return [
        "How much of that is the luck of a search: LightGBM after searches with other seeds, the first as above: "
        f"{'; '.join(said)}."
    ]


def _standing(ahead: Mapping[str, Record]) -> str:
    kinds = {
        "**behind {}**": [name for name, one in ahead.items() if one["high"] < 0],
        "**behind {}**, by less than chance": [n for n, one in ahead.items() if one["difference"] <= 0 <= one["high"]],
        "ahead of {}": [name for name, one in ahead.items() if one["low"] > 0],
        "ahead of {}, by less than chance": [n for n, one in ahead.items() if one["difference"] > 0 >= one["low"]],
    }
    return "; ".join(text.format(_list(ahead, names)) for text, names in kinds.items() if names)


def _list(ahead: Mapping[str, Record], names: Sequence[str]) -> str:
    """Names with how far the ensemble is ahead, in enough digits that no difference is nought."""
    said = []
    for name in names:
        one = ahead[name]
        digits = 4 if abs(one["difference"]) < 0.01 else 3
        low, here, high = (f"{one[key]:+.{digits}f}" for key in ("low", "difference", "high"))
        said.append(f"{name} ({here} [{low}, {high}])")
    return ", ".join(said)


def _steps(rows: Sequence[Record]) -> str:
    cells = []
    for row in rows:
        horizon = int(row["horizon"])
        steps = sorted({1, max(horizon // 4, 1), max(horizon // 2, 1), max(3 * horizon // 4, 1), horizon})
        for name, score in row["alarms"].items():
            told = [number(score["by_step"][step - 1]) for step in steps]
            cells.append([str(row["task"]) if name == OURS else "", name, *told])
        cells[-len(row["alarms"])][0] += f" (steps {', '.join(map(str, steps))})"
    return table(("task", "alarm", "first", "quarter", "half", "three quarters", "last"), cells, left=2)


def _leads(rows: Sequence[Record]) -> str:
    cells = [
        [
            str(row["task"]),
            f"{row['lead']['events']:,}",
            percent(float(row["lead"]["events_warned"])) if row["lead"]["events_warned"] is not None else "–",
            number(row["lead"]["lead_held"], 1),
        ]
        for row in rows
    ]
    return table(("task", "spikes", "warned ahead", "median lead, steps"), cells)


def _ablation(rows: Sequence[Record]) -> str:
    cells = []
    for row in rows:
        for part, words in (("spikes", "steps with a spike"), ("all", "all steps")):
            for metric, name in (("mae", "MAE"), ("pinball", "pinball")):
                one = row["ablation"][f"{metric} {part}"]
                change = f"{one['change_percent']:+.2f} % [{one['low']:+.2f}, {one['high']:+.2f}]"
                cells.append([str(row["task"]), words, name, number(one["without"]), number(one["with"]), change])
    return table(("task", "on", "metric", "without it", "with it", "change"), cells, left=3)
