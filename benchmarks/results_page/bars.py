"""What each cell is measured against: the bar, and the floor below which the work does not count as done."""

from __future__ import annotations

from dataclasses import dataclass

OURS, ONLINE = "sextet", "sextet-online"
MEMBERS = ("lstm", "gru", "cnn-lstm", "patchtst", "spike-detector", "rule-based")
COVERAGE = (0.77, 0.83)
WORST_CELL = 1.0
"""Percent by which the ensemble's pinball may exceed the best member's in any cell."""


@dataclass(frozen=True)
class Bar:
    """The most that a metric may be.

    Attributes:
        metric: its name among the cell's scores.
        value: the bar.
        floor: the most with which the work counts as done; None where there is none.
    """

    metric: str
    value: float
    floor: float | None = None

    def verdict(self, found: float) -> str:
        """Say in words how a figure stands."""
        if found <= self.value:
            return "bar met"
        over = f"{100 * (found / self.value - 1):.1f} %"
        if self.floor is None:
            return f"**bar missed** by {over}"
        if found <= self.floor:
            return f"floor met, bar missed by {over}"
        return f"**floor missed** by {100 * (found / self.floor - 1):.1f} %"


BARS = {
    "ETTh1-96": Bar("MSE", 0.352, 0.356),
    "ETTh1-192": Bar("MSE", 0.392, 0.395),
    "ETTh1-336": Bar("MSE", 0.414, 0.418),
    "ETTh1-720": Bar("MSE", 0.415, 0.421),
    "ETTm1-96": Bar("MSE", 0.279, 0.286),
    "ETTm1-192": Bar("MSE", 0.320, 0.325),
    "ETTm1-336": Bar("MSE", 0.348, 0.355),
    "ETTm1-720": Bar("MSE", 0.405, 0.410),
    "EPF-NP": Bar("MAE", 1.631, 1.683),
    "EPF-DE": Bar("MAE", 3.330, 3.414),
    "M4-Hourly": Bar("OWA", 0.410, 0.440),
    "Glucose": Bar("MAE", 14.9),
}
