"""What the specs of all neural members have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from sextet.specs.check import one_of, share, whole

Normalisation = Literal["mean", "last", "shift"]
"""How a window is measured: from the mean of its observed steps in units of its spread ("mean"), from its last
observed value in units of its spread ("last"), or from its last observed value in units of the series ("shift")."""

NORMALISATIONS = ("mean", "last", "shift")


@dataclass(frozen=True, kw_only=True)
class NeuralSpec:
    """Fields of every neural member; a None is chosen from the data by `specs.defaults.resolved`.

    Attributes:
        lookback: steps of history the member looks at.
        width: size of its hidden state.
        dropout: share of activations dropped in training.
        normalisation: how each window is measured.
        covariates: whether it sees covariates and the calendar; if not, only the target's own history.
        level_features: whether it sees the window's level and spread, which the normalisation takes away; with
            them its answer need not follow a shift or a scaling of the window exactly.
        skip: whether a linear map from the history to every quantile's level is added.
    """

    name: ClassVar[str] = ""

    lookback: int | None = None
    width: int = 128
    dropout: float = 0.3
    normalisation: Normalisation = "shift"
    covariates: bool = True
    level_features: bool = True
    skip: bool = False

    def __post_init__(self) -> None:
        """Check every value."""
        whole(self.name, "lookback", self.lookback)
        whole(self.name, "width", self.width)
        share(self.name, "dropout", self.dropout)
        one_of(self.name, "normalisation", self.normalisation, NORMALISATIONS)
