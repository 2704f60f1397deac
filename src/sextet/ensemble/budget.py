"""How much a configuration trains its members, as the planner is told."""

from __future__ import annotations

from sextet.hardware.site import Site, best_precision
from sextet.planner.layout import Budget
from sextet.specs.run_config import RunConfig

PLANNED = {"float32": "float32", "mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}
"""What the planner calls the precision of a dtype policy of Keras."""


def budget_for(config: RunConfig, *, windows: int, horizon: int, data: int, site: Site, devices: int = 1) -> Budget:
    """Return how much a configuration trains its members, on so many training windows."""
    count = max(windows, 1)
    train = config.compute.scaled(config.train.for_windows(count, horizon), devices, count)
    policy = best_precision(site, config.compute.precision).policy
    return Budget(epochs=train.epochs, steps=train.steps, batch=train.batch, precision=PLANNED[policy], data=data)
