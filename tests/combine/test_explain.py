"""Every forecast explained."""

from __future__ import annotations

import numpy as np
import pytest

from sextet.combine.explain import ADJUSTMENT, explain, touched_by
from sextet.core.forecast import Alert, Forecast

STAMPS = np.array(["2026-01-01T00", "2026-01-01T01"], dtype="datetime64[h]").astype("datetime64[ns]")


def forecast(point: float, **more: object) -> Forecast:
    member = {
        "gru": np.tile([1.0, 2.0, 3.0], (1, 2, 1)),
        "rules": np.tile([5.0, 6.0, 7.0], (1, 2, 1)),
    }
    return Forecast(
        ids=("a",),
        cutoff=STAMPS[:1] - np.timedelta64(1, "h"),
        stamps=STAMPS[None],
        levels=(0.1, 0.5, 0.9),
        quantiles=np.tile([0.0, point, 9.0], (1, 2, 1)),
        members=member,
        weights={"gru": np.array([[0.75, 0.75]]), "rules": np.array([[0.25, 0.25]])},
        **more,  # type: ignore[arg-type]
    )


def test_contributions_add_up_to_the_forecast() -> None:
    rows = explain(forecast(3.0)).rows()
    assert rows[0] == {
        "unique_id": "a",
        "ds": "2026-01-01T00:00:00",
        "member": "gru",
        "said": 2.0,
        "weight": 0.75,
        "contribution": 1.5,
        "rules": "",
    }
    assert [row["member"] for row in rows] == ["gru", "rules"] * 2
    assert sum(row["contribution"] for row in rows if row["ds"] == "2026-01-01T01:00:00") == pytest.approx(3.0)


def test_what_weights_leave_over_is_a_row_of_its_own() -> None:
    rows = explain(forecast(2.5)).rows()
    rest = [row for row in rows if row["member"] == ADJUSTMENT]
    assert len(rest) == 2
    assert rest[0]["contribution"] == pytest.approx(-0.5)
    assert rest[0]["weight"] is None
    first = [row["contribution"] for row in rows if row["ds"] == "2026-01-01T00:00:00"]
    assert sum(first) == pytest.approx(2.5)


def test_columns_have_one_length() -> None:
    columns = explain(forecast(2.5)).columns()
    assert {len(column) for column in columns.values()} == {6}
    assert columns["ds"].dtype == STAMPS.dtype


def test_spikes_alerts_and_rules_are_noted() -> None:
    alert = Alert(
        series="a",
        start=STAMPS[0],
        end=STAMPS[1],
        probability=0.9,
        size=4.0,
        severity="warning",
        raised_by="spike",
        reason="a spike is ahead",
    )
    notes = explain(
        forecast(
            3.0,
            spike_probability=np.array([[0.1, 0.9]]),
            spike_size=np.array([[0.0, 4.0]]),
            alerts=(alert,),
            notes=("the cap acted",),
        )
    ).notes
    assert notes == (
        "a: a spike is likely (90%) at 2026-01-01 01:00, about 4 above the level.",
        "a spike is ahead",
        "the cap acted",
    )
    assert explain(forecast(3.0, spike_probability=np.array([[0.1, 0.2]]))).notes == ()


def test_a_forecast_without_members_has_no_rows() -> None:
    bare = Forecast(
        ids=("a",), cutoff=STAMPS[:1], stamps=STAMPS[None], levels=(0.1, 0.5, 0.9), quantiles=np.zeros((1, 2, 3))
    )
    assert explain(bare).rows() == []


def test_rules_that_touched_a_step_are_named_there() -> None:
    touched = {"night": np.array([[True, False]]), "cap": np.array([[True, True]]), "idle": np.array([[False, False]])}
    made = forecast(3.0, rules=touched)
    assert [row["rules"] for row in explain(made).rows()] == ["night, cap"] * 2 + ["cap"] * 2
    assert touched_by(made, 0) == ("'night' at 1 of 2 steps", "'cap' at 2 of 2 steps")
