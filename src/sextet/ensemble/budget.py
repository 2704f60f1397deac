"""How much a configuration trains its members, as the planner is told."""

from __future__ import annotations

from sextet.baselines.phase_inputs import inputs_at
from sextet.baselines.phase_regression import fitting_work
from sextet.core.panel import Panel
from sextet.hardware.site import Site, best_precision
from sextet.planner.host import rules_seconds
from sextet.planner.layout import Budget
from sextet.specs.run_config import RunConfig

PLANNED = {"float32": "float32", "mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}
"""What the planner calls the precision of a dtype policy of Keras."""


def budget_for(
    config: RunConfig, *, windows: int, horizon: int, data: int, rules: float, site: Site, devices: int = 1
) -> Budget:
    """Return how much a configuration trains its members, on so many training windows.

    Args:
        config: what is trained.
        windows: to learn from.
        horizon: in steps.
        data: bytes that a process holds.
        rules: seconds of the Rule-Based member, as `rules_time` has them.
        site: the machine.
        devices: that share a batch.
    """
    count = max(windows, 1)
    train = config.compute.scaled(config.train.for_windows(count, horizon), devices, count)
    policy = best_precision(site, config.compute.precision).policy
    return Budget(
        epochs=train.epochs, steps=train.steps, batch=train.batch, precision=PLANNED[policy], data=data, rules=rules
    )


def rules_time(panel: Panel, horizon: int, rows: int, windows: int) -> float:
    """Return the seconds of the Rule-Based member on so many rows and windows of training, on another processor."""
    return rules_seconds(rows, fitting_work(inputs_at(panel.frequency, horizon, len(panel.future_names)), windows))
