"""What is said of a row."""

from __future__ import annotations

import pytest

from sextet.watching.finding import Finding, alert_id, reason_of, severity_of


@pytest.mark.parametrize(
    ("probability", "grade"), [(0.002, "watch"), (1e-4, "warning"), (1e-6, "critical"), (1e-15, "critical")]
)
def test_grades(probability: float, grade: str) -> None:
    assert severity_of(probability) == grade


def test_an_id_is_of_series_and_stamp_alone() -> None:
    assert alert_id("a", "b") == alert_id("a", "b")
    assert len({alert_id("a", "b"), alert_id("b", "a"), alert_id("ab", "")}) == 3


def test_reasons() -> None:
    high = reason_of(4.0, "The value", (1.0, 3.0), 1e-3, "at this time")
    assert high == "The value is 4, above the 3 expected at this time (p = 0.001)."
    low = reason_of(0.0, "The value", (1.0, 3.0), 1e-9, "at its level")
    assert low == "The value is 0, below the 1 expected at its level (p = 1e-09)."
    assert "far from 2, the middle" in reason_of(2.5, "The value", (1.0, 3.0), 1e-3, "at its level")


def test_the_json_of_a_finding() -> None:
    finding = Finding(
        series="a",
        stamp="s",
        value=1.0,
        judged="value",
        seen=1.0,
        low=0.0,
        high=2.0,
        probability=1.0,
        event="",
        alert=None,
        severity="",
        reason="",
    )
    assert finding.to_json()["expected"] == [0.0, 2.0] and finding.to_json()["id"] is None
