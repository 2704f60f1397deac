"""Sections about the forecast after the end of the data."""

from __future__ import annotations

from typing import Any

import numpy as np

from sextet.core.forecast import Alert, Forecast
from sextet.report.ahead import alerts_table, explanation_section

STAMPS = np.arange("2026-01-01T00", "2026-01-01T04", dtype="datetime64[h]").astype("datetime64[ns]")


def forecast(**more: Any) -> Forecast:
    quantiles = np.tile([1.0, 2.0, 3.0], (2, 4, 1))
    return Forecast(
        ids=("a", "b"),
        cutoff=np.repeat(STAMPS[:1] - np.timedelta64(1, "h"), 2),
        stamps=np.tile(STAMPS, (2, 1)),
        levels=(0.1, 0.5, 0.9),
        quantiles=quantiles,
        members={"gru": quantiles, "rule-based": quantiles},
        weights={"gru": np.full((2, 4), 0.5), "rule-based": np.full((2, 4), 0.5)},
        **more,
    )


def test_rules_that_touched_a_series_are_named_with_it() -> None:
    rules = {"night": np.array([[True, True, False, False], [False] * 4]), "idle": np.zeros((2, 4), dtype=bool)}
    section: Any = explanation_section(forecast(rules=rules), "kW")
    first, second = (one["sentence"] for one in section["series"])
    assert first.endswith("Rules that touched it: 'night' at 2 of 4 steps.")
    assert "Rules" not in second


def test_an_alert_without_a_probability_is_listed_among_the_first() -> None:
    at = {"series": "a", "start": STAMPS[0], "end": STAMPS[1], "severity": "watch", "reason": "Because."}
    known = [
        Alert(probability=0.4, size=1.0, raised_by="spike-detector", **{**at, "start": STAMPS[k % 4]})
        for k in range(600)
    ]
    asked = Alert(probability=float("nan"), size=float("nan"), raised_by="rule 'x'", **at)
    table: Any = alerts_table(forecast(alerts=(*known, asked)), "kW")
    assert len(table["rows"]) < 601
    (row,) = [row for row in table["rows"] if row["probability"] is None]
    assert row["raised_by"] == "rule 'x'" and row["size"] is None
