"""Which members, in which form, make the best ensemble on `weigh`, which the search has not looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sextet.baselines.history import targets
from sextet.combine.evidence import Evidence, gather_evidence
from sextet.combine.weight_search import search
from sextet.core.window import WindowIndex
from sextet.ensemble.ground import Ground

LESS = 0.002
"""Share of the ensemble's loss by which fewer members, or another training, must win."""

POINTS = 3000
"""Most points that ensembles are judged on: learning weights again and again is what takes the time."""

FEWEST = 2
"""Fewest members that a subset keeps."""


@dataclass
class Jury:
    """Judges members and ensembles of them on the same points of `weigh`.

    Attributes:
        losses: what ensembles scored so far.
    """

    ground: Ground
    index: WindowIndex
    regime: NDArray[np.float32] | None = None
    losses: dict[tuple[str, ...], float | None] = field(default_factory=dict)
    _said: dict[str, Evidence] = field(default_factory=dict)

    def hear(self, name: str, quantiles: NDArray[np.floating]) -> None:
        """Take in the answers `[W, H, Q]` of one form of a member, in scaled space."""
        panel, horizon = self.ground.panel, self.ground.config.horizon
        self._said[name] = gather_evidence(
            quantiles[None],
            targets(self.ground.prepared, self.index, horizon),
            self.index.series,
            self.ground.shape.levels,
            self.regime,
            self.index.row - panel.offsets[self.index.series],
        )

    def hear_file(self, name: str, path: Path) -> bool:
        """Take in what a trial wrote down; tells whether there is such a file."""
        if not path.is_file():
            return False
        with np.load(path, allow_pickle=False) as arrays:
            self.hear(name, arrays["quantiles"])
        return True

    def alone(self, names: Sequence[str]) -> float:
        """Mean pinball loss of members, each by itself, averaged over them."""
        return float(np.mean([self._said[name].losses(np.ones((1, 1))).mean() for name in names]))

    def together(self, names: Sequence[str]) -> float | None:
        """Cross-validated loss of the ensemble, its weights learned from the past only; None with too few points."""
        key = tuple(names)
        if key not in self.losses:
            parts = [self._said[name] for name in names]
            whole = replace(parts[0], answers=np.concatenate([part.answers for part in parts], axis=2))
            few = np.linspace(0, len(whole) - 1, min(POINTS, len(whole))).astype(np.int64)
            choice = search(whole.take(few)) if len(names) > 1 else None
            known = choice is not None and choice.validated
            self.losses[key] = choice.scores["combination"] if choice is not None and known else None
        return self.losses[key]

    def fewer(self, names: Sequence[str]) -> tuple[str, ...]:
        """Leave out, one after the other, the member without which the ensemble is better by `LESS`."""
        kept, loss = tuple(names), self.together(names)
        while loss is not None and len(kept) > FEWEST:
            rest = [kept[:i] + kept[i + 1 :] for i in range(len(kept))]
            scored = [(score, one) for one in rest if (score := self.together(one)) is not None]
            if not scored or min(scored)[0] >= loss * (1 - LESS):
                break
            loss, kept = min(scored)
        return kept


def spike_regime(path: Path) -> NDArray[np.float32] | None:
    """Return the spike probability `[W, H]` that a member's answers hold, if any."""
    if not path.is_file():
        return None
    with np.load(path, allow_pickle=False) as arrays:
        return np.asarray(arrays["spike_probability"]) if "spike_probability" in arrays else None


def better(jury: Jury, new: Mapping[str, str], old: Mapping[str, str], by: float) -> bool:
    """Whether the ensemble of the forms `new` beats that of `old` by a share `by`; not where that cannot be told."""
    ahead, behind = jury.together(tuple(new.values())), jury.together(tuple(old.values()))
    return ahead is not None and behind is not None and ahead <= behind * (1 - by)
