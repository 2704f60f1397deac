"""The page of results: what it says of made-up evidence, and that the one kept is what the evidence makes.

SEXTET_REWRITE_GOLDEN=1 rewrites the page of the made-up evidence.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

import results
from results_page import ahead, comparisons, others, published, searched, standings
from results_page.bars import BARS, Bar
from results_page.evidence import competitor, gather, keep
from results_page.markdown import number, table
from results_page.published import Published
from results_page.whole import written

GOLDEN = Path(__file__).parent / "results_page.md"
NAMES = ("ETTh1-96", "ETTh1-192", "M4-Hourly")


def _row(model: str, pinball: float, coverage: float = 0.8) -> dict[str, Any]:
    return {"model": model, "pinball": pinball, "coverage_80": coverage, "accuracy_percent": 100 - 100 * pinball}


def _record(
    cell: str, scores: dict[str, dict[str, float]], pinball: dict[str, float], **changes: Any
) -> dict[str, Any]:
    rows = [_row(model, loss, 0.81 if model == "sextet-online" else 0.9) for model, loss in pinball.items()]
    return {
        "cell": cell,
        "set": cell.partition("-")[0],
        "horizon": 96,
        "protocol": "All of it.",
        "proof": {"what": "w", "known": {"MSE": 1.2944, "first day": 20160101}, "found": {"MSE": 1.29437}},
        "metrics": list(next(iter(scores.values()))),
        "scores": scores,
        "rows": rows,
        "scaled_rows": rows,
        "comparison": [{"model": "gru", "loss": "pinball", "p_value": 0.0213}],
        "windows": 2785,
        "points": 1871520,
        "refit": 0,
        "config": {"train": {"rounds": 4}},
        "seconds": {"train": 600.4, "test": 60.0, "this call": 1.0},
        "quick": False,
        "seed": 0,
        "versions": {"python": "3.11.9", "sextet": "0.2.0"},
        "machine": {"processors": 2, "model": "Some CPU", "system": "Linux x86_64"},
        "commit": "abc",
        "date": "2026-01-02",
        **changes,
    }


def _warned(task: str, ours: float, rival: float) -> dict[str, Any]:
    """A task of spike warnings: the ensemble, one rival that is ahead or not, one that is behind within chance."""
    said = {"ensemble": ours, "upper quantile": rival, "LightGBM, 50 trials": ours - 0.01}
    change = {"with": 3.0, "without": 3.1, "change_percent": -3.2258, "low": -5.0, "high": -1.0, "steps": 30}
    parts = (f"{metric} {part}" for metric in ("mae", "pinball") for part in ("all", "spikes", "calm"))
    return {
        "task": task,
        "what": "above a level",
        "horizon": 12,
        "steps": 10_000,
        "spikes": 120,
        "alarms": {
            name: {"average_precision": value, "by_step": [value + 0.01 * (6 - step) for step in range(12)]}
            for name, value in said.items()
        },
        "ahead": {
            name: {
                "difference": ours - value,
                "low": ours - value - (0.05 if name.startswith("L") else 0.01),
                "high": ours - value + 0.05,
            }
            for name, value in said.items()
            if name != "ensemble"
        },
        "lead": {"events": 14, "events_warned": 0.5, "lead_first": 8.0, "lead_held": 7.0},
        "ablation": dict.fromkeys(parts, change),
        "lightgbm": {
            "searches": [
                {"seed": seed, "validation": 0.3 + seed / 10, "average_precision": ours - 0.01 - seed / 10}
                for seed in range(1 + (task == "EPF-DE"))
            ]
        },
    }


def _tuned(name: str, maes: tuple[float, float], left_out: bool = True) -> dict[str, Any]:
    """A search: defaults of MAE 14.5 with either seed, and what was found."""
    findings = [
        {"name": "gru", "trials": 9, "changed": "lookback 72 -> 144", "verdict": "found"},
        {"name": "rule-based", "trials": 0, "changed": "", "verdict": "left out" if left_out else "default"},
        {"name": "training", "trials": 3, "changed": "", "verdict": "default"},
    ]
    forms = [("defaults", 14.5, 101), ("found", maes[0], 101), ("defaults", 14.5, 102), ("found", maes[1], 102)]
    return {
        "set": name,
        "search": {"seconds": 1800.0, "findings": findings if left_out else findings[1:]},
        "config": {"train": {"epochs": 4, "steps": 50}},
        "scores": [
            {"form": form, "seed": seed, "mae": mae, "pinball": mae / 3, "seconds": 10.0 * mae}
            for form, mae, seed in forms
        ],
        **{"processors": 1, "workers": 1},
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two cells, one of them with two seeds, and a row of each other benchmark."""
    loss = {"sextet": 0.06, "sextet-online": 0.059, "gru": 0.065, "rule-based": 0.2, "ridge": 0.07}
    won = {"sextet": 0.350, "gru": 0.36, "rule-based": 0.5, "ridge": 0.365}
    lost = {"sextet": 0.41, "gru": 0.40, "rule-based": 0.6, "ridge": 0.39}
    for name, scores, changes in (
        ("ETTh1-96", won, {}),
        ("ETTh1-96", {**won, "sextet": 0.354}, {"seed": 1}),
        ("ETTh1-192", lost, {"horizon": 192}),
        ("ETTh1-336", lost, {"quick": True}),
    ):
        pinball = loss if name == "ETTh1-96" else {**loss, "sextet": 0.068}
        record = _record(
            name, {model: {"MSE": mse, "MAE": mse + 0.03} for model, mse in scores.items()}, pinball, **changes
        )
        (tmp_path / f"{name}.{record['seed']}.json").write_text(json.dumps(record))
    rows = {
        "ablations": {
            "what": "skip",
            "set": "ETTh1-96",
            "part": "select",
            "loss_without": 0.4,
            "loss_with": 0.39,
            "change_percent": -2.5,
        },
        "competitors": {
            "rows": [
                {"set": "Glucose", "system": "sextet", "mae": 14.5, "pinball": 5.0, "seconds": 880.0, "notes": None},
                {"set": "Glucose", "system": "Other", "mae": 15.5, "pinball": 4.9, "seconds": 900.0, "notes": "preset"},
            ]
        },
        "tuning": [_tuned("Glucose", (14.2, 14.3)), _tuned("EPF-DE", (14.4, 14.7), left_out=False)],
        "warnings": [_warned("Glucose", 0.8, 0.7), _warned("EPF-DE", 0.3, 0.32)],
    }  # fmt: skip
    for kind, held in rows.items():
        (tmp_path / kind).mkdir()
        (tmp_path / kind / "x.json").write_text(json.dumps(held))
    return tmp_path


FIGURES = tuple(
    Published(cell=cell, model=model, metric="MSE", value=value, note="lookback 512", source="a paper")
    for cell, model, value in (
        ("ETTh1-96", "Best", 0.352),
        ("ETTh1-192", "Best", 0.39),
        ("ETTh1-192", "Next", 0.405),
        ("M4-Hourly", "Any", 1.0),
    )
)


def test_the_page_of_made_up_evidence(folder):
    page = written(gather(folder, FIGURES, NAMES), NAMES)
    if os.environ.get("SEXTET_REWRITE_GOLDEN"):
        GOLDEN.write_text(page, encoding="utf-8")
    assert page == GOLDEN.read_text(encoding="utf-8")


def test_the_page_that_is_kept_is_what_the_evidence_makes():
    assert results.PAGE.read_text(encoding="utf-8") == results.made(), "run: python benchmarks/results.py"


def test_the_alarm_that_is_ahead_is_named(folder):
    lines = ahead.warnings(gather(folder, FIGURES, NAMES)).splitlines()
    assert (
        "- EPF-DE: **behind upper quantile (-0.020 [-0.030, +0.030])**, by less than chance; "
        "ahead of LightGBM, 50 trials (+0.010 [-0.040, +0.060]), by less than chance."
    ) in lines
    assert (
        "- Glucose: ahead of upper quantile (+0.100 [+0.090, +0.150]); "
        "ahead of LightGBM, 50 trials (+0.010 [-0.040, +0.060]), by less than chance."
    ) in lines
    nothing = gather(folder / "none", FIGURES, NAMES)
    assert ahead.warnings(nothing) == ahead.NONE


def test_losses_are_said_plainly(folder):
    lost = standings.losses(gather(folder, FIGURES, NAMES))
    assert lost.splitlines() == [
        "- ETTh1-192: MSE 0.4100, floor missed by 3.8 %.",
        "- ETTh1-192: 2 published MSE figures are better; the best, Best, 0.3900 against 0.4100.",
        "- ETTh1-192: the baseline ridge has MSE 0.3900 against 0.4100.",
        "- ETTh1-192: the member gru has MSE 0.4000 against 0.4100.",
    ]


def test_the_worst_cell_and_the_mean_over_cells(folder):
    said = comparisons.members(gather(folder, FIGURES, NAMES))
    # (0.060 + 0.068) / 2 against (0.065 + 0.065) / 2; the worst cell is the one where it is 0.068 against 0.065
    assert "the ensemble's pinball is better than that of every member" in said
    assert "worst cell is ETTh1-192: +4.62 % against gru, **more than** the 1 %" in said
    assert "| sextet | 0.0640 |" in said and "| gru | 0.0650 |" in said
    assert "lies within 77 to 83 % in every cell" in said


def test_the_claim_of_accuracy_is_held_against_named_cells(folder):
    said = comparisons.accuracy(gather(folder, FIGURES, NAMES))
    assert "| ETTh1-96 | 94.0 % | 93.0 % ridge |" in said
    assert "93.7 % or more is reached on ETTh1-96, and on no other cell measured." in said


def test_who_is_ahead_among_libraries(folder):
    said = others.competitors(gather(folder, FIGURES, NAMES))
    assert "MAE: sextet is ahead of all. pinball: **Other is ahead.**" in said


def test_a_search_that_does_not_beat_the_defaults_is_said_to(folder):
    said = searched.searched(gather(folder, FIGURES, NAMES)).splitlines()
    assert "| EPF-DE | MAE | 14.50 | 14.55 | +0.34 % | 1 of 2 |" in said
    assert "| Glucose | pinball | 4.833 | 4.750 | -1.72 % | 2 of 2 |" in said
    assert "What was found does **not** beat the defaults on EPF-DE (MAE), EPF-DE (pinball), of 2 sets." in said
    assert "  - gru: lookback 72 -> 144" in said and "  - rule-based: left out" in said
    assert "  - all stays as the defaults have it" in said


def test_a_result_of_the_comparison_with_other_libraries_is_a_row():
    result = {
        **{"set": "glucose", "minutes": 15.0, "cores": 2, "seed": 0, "system": "darts", "label": "Darts"},
        "scores": {"mae": 15.0, "pinball": 5.5, "coverage_80": 0.8, "points": 10},
        "seconds": {"train": 901.0, "predict": 2.0, "process": 950.0},
        **{"over": ["time"], "notes": ["TCN and NHiTS"]},
    }
    assert competitor(result) == {
        "set": "glucose, 15 minutes on 2 processors, seed 0",
        "system": "Darts",
        **{"mae": 15.0, "pinball": 5.5, "coverage_80": 0.8, "seconds": 901.0},
        "notes": "over its time budget; TCN and NHiTS",
    }


def test_no_evidence_is_said_to_be_none(tmp_path):
    page = written(gather(tmp_path, FIGURES, NAMES), NAMES)
    assert page.count("not measured yet") == 3
    assert page.count("Nothing is measured yet.") == 8


def test_quick_figures_are_never_published(folder, tmp_path):
    assert "ETTh1-336" not in gather(folder, FIGURES, NAMES).cells
    (tmp_path / "out" / "results").mkdir(parents=True)
    for name, quick in (("a", True), ("b", False)):
        (tmp_path / "out" / "results" / f"{name}.json").write_text(json.dumps({"quick": quick}))
    (tmp_path / "out" / "tuning" / "Glucose").mkdir(parents=True)
    (tmp_path / "out" / "tuning" / "Glucose" / "best.json").write_text("{}")
    (tmp_path / "out" / "competitors" / "glucose-15min").mkdir(parents=True)
    (tmp_path / "out" / "competitors" / "glucose-15min" / "darts.json").write_text("{}")
    assert keep(tmp_path / "out", tmp_path / "kept") == ["b.json", "glucose-15min-darts.json"]
    kept = sorted(path.name for path in (tmp_path / "kept").rglob("*.json"))
    assert kept == ["b.json", "glucose-15min-darts.json"]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (0.352, "bar met"),
        (0.3521, "floor met, bar missed by 0.0 %"),
        (0.36, "**floor missed** by 1.1 %"),
    ],
)
def test_verdicts(found, said):
    assert BARS["ETTh1-96"].verdict(found) == said


def test_a_bar_without_a_floor():
    assert Bar("MAE", 10.0).verdict(10.5) == "**bar missed** by 5.0 %"


def test_markdown():
    assert [number(value) for value in (0.35, 1.6834, 14.56, 1871520.0, None, float("nan"))] == [
        *("0.3500", "1.683", "14.56", "1,871,520", "–", "–"),
    ]
    assert table(("a", "b"), [["x|y", "1"]]) == "| a | b |\n| --- | ---: |\n| x\\|y | 1 |"


def test_published_figures_are_taken_over_and_read_again(tmp_path):
    columns = "dataset,protocol,horizon,model,metric,value,source\n"
    (tmp_path / "all.csv").write_text(
        columns
        + 'ETTh1,"lookback 512; ETT 12/4/4 months; z-score on train; mean of 5 seeds (sd 0.1)",96,P,MSE,0.37,paper\n'
        + 'EPF-NP,"day-ahead 24 h, daily",24,mean (ours),MAE,1.6,computed here from github:a/b forecasts/x\n'
        + "EPF-NP,lookback 168 scaled,24,TimeXer,MAE,0.2,paper\n"
        + "ETTh1,any,avg,P,MSE,0.4,paper\n"
        + "M4-Hourly,M4 official train/test,48,118 Smyl,OWA,0.4401,paper\n"
        + "NAB,x,-,P,NAB score,60,paper\n"
    )
    found = published.collected(tmp_path / "all.csv")
    assert [(one.cell, one.model, one.metric, one.value) for one in found] == [
        ("ETTh1-96", "P", "MSE", 0.37),
        ("EPF-NP", "mean", "MAE", 1.6),
        ("M4-Hourly", "Smyl", "OWA", 0.4401),
    ]
    assert found[0].note == "lookback 512; mean of 5 seeds"
    published.write(found, tmp_path / "kept.csv")
    assert published.read(tmp_path / "kept.csv") == found


def test_the_figures_that_are_kept_hold_those_the_issue_names():
    wanted = (("ETTh1-96", "MSE"), ("EPF-NP", "MAE"), ("M4-Hourly", "OWA"))
    kept = published.read()
    best = {name: min(one.value for one in kept if (one.cell, one.metric) == (name, metric)) for name, metric in wanted}
    assert best == {"ETTh1-96": 0.352, "EPF-NP": 1.6311, "M4-Hourly": 0.4096}
