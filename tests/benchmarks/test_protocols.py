"""Each protocol on small made-up files: what is scored, what is refused; on the real ones where they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from protocols import appliances, epf, ett, glucose, m4
from protocols.catalogue import BY_NAME, CELLS
from protocols.cell import MissingFile, Outcome, Proof, ProtocolError, located, models_of


def _outcome(folder: Path, rows=(), scaled_rows=()) -> Outcome:
    return Outcome(rows=rows, scaled_rows=scaled_rows, folder=folder)


def _forecasts(folder: Path, frame: pd.DataFrame) -> None:
    (folder / "forecasts").mkdir()
    frame.to_parquet(folder / "forecasts" / "part.parquet")


def test_every_cell_has_its_own_name_and_all_that_the_issue_asks_for_is_there():
    assert len(BY_NAME) == len(CELLS) == 13
    assert {f"{name}-{horizon}" for name in ett.FILES for horizon in ett.HORIZONS} < set(BY_NAME)


def test_a_proof_refuses_a_figure_that_is_off_or_missing():
    Proof(what="x", known={"a": 1.0}, found={"a": 1.00005, "b": 7.0}, tolerance=1e-4).check()
    with pytest.raises(ProtocolError, match="a is 1.1, known 1; b is nan, known 2"):
        Proof(what="x", known={"a": 1.0, "b": 2.0}, found={"a": 1.1}, tolerance=1e-4).check()


def test_a_file_is_found_in_the_folder_or_one_below(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.csv").touch()
    assert located(tmp_path, "b.csv", "a.csv") == tmp_path / "deep" / "a.csv"
    with pytest.raises(MissingFile, match=r"Expected b\.csv"):
        located(tmp_path, "b.csv")


def test_repeating_the_last_value_scores_every_window_on_the_scale_of_the_training_rows():
    values = np.array([[0.0], [2.0], [0.0], [2.0], [5.0], [7.0], [9.0], [9.0]])  # training rows: mean 1, sd 1
    mse, mae, windows = ett.repeat_last(values, (4, 5, 8), 2)
    # windows (7, 9) after 5 and (9, 9) after 7
    assert (mse, mae, windows) == (pytest.approx((4 + 16 + 4 + 4) / 4), pytest.approx(2.5), 2)


def test_ett_scores_are_those_on_the_standardised_scale(tmp_path):
    outcome = _outcome(
        tmp_path,
        rows=({"model": "sextet", "mse": 9.0, "mae": 9.0},),
        scaled_rows=({"model": "sextet", "mse": 0.3, "mae": 0.4},),
    )
    assert ett.scores(None, outcome) == {"sextet": {"MSE": 0.3, "MAE": 0.4}}


def test_an_ett_file_of_another_shape_is_refused(tmp_path):
    pd.DataFrame({"date": pd.date_range("2016", periods=9, freq="h"), "OT": 1.0}).to_csv(
        tmp_path / "ETTh1.csv", index=False
    )
    with pytest.raises(ProtocolError, match=r"expected 7 channels and at least 14,400 rows; got 1, 9"):
        ett.load("ETTh1", 96, tmp_path)


@pytest.fixture
def market(tmp_path: Path) -> Path:
    """A market of 800 days, columns named as one of the public files names them."""
    hours = 800 * 24
    frame = pd.DataFrame(
        {
            "Date": pd.date_range("2013-01-01", periods=hours, freq="h"),
            " Price": np.arange(hours) % 24 + 0.01 * np.arange(hours),
            " Grid load forecast": 1.0,
            " Wind power forecast": 2.0,
        }
    )
    frame.to_csv(tmp_path / "NP.csv", index=False)
    return tmp_path


def test_epf_takes_the_last_728_days_and_divides_by_the_weekly_naive(market):
    problem = epf.load("NP", market)
    assert problem.frame.columns.tolist() == ["ds", "y", "Grid load forecast", "Wind power forecast"]
    assert problem.data.future == ("Grid load forecast", "Wind power forecast")
    assert (problem.validation_end, problem.test_end, problem.points) == (72 * 24, 800 * 24, 728 * 24)
    assert problem.proof.found["weekly naive"] == pytest.approx(1.68)  # the price rises by 0.01 an hour
    assert problem.proof.found["daily naive"] == pytest.approx(0.24)
    rows = ({"model": "gru", "mae": 0.84, "rmse": 1.0},)
    assert epf.scores(problem, _outcome(market, rows))["gru"]["rMAE"] == pytest.approx(0.5)
    with pytest.raises(ProtocolError, match="first day is 2.01303e"):
        problem.proof.check()


def test_epf_recomputes_what_others_published_only_from_the_same_prices(market):
    frame = epf.read(market / "NP.csv")
    test = frame.iloc[-728 * 24 :]
    said = pd.DataFrame(
        {
            "Real price": test["y"].to_numpy(),
            "DNN Ensemble": test["y"].to_numpy() + 1,
            "LEAR Ensemble": test["y"].to_numpy() - 3,
        },
        index=test["ds"].to_numpy(),
    )
    said.to_csv(market / "Forecasts_NP_DNN_LEAR_ensembles.csv")
    found = epf.load("NP", market).proof.found
    assert {name: found[name] for name in (*epf.ENSEMBLES, "mean of both")} == pytest.approx(
        {"DNN Ensemble": 1.0, "LEAR Ensemble": 3.0, "mean of both": 1.0}
    )
    said.assign(**{"Real price": 0.0}).to_csv(market / "Forecasts_NP_DNN_LEAR_ensembles.csv")
    with pytest.raises(ProtocolError, match="days or prices are not those"):
        epf.load("NP", market)


def test_an_epf_file_with_an_hour_too_few_is_refused(market):
    pd.read_csv(market / "NP.csv").drop(index=77).to_csv(market / "NP.csv", index=False)
    with pytest.raises(ProtocolError, match="whole days"):
        epf.load("NP", market)


@pytest.fixture
def competition(tmp_path: Path) -> Path:
    """Three series of the competition's form, of two lengths."""
    days = np.tile(np.linspace(0.5, 1.5, 24), 12)
    days[0] *= 1.5  # no two days are all alike, or MASE would divide by nothing
    rows = {"H1": 10 * days[:240], "H2": 20 * days[:144], "H3": 40 * days[:144]}
    pd.DataFrame({name: pd.Series(y) for name, y in rows.items()}).T.to_csv(tmp_path / "Hourly-train.csv")
    ahead = {"H1": 11 * days[48:96], "H2": 22 * days[48:96], "H3": 44 * days[48:96]}
    pd.DataFrame(ahead).T.to_csv(tmp_path / "Hourly-test.csv")
    return tmp_path


def test_m4_is_one_frame_of_all_series_and_one_window_each(competition):
    problem = m4.load(competition)
    assert problem.frame.groupby("unique_id").size().to_dict() == {"H1": 288, "H2": 192, "H3": 192}
    assert problem.frame["ds"].min() == problem.frame.groupby("unique_id")["ds"].min().max()
    assert (problem.windows, problem.points) == (1, 3 * 48)
    # Naive2 goes on with the season and misses the rise by a tenth: 200 x 1 / 21 everywhere
    assert problem.proof.found["sMAPE"] == pytest.approx(200 / 21, rel=0.01)
    with pytest.raises(ProtocolError, match="series is 3, known 414"):
        problem.proof.check()


def test_m4_scores_each_series_alike_and_relative_to_naive2(competition, tmp_path):
    problem = m4.load(competition)
    ahead = problem.frame.groupby("unique_id").tail(48).sample(frac=1, random_state=0)
    _forecasts(tmp_path, ahead.assign(cutoff=0, sextet=ahead["y"], gru=ahead["y"] / 1.1, **{"sextet-lo-80": 0.0}))
    found = m4.scores(problem, _outcome(tmp_path))
    assert found["sextet"] == {"OWA": 0.0, "sMAPE": 0.0, "MASE": 0.0}
    assert found["gru"]["OWA"] == pytest.approx(1.0, rel=0.02) and found["Naive2"]["OWA"] == 1.0
    assert "sextet-lo-80" not in found


def test_m4_refuses_forecasts_of_too_few_series(competition, tmp_path):
    problem = m4.load(competition)
    some = problem.frame.groupby("unique_id").tail(48).query("unique_id != 'H2'")
    _forecasts(tmp_path, some.assign(cutoff=0, sextet=1.0))
    with pytest.raises(ProtocolError, match="'H2'"):
        m4.scores(problem, _outcome(tmp_path))


def test_appliances_baselines_by_hand(monkeypatch):
    y = np.arange(300.0)
    assert appliances.naive_mae(y, 200, 1) == pytest.approx(12.5)  # mean of 1 to 24
    assert appliances.naive_mae(y, 200, 144) == pytest.approx(144.0)


def test_glucose_leaves_out_windows_after_a_gap():
    y = np.full(glucose.TEST + 100, 5.0)
    gap = slice(100 + 12 - 7, 100 + 12)  # 7 of the 12 readings before the second window
    y[gap] = np.nan
    starts = glucose.good_windows(y)
    assert len(starts) == glucose.TEST // 12 - 1 and 112 not in starts and 100 in starts
    y[gap.start] = 5.0  # 6 are left
    assert 112 in glucose.good_windows(y)
    assert glucose.repeat_last(y, np.array([112])) == (0.0, 12)


def test_glucose_scores_observed_targets_of_the_windows_that_count(tmp_path, monkeypatch):
    monkeypatch.setitem(glucose.KNOWN, "points", 2)
    stamps = pd.date_range("2010", periods=4, freq="5min")
    frame = pd.DataFrame({"unique_id": "a", "ds": stamps, "cutoff": stamps[0], "y": [1.0, np.nan, 3.0, 9.0]})
    _forecasts(tmp_path, frame.assign(sextet=[2.0, 2.0, 5.0, 0.0]))

    class Held:
        facts = stamps[:3]

    assert glucose.scores(Held, _outcome(tmp_path)) == {"sextet": {"MAE": 1.5}}
    monkeypatch.setitem(glucose.KNOWN, "points", 3)
    with pytest.raises(ProtocolError, match="Expected 3 forecasts"):
        glucose.scores(Held, _outcome(tmp_path))


def test_columns_of_models():
    columns = ["unique_id", "ds", "cutoff", "y", "sextet", "sextet-lo-80", "sextet-hi-80", "seasonal-naive"]
    assert models_of(pd.DataFrame(columns=columns)) == ["sextet", "seasonal-naive"]


@pytest.mark.shared_data
@pytest.mark.parametrize("name", ["M4-Hourly", "Appliances", "EPF-NP", "EPF-DE", "ETTh1-96", "ETTh1-720", "ETTm1-336"])
def test_a_protocol_is_proved_by_its_known_figures(name, shared_data):
    BY_NAME[name].load(shared_data).proof.check()


def test_glucose_is_proved_by_its_known_figures():
    pytest.importorskip("bokeh_sampledata")
    BY_NAME["Glucose"].load(Path()).proof.check()
