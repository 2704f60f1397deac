"""What is said where a simple forecast did better."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from sextet.core.panel import Panel
from sextet.data.read import read_panel
from sextet.ensemble.advice import advice
from sextet.specs.run_config import RunConfig

QUICK = RunConfig(horizon=6, quick=True)


def panel(rows: int) -> Panel:
    return read_panel(pd.DataFrame({"ds": pd.date_range("2000-01-01", periods=rows, freq="D"), "y": range(rows)}))


def rows(**errors: float) -> list[dict[str, object]]:
    return [{"model": name.replace("_", "-"), "mae": mae} for name, mae in errors.items()]


def test_nothing_where_the_ensemble_is_ahead() -> None:
    assert advice(rows(sextet=1.0, gru=0.9, seasonal_naive=1.5, ridge=1.0), panel(90), QUICK) == ()
    assert advice(rows(sextet=float("nan"), seasonal_naive=1.0), panel(90), QUICK) == ()
    assert advice([], panel(90), QUICK) == ()


def test_the_better_one_is_named_with_what_may_help() -> None:
    (note,) = advice(rows(sextet=2.0, seasonal_naive=1.5, ridge=1.8), panel(90), QUICK)
    assert note.startswith(
        "Seasonal naive, which repeats the last season, did better on the test part: MAE 1.5 against 2."
    )
    assert "Train without --quick" in note and "90 readings in all are few" in note and "tune" not in note


@pytest.mark.parametrize("known", [90, 2000])
def test_what_helps_depends_on_what_was_done(known: int) -> None:
    (note,) = advice(rows(sextet=2.0, seasonal_naive=2.5, ridge=1.8), panel(known), replace(QUICK, quick=False))
    assert note.startswith("A ridge regression") and "sextet tune" in note and "--quick" not in note
    assert ("give more history" in note.lower()) == (known == 90)
