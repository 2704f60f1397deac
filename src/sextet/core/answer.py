"""What one member, or the ensemble, answers for W windows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Quantile forecasts of W windows, in the scaled space of the windows unless said otherwise.

    Attributes:
        quantiles: `[W, H, Q]`, never decreasing along Q.
        spike_probability: `[W, H]` in 0..1, or None where the member does not warn.
        spike_size: `[W, H]` expected size of a spike above the level, or None.
        rules: name of each of the user's rules that act in the member -> `[W, H]` where it acted.
    """

    quantiles: Floats
    spike_probability: Floats | None = None
    spike_size: Floats | None = None
    rules: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)

    def part(self, windows: slice | NDArray[np.bool_] | NDArray[np.integer]) -> Answer:
        """Return what was answered for some windows; of a slice as views."""
        return Answer(
            quantiles=self.quantiles[windows],
            spike_probability=None if self.spike_probability is None else self.spike_probability[windows],
            spike_size=None if self.spike_size is None else self.spike_size[windows],
            rules={name: acted[windows] for name, acted in self.rules.items()},
        )


def joined(parts: list[Answer]) -> Answer:
    """Join answers for consecutive windows into one."""
    probability = [p.spike_probability for p in parts if p.spike_probability is not None]
    size = [p.spike_size for p in parts if p.spike_size is not None]
    return Answer(
        quantiles=np.concatenate([p.quantiles for p in parts]),
        spike_probability=np.concatenate(probability) if probability else None,
        spike_size=np.concatenate(size) if size else None,
        rules={name: np.concatenate([p.rules[name] for p in parts]) for name in (parts[0].rules if parts else ())},
    )
