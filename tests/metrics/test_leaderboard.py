"""The leaderboard's rows are the metrics, in parts or at once, and compare only what is comparable."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.errors import ConfigError
from sextet.core.quantiles import LEVELS, MEDIAN
from sextet.metrics import leaderboard as board
from sextet.metrics import point, quantile


def arrays(windows: int = 30, horizon: int = 4, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    target = rng.normal(5, 2, (windows, horizon))
    target[rng.random(target.shape) < 0.2] = np.nan
    scale = rng.choice([0.5, 2.0, 0.0, np.nan], windows)
    return target, np.sort(rng.normal(5, 2, (windows, horizon, len(LEVELS))), axis=-1), scale


def test_scores_are_the_metrics() -> None:
    target, quantiles, scale = arrays()
    median = quantiles[..., MEDIAN]
    scores = board.score(target, quantiles, LEVELS, scale)
    expected = {
        "mae": point.mae(target, median),
        "rmse": point.rmse(target, median),
        "wape": point.wape(target, median),
        "accuracy_percent": point.accuracy_percent(target, median),
        "mase": point.mase(target, median, scale),
        "pinball": quantile.pinball(target, quantiles),
        "coverage_80": quantile.coverage(target, quantiles, 80),
        "width_80": quantile.width(target, quantiles, 80),
        "coverage_95": quantile.coverage(target, quantiles, 95),
        "width_95": quantile.width(target, quantiles, 95),
        "n": float((~np.isnan(target)).sum()),
    }
    assert scores == pytest.approx(expected)


@given(st.integers(0, 30))
def test_tallies_of_parts_add_up(cut: int) -> None:
    target, quantiles, scale = arrays()
    parts = board.tally(target[:cut], quantiles[:cut], LEVELS, scale[:cut])
    parts += board.tally(target[cut:], quantiles[cut:], LEVELS, scale[cut:])
    assert parts.scores() == pytest.approx(board.score(target, quantiles, LEVELS, scale), nan_ok=True)


def test_chunks_do_not_show(monkeypatch) -> None:
    target, quantiles, scale = arrays(windows=37)
    whole = board.score(target, quantiles, LEVELS, scale)
    monkeypatch.setattr(board, "_CHUNK", 10)
    assert board.score(target, quantiles, LEVELS, scale) == pytest.approx(whole)


def test_rows_are_ordered_by_mae_with_skill_against_the_reference() -> None:
    target = np.zeros((2, 2))
    level = np.ones((2, 2, len(LEVELS)))
    tallies = {
        "seasonal-naive": board.tally(target, 2 * level),
        "worse": board.tally(target, 3 * level),
        "better": board.tally(target, level),
    }
    rows = board.leaderboard(tallies)
    assert [row["model"] for row in rows] == ["better", "seasonal-naive", "worse"]
    assert [row["skill"] for row in rows] == pytest.approx([0.5, 0.0, -0.5])
    assert rows[0]["n"] == 4


def test_without_reference_skill_is_nan_and_empty_scores_come_last() -> None:
    target = np.full((1, 2), np.nan)
    one = board.tally(target, np.zeros((1, 2, len(LEVELS))))
    rows = board.leaderboard({"a": one, "b": one})
    assert all(np.isnan(row["skill"]) and np.isnan(row["mae"]) for row in rows)


def test_models_scored_on_different_points_are_refused() -> None:
    target, quantiles, _ = arrays()
    with pytest.raises(ConfigError, match="same points"):
        board.leaderboard({"a": board.tally(target, quantiles), "b": board.tally(target[:10], quantiles[:10])})


def test_tallies_of_other_intervals_are_refused() -> None:
    target, quantiles, _ = arrays()
    with pytest.raises(ConfigError, match="cannot be added"):
        board.tally(target, quantiles, percents=(80,)) + board.tally(target, quantiles, percents=(90,))
