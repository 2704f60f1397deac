"""A whole cell on generated data, by the Rule-Based member: from files to JSON to the page."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import cells
from protocols import ett, m4
from protocols.cell import Cell, ProtocolError
from protocols.running import Setting, plain, run_cell
from results_page.evidence import gather, keep
from results_page.whole import written

HORIZON = 8


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven hourly channels, and a competition of three series."""
    folder = tmp_path_factory.mktemp("data")
    chance, hours = np.random.default_rng(0), np.arange(720)
    daily = 10 + np.sin(2 * np.pi * hours[:, None] / 24 + np.arange(7)) + 0.1 * chance.normal(size=(720, 7))
    frame = pd.DataFrame(daily, columns=list("ABCDEFG"))
    frame.insert(0, "date", pd.date_range("2020", periods=720, freq="h"))
    frame.to_csv(folder / "ETTh1.csv", index=False)
    rows = {"H1": daily[:600, 0], "H2": daily[:500, 1], "H3": daily[:500, 2]}
    pd.DataFrame({name: pd.Series(y) for name, y in rows.items()}).T.to_csv(folder / "Hourly-train.csv")
    pd.DataFrame({name: daily[len(y) : len(y) + 48, k] for k, (name, y) in enumerate(rows.items())}).T.to_csv(
        folder / "Hourly-test.csv"
    )
    return folder


@pytest.fixture(scope="module")
def cell(data: Path) -> Cell:
    """The protocol of ETT with other bounds; its known figures are counted out here."""
    bounds = (400, 560, 700)
    values = pd.read_csv(data / "ETTh1.csv").drop(columns="date").to_numpy()
    known = ett.repeat_last(values, bounds, HORIZON)
    assert known[2] == 700 - 560 - HORIZON + 1

    def load(folder: Path):
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(ett.BOUNDS, "ETTh1", bounds)
            patch.setitem(ett.KNOWN, ("ETTh1", HORIZON), known)
            return ett.load("ETTh1", HORIZON, folder)

    return replace(ett.cell("ETTh1", HORIZON), load=load)


@pytest.fixture(scope="module")
def setting(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Setting:
    return Setting(data=data, out=tmp_path_factory.mktemp("out"), members="rule-based", seed=0)


@pytest.fixture(scope="module")
def record(cell: Cell, setting: Setting) -> dict:
    return run_cell(cell, setting)


def test_every_window_is_scored_and_the_repeated_last_value_is_that_of_the_proof(record):
    assert record["points"] == (700 - 560 - HORIZON + 1) * HORIZON * 7
    assert record["scores"]["naive"]["MSE"] == pytest.approx(record["proof"]["found"]["MSE"], rel=1e-4)
    assert record["scores"]["naive"]["MAE"] == pytest.approx(record["proof"]["found"]["MAE"], rel=1e-4)


def test_a_record_says_how_it_came_about(record):
    assert {"python", "sextet", "numpy"} <= set(record["versions"])
    assert record["machine"]["processors"] >= 1 and record["date"][:2] == "20"
    assert [member["name"] if "name" in member else member["member"] for member in record["config"]["members"]]
    assert (record["seed"], record["quick"], record["refit"], record["step"]) == (0, False, 0, 1)
    assert record["seconds"]["fit"] > 0 and "ridge" in record["seconds_by_model"]["fit_by_model"]


def test_a_record_becomes_a_page(record, setting, tmp_path):
    assert keep(setting.out, tmp_path / "kept") == ["ETTh1-8.json"]
    page = written(gather(tmp_path / "kept", (), ("ETTh1-8",)), ("ETTh1-8",))
    assert f"| **sextet** | {record['scores']['sextet']['MSE']:.4f} |" in page
    assert "rule-based (member)" in page and "| ridge |" in page


def test_a_cell_that_is_done_is_skipped(cell, setting, record, capsys):
    assert cells.run(cell, setting, fresh=False) == 0
    assert "done before" in capsys.readouterr().out


def test_a_test_that_is_not_the_whole_protocol_is_refused(cell, setting, record):
    one_more = replace(cell, load=lambda folder: replace(cell.load(folder), points=record["points"] + 1))
    with pytest.raises(ProtocolError, match="every one of"):
        run_cell(one_more, setting)


def test_files_that_do_not_give_the_known_figures_are_refused_before_anything_is_trained(setting, tmp_path, capsys):
    elsewhere = replace(setting, out=tmp_path)
    assert cells.run(m4.CELLS[0], elsewhere, fresh=False) == 1
    assert "series is 3, known 414" in capsys.readouterr().err
    assert not (tmp_path / "backtests").exists()
    assert cells.prove(m4.CELLS[0], elsewhere) == 1
    assert "known 414" in capsys.readouterr().out
    assert cells.prove(ett.CELLS[-1], replace(setting, data=tmp_path)) == 0
    assert "left out" in capsys.readouterr().out


def test_m4_as_a_whole(setting, monkeypatch):
    monkeypatch.setattr(m4, "KNOWN", {"series": 3})
    found = run_cell(m4.CELLS[0], setting)
    assert (found["windows"], found["points"]) == (3, 3 * 48)
    assert {"sextet", "rule-based", "ridge", "Naive2"} <= set(found["scores"])
    assert found["scores"]["seasonal-naive"]["sMAPE"] > 0
    assert found["scores"]["rule-based"]["OWA"] < 1.5


def test_what_is_no_number_is_null_in_json():
    assert json.dumps(plain({"a": float("nan"), "b": (1, 0.123456789), "c": None, "d": np.float32(20161227.0)})) == (
        '{"a": null, "b": [1, 0.1234568], "c": null, "d": 20161228}'
    )
