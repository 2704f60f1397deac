"""A report's input as a real run would give it: several series, six members, spikes, gaps, a forecast ahead."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from scipy.signal import lfilter

from sextet.core.forecast import Alert, Forecast
from sextet.core.frequency import Frequency
from sextet.core.panel import Panel
from sextet.core.quantiles import LEVELS
from sextet.core.window import WindowIndex
from sextet.report.build import build_view
from sextet.report.evaluation import About, Evaluation, SpikeTest
from sextet.report.view import ReportView

MEMBERS = ("lstm", "gru", "cnn_lstm", "patchtst", "spike_detector", "rule_based")
SKILL = {"lstm": 1.06, "gru": 1.04, "cnn_lstm": 1.12, "patchtst": 1.09, "spike_detector": 1.3, "rule_based": 1.55}
SCORES = np.array([NormalDist().inv_cdf(q) for q in LEVELS])


@dataclass(frozen=True)
class Sample:
    """Arguments of `build_view`."""

    about: About
    panel: Panel
    evaluation: Evaluation
    forecast: Forecast
    histories: dict[str, dict[str, list[float]]]

    def view(self) -> ReportView:
        """Build the view from all of them."""
        return build_view(
            self.about,
            self.panel,
            evaluation=self.evaluation,
            forecast=self.forecast,
            histories=self.histories,
        )


def make_panel(ids: tuple[str, ...], rows: int, freq: str = "5min", seed: int = 0) -> Panel:
    """Series with a daily season, slow noise, spikes and gaps; each next one starts 40 rows later."""
    rng = np.random.default_rng(seed)
    frequency = Frequency.parse(freq)
    first = int(frequency.ordinals(np.array(["2024-03-01"], dtype="datetime64[ns]"))[0])
    columns = []
    for number in range(len(ids)):
        k = np.arange(rows)
        slow = lfilter([1.0], [1.0, -0.97], rng.normal(0, 4, rows))
        y = 140 + 12 * number + 30 * np.sin(2 * np.pi * k / 288) + slow + rng.normal(0, 2, rows)
        for start in rng.choice(rows - 30, size=max(rows // 250, 1), replace=False):
            y[start : start + 10] += 80 * np.exp(-np.arange(10) / 5)
        for start in rng.choice(rows - 60, size=3, replace=False):
            y[start : start + int(rng.integers(2, 40))] = np.nan
        columns.append(y)
    return Panel(
        ids=ids,
        frequency=frequency,
        offsets=np.arange(len(ids) + 1, dtype=np.int64) * rows,
        first=first + 40 * np.arange(len(ids), dtype=np.int64),
        known=np.full(len(ids), rows, dtype=np.int64),
        y=np.concatenate(columns),
        past=np.zeros((len(ids) * rows, 0), dtype=np.float32),
        future=np.zeros((len(ids) * rows, 0), dtype=np.float32),
        static=np.zeros((len(ids), 0), dtype=np.float32),
        notes=("Read as a long table: unique_id, ds, y.", "120 stamps were missing and are flagged as gaps."),
    )


def make_sample(
    ids: tuple[str, ...] = ("Patient 14", "Patient 27"), *, rows: int = 3000, horizon: int = 12, step: int = 12
) -> Sample:
    """Build a sample: the last fifth of each series is the test."""
    panel = make_panel(ids, rows)
    evaluation = _evaluation(panel, rows, horizon, step)
    about = About(
        title="Glucose",
        unit="mg/dL",
        created="2026-03-14 09:26 UTC",
        horizon=horizon,
        lookback=288,
        seed=7,
        members=MEMBERS,
        versions={"sextet": "0.1.0", "keras": "3.15.0", "tensorflow": "2.21.0", "numpy": "2.3.1"},
        facts={"Source": "glucose.csv", "Preset": "v6", "Training time": "4 min 12 s"},
        notes=("Series 'Patient 27' was shrunk towards the global weights: it is short.",),
    )
    return Sample(about, panel, evaluation, _forecast(panel, horizon), _histories())


def _evaluation(panel: Panel, rows: int, horizon: int, step: int) -> Evaluation:
    rng = np.random.default_rng(1)
    starts = np.arange(int(rows * 0.8), rows - horizon + 1, step)
    series = np.repeat(np.arange(panel.series), len(starts))
    row = (panel.offsets[series] + np.tile(starts, panel.series)).astype(np.int64)
    target = panel.y[row[:, None] + np.arange(horizon)]
    truth = np.where(np.isnan(target), 140.0, target)
    spread = 2.4 * np.arange(1, horizon + 1) ** 0.7
    shared = np.cumsum(rng.normal(0, 1, truth.shape), axis=1) / np.sqrt(np.arange(1, horizon + 1)) * spread
    median = truth - shared
    members = {
        name: truth - shared * SKILL[name] + rng.normal(0, 0.6 * SKILL[name], truth.shape).cumsum(axis=1)
        for name in MEMBERS
    }
    quantiles = median[..., None] + 0.9 * spread[None, :, None] * SCORES
    label = np.where(np.isnan(target), np.nan, (target > 215).astype(float))
    known = np.nan_to_num(label)
    return Evaluation(
        index=WindowIndex(series=series.astype(np.int32), row=row),
        target=target,
        levels=LEVELS,
        quantiles=quantiles,
        online=median[..., None] + 1.02 * spread[None, :, None] * SCORES,
        members=members,
        baselines={
            "SeasonalNaive": truth - shared * 2.1 + rng.normal(0, 5, truth.shape),
            "Ridge": truth - shared * 1.2,
        },
        reference="SeasonalNaive",
        weights=_weights(horizon, spiky=False),
        spike_weights=_weights(horizon, spiky=True),
        spikes=SpikeTest(
            probability=np.clip(rng.beta(0.6, 12, known.shape) + known * rng.beta(3, 2, known.shape), 0, 1),
            label=label,
            threshold=0.35,
            rivals={"Upper quantile (90 %) above the level": quantiles[..., 10] - 215},
            rival_thresholds={"Upper quantile (90 %) above the level": 0.0},
        ),
    )


def _weights(horizon: int, *, spiky: bool) -> dict[str, np.ndarray]:
    ramp = np.floor(np.arange(horizon) / max(horizon // 4, 1)) / 4
    raw = {
        "lstm": 0.28 - 0.1 * ramp,
        "gru": 0.3 - 0.16 * ramp,
        "cnn_lstm": 0.1 + 0.06 * ramp,
        "patchtst": 0.2 + 0.12 * ramp,
        "spike_detector": 0.06 + 0.02 * ramp + (0.35 if spiky else 0.0),
        "rule_based": 0.05 + 0.08 * ramp,
    }
    total = sum(raw.values())
    return {name: line / total for name, line in raw.items()}


def _forecast(panel: Panel, horizon: int) -> Forecast:
    rng = np.random.default_rng(2)
    ends = panel.first + panel.known
    stamps = panel.frequency.stamps(ends[:, None] + np.arange(horizon))
    last = np.array([panel.y[panel.offsets[s + 1] - 1] for s in range(panel.series)])
    path = np.nan_to_num(last, nan=150.0)[:, None] + np.cumsum(rng.normal(1.2, 1, (panel.series, horizon)), axis=1)
    spread = (2.4 * np.arange(1, horizon + 1) ** 0.7)[None, :, None] * SCORES
    weights = _weights(horizon, spiky=False)
    return Forecast(
        ids=panel.ids,
        cutoff=panel.frequency.stamps(ends - 1),
        stamps=stamps,
        levels=LEVELS,
        quantiles=path[..., None] + spread,
        members={name: (path + rng.normal(0, 1.5, path.shape).cumsum(axis=1))[..., None] + spread for name in MEMBERS},
        weights={name: np.tile(weights[name], (panel.series, 1)) for name in MEMBERS},
        spike_probability=np.full(path.shape, 0.3),
        alerts=(
            Alert(
                series=panel.ids[0],
                start=stamps[0, horizon // 3],
                end=stamps[0, horizon // 2],
                probability=0.71,
                size=46.3,
                severity="warning",
                raised_by="spike_detector",
                reason="Probability of a spike is 71 %, above the threshold of 35 %.",
            ),
            Alert(
                series=panel.ids[-1],
                start=stamps[-1, -1],
                end=stamps[-1, -1],
                probability=0.93,
                size=71.0,
                severity="critical",
                raised_by="rule: too high",
                reason="The forecast is above 250 mg/dL.",
            ),
        ),
        notes=("Rule 'floor' raised 2 values to 40 mg/dL.",),
    )


def _histories() -> dict[str, dict[str, list[float]]]:
    rng = np.random.default_rng(3)
    out: dict[str, dict[str, list[float]]] = {}
    for number, name in enumerate(MEMBERS[:5]):
        epoch = np.arange(9 + 2 * number)
        loss = 0.19 + 0.32 * np.exp(-epoch / 3) + rng.normal(0, 0.004, len(epoch))
        select = 0.2 + 0.27 * np.exp(-epoch / 2.5) + 0.002 * np.maximum(epoch - 6, 0) + rng.normal(0, 0.005, len(epoch))
        out[name] = {"loss": loss.tolist(), "select": select.tolist(), "seconds": [31.0 + 9 * number]}
    return out
