"""A made-up backtest: the metrics a real one writes, of random forecasts, and files of some of its forecasts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from sextet.backtesting.forecast_file import forecast_file
from sextet.backtesting.summary import plain
from sextet.core.frequency import Frequency
from sextet.core.panel import Panel
from sextet.core.quantiles import LEVELS, MEDIAN
from sextet.core.window import WindowIndex
from sextet.data.windows import targets
from sextet.metrics.breakdown import breakdown, places, to_plain
from sextet.metrics.comparison import compare
from sextet.metrics.leaderboard import leaderboard

MEMBERS = ("lstm", "patchtst", "rule-based")
BASELINES = ("ridge", "seasonal-naive", "naive", "autoets")
NORMAL = np.array([-1.96, -1.645, -1.2816, -0.8416, -0.5244, -0.2533, 0, 0.2533, 0.5244, 0.8416, 1.2816, 1.645, 1.96])


def make_panel(ids: tuple[str, ...], rows: int, freq: str = "h", tz: str | None = None) -> Panel:
    """Noisy waves, one a series, the later ones larger."""
    rng = np.random.default_rng(0)
    lengths = np.full(len(ids), rows, dtype=np.int64)
    y = np.concatenate(
        [100 * (k + 1) + 20 * np.sin(np.arange(rows) / 4) + rng.normal(0, 3 * (k + 1), rows) for k in range(len(ids))]
    )
    y[rng.random(len(y)) < 0.05] = np.nan
    return Panel(
        ids=ids,
        frequency=Frequency.parse(freq),
        offsets=np.concatenate([[0], np.cumsum(lengths)]),
        first=np.full(len(ids), {"h": 400_000, "D": 16_000, "MS": 500}[freq], dtype=np.int64),
        known=lengths,
        y=y,
        past=np.zeros((len(y), 0), np.float32),
        future=np.zeros((len(y), 0), np.float32),
        static=np.zeros((len(ids), 0), np.float32),
        tz=tz,
    )


class Sample:
    """A backtest of `cutoffs` windows of each series, from the end of the data."""

    def __init__(
        self,
        ids: tuple[str, ...] = ("north", "south", "west"),
        *,
        cutoffs: int = 20,
        horizon: int = 6,
        freq: str = "h",
        tz: str | None = None,
    ) -> None:
        """Forecast: the truth with noise, each model with its own."""
        self.panel, self.horizon = make_panel(ids, (cutoffs + 8) * horizon, freq, tz), horizon
        rows = (8 + np.arange(cutoffs)) * horizon
        series = np.repeat(np.arange(len(ids), dtype=np.int32), cutoffs)
        self.index = WindowIndex(series=series, row=(self.panel.offsets[:-1, None] + rows).ravel())
        self.target = targets(self.panel, self.index, horizon)[0]
        rng = np.random.default_rng(1)
        truth = np.where(np.isnan(self.target), 100.0, self.target)
        size = (series + 1.0)[:, None]
        self.quantiles: dict[str, np.ndarray] = {}
        for place, name in enumerate(("sextet", *MEMBERS, *BASELINES)):
            noise = 1.5 + place
            point = truth + rng.normal(0, 1, truth.shape) * noise * size
            self.quantiles[name] = point[..., None] + noise * size[..., None] * NORMAL
        wider = (self.quantiles["sextet"] - self.quantiles["sextet"][..., [MEDIAN]]) * 1.1
        self.quantiles["sextet-online"] = self.quantiles["sextet"][..., [MEDIAN]] + wider

    def metrics(self, *, scaled: bool = True, warns: bool = True, fits: int = 3) -> dict[str, Any]:
        """What a backtest writes to `metrics.json`."""
        where = places(self.panel, self.index, self.horizon)
        models = {name: breakdown(where, self.target, quantiles) for name, quantiles in self.quantiles.items()}
        rows = [
            {**row, "spike_mae": 9.0, "spike_n": 12, "fit_seconds": 3.0 * place, "answer_seconds": 0.2}
            for place, row in enumerate(leaderboard({name: one.total() for name, one in models.items()}))
        ]
        alarm = {"average_precision": 0.5, "brier": 0.1, "precision": 0.4, "recall": float("nan"), "f1": 0.4}
        alarm |= {"threshold": 0.3, "hits": 4, "false_alarms": 6, "misses": 2}
        config = {
            "horizon": self.horizon,
            "lookback": None,
            "members": [{"member": name} for name in MEMBERS],
            "train": {"seed": 0},
            "transform": "none",
            "refit": 7,
            "step": self.horizon,
            "baselines": BASELINES,
            "series": self.panel.series,
            "frequency": self.panel.frequency.name,
            "source": "made.csv",
            "unit": "MW",
        }
        one = {"windows": 9, "fit_seconds": 4.0, "answer_seconds": 1.0}
        return plain(
            {
                "rows": rows,
                "scaled_rows": [{**row, "mse": 1.0} for row in rows] if scaled else [],
                "windows": len(self.index),
                "points": int(np.isfinite(self.target).sum()),
                "folds": fits,
                "fits": [{**one, "first_cutoff": 1_600_000_000_000 + k * 86_400_000} for k in range(fits)],
                "cutoffs": len(self.index) // self.panel.series,
                "comparison": compare(models),
                "by": to_plain(models, self.panel.ids),
                "spikes": {"ensemble": alarm, "upper quantile": alarm} if warns else {},
                "seconds": {"fit": 12.0, "answer": 3.0},
                "config": config,
                "notes": ("Frequency h was inferred from the times.",),
            }
        )

    def write_forecasts(self, folder: Path, files: int = 2) -> list[Path]:
        """Write the forecasts as a backtest does, in `files` files."""
        paths = []
        for number, part in enumerate(np.array_split(np.arange(len(self.index)), files)):
            columns = {"sextet": self.quantiles["sextet"][part, :, MEDIAN]}
            for name in ("sextet", "sextet-online"):
                for level, key in ((0.1, "lo-80"), (0.9, "hi-80"), (0.025, "lo-95"), (0.975, "hi-95")):
                    columns[f"{name}-{key}"] = self.quantiles[name][part, :, LEVELS.index(level)]
            columns |= {name: self.quantiles[name][part, :, MEDIAN] for name in (*MEMBERS, *BASELINES)}
            paths.append(folder / f"fold-{number:03d}.parquet")
            with forecast_file(paths[-1], self.panel, self.horizon) as file:
                for half in np.array_split(np.arange(len(part)), 2):  # a row group each
                    some = {name: values[half] for name, values in columns.items()}
                    file.add(self.index.take(part[half]), self.target[part[half]], some)
        return paths
