"""Panels made for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from sextet.core.frequency import Frequency
from sextet.core.panel import Panel


def make_panel(
    series: Iterable[Any],
    *,
    freq: str = "h",
    past: int = 0,
    future: int = 0,
    ahead: int = 0,
    seed: int = 0,
) -> Panel:
    """A panel of the targets given; `past` and `future` random covariates, `ahead` rows after each series' end."""
    series = list(series)
    random = np.random.default_rng(seed)
    known = np.array([len(values) for values in series], dtype=np.int64)
    lengths = known + ahead
    y = np.concatenate([np.concatenate([np.asarray(values, np.float64), np.full(ahead, np.nan)]) for values in series])
    count = len(y)
    return Panel(
        ids=tuple(f"s{k}" for k in range(len(series))),
        frequency=Frequency.parse(freq),
        offsets=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        first=np.arange(len(series), dtype=np.int64) * 3 + 400_000,
        known=known,
        y=y,
        past=random.normal(size=(count, past)).astype(np.float32),
        future=random.normal(size=(count, future)).astype(np.float32),
        static=np.zeros((len(series), 0), dtype=np.float32),
        past_names=tuple(f"p{k}" for k in range(past)),
        future_names=tuple(f"f{k}" for k in range(future)),
    )
