"""What a report is built from: plain arrays and names, handed over by whoever trained or loaded a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sextet.core.errors import ConfigError
from sextet.core.window import WindowIndex

Floats = NDArray[np.floating]


@dataclass(frozen=True, kw_only=True)
class About:
    """What the report is about; all of it is shown in the header.

    Attributes:
        title: name of the data or of the run.
        unit: unit of the target, such as "mg/dL"; empty when unknown.
        created: when the run was made, as text (UTC).
        horizon, lookback: steps.
        seed: of the run.
        members: names in the order of the preset; they fix the colours.
        versions: package -> version.
        facts: further labelled texts (source file, preset, training time ...), in order.
        notes: what the user should know, one sentence each.
    """

    title: str
    unit: str = ""
    created: str
    horizon: int
    lookback: int
    seed: int
    members: tuple[str, ...]
    versions: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SpikeTest:
    """Spike warnings on the windows of an `Evaluation`.

    Attributes:
        probability: `[W, H]` in 0..1.
        label: `[W, H]` 1 where the target is a spike, 0 where not, NaN where it is not known.
        threshold: probability at which an alarm is raised.
        rivals: name -> `[W, H]` score of another alarm for the same steps (say how far the 90 % quantile lies
            above the spike level); its own threshold is in `rival_thresholds`.
        rival_thresholds: name -> score at which that alarm is raised.
    """

    probability: Floats
    label: Floats
    threshold: float
    rivals: Mapping[str, Floats] = field(default_factory=dict)
    rival_thresholds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Forecasts of W test windows in the unit of the target.

    Attributes:
        index: the windows, as positions in the panel that the report is about.
        target: `[W, H]`; NaN where missing.
        levels: `[Q]` quantile levels.
        quantiles: `[W, H, Q]` of the ensemble with the calibration learned once.
        online: `[W, H, Q]` with the calibration that adapts, or None.
        members: name -> `[W, H]` median of each member.
        baselines: name -> `[W, H]` median of each baseline.
        reference: which baseline skill is measured against.
        weights: name -> `[H]` weight of each member (mean over series where they differ).
        spike_weights: the same in the spike regime, where it has weights of its own.
        leaderboard: rows as `metrics.leaderboard` gives them: "name" and one number a metric.
        spikes: the spike warnings, or None.
    """

    index: WindowIndex
    target: Floats
    levels: tuple[float, ...]
    quantiles: Floats
    online: Floats | None = None
    members: Mapping[str, Floats]
    baselines: Mapping[str, Floats]
    reference: str
    weights: Mapping[str, Floats] = field(default_factory=dict)
    spike_weights: Mapping[str, Floats] = field(default_factory=dict)
    leaderboard: Sequence[Mapping[str, str | float | int | None]] = ()
    spikes: SpikeTest | None = None

    def __post_init__(self) -> None:
        """Check that the arrays belong together.

        Raises:
            ConfigError: a shape differs, or the reference is not a baseline.
        """
        shape = (len(self.index), *self.target.shape[1:])
        quantiles = (*shape, len(self.levels))
        arrays: dict[str, tuple[Floats, tuple[int, ...]]] = {
            "target": (self.target, shape),
            "quantiles": (self.quantiles, quantiles),
            **{f"median of {name}": (values, shape) for name, values in {**self.members, **self.baselines}.items()},
        }
        if self.online is not None:
            arrays["online"] = (self.online, quantiles)
        if self.spikes is not None:
            arrays["spike probability"] = (self.spikes.probability, shape)
            arrays["spike label"] = (self.spikes.label, shape)
            arrays |= {f"alarm of {name}": (values, shape) for name, values in self.spikes.rivals.items()}
        for name, (values, expected) in arrays.items():
            if values.shape != expected:
                raise ConfigError(f"Expected {name} of shape {expected} for the report; got {values.shape}.")
        if self.baselines and self.reference not in self.baselines:
            known = ", ".join(self.baselines)
            raise ConfigError(f"Expected the reference to be one of {known}; got {self.reference!r}.")
