"""What the specs of all neural members have in common."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal

from sextet.core.errors import ConfigError
from sextet.specs.check import one_of, share, whole

Normalisation = Literal["mean", "last", "shift"]
"""How a window is measured: from the mean of its observed steps in units of its spread ("mean"), from its last
observed value in units of its spread ("last"), or from its last observed value in units of the series ("shift")."""

OPEN: Any = None
"""The value of a field that is to be chosen from the data."""

NORMALISATIONS = ("mean", "last", "shift")


@dataclass(frozen=True, kw_only=True)
class NeuralSpec:
    """Fields of every neural member; one left open (None) is chosen from the data by `specs.defaults.resolved`.

    Attributes:
        lookback: steps of history the member looks at.
        width: size of its hidden state.
        dropout: share of activations dropped in training.
        normalisation: how each window is measured.
        covariates: whether it sees covariates and the calendar; if not, only the target's own history.
        past_covariates: whether past covariates are among those it sees.
        level_features: whether it sees the window's level and spread, which the normalisation takes away; with
            them its answer need not follow a shift or a scaling of the window exactly.
        skip: whether a linear map from the history, and from what is known of the horizon, is added to the median; it
            is fitted in closed form before training and stays as it is.
    """

    name: ClassVar[str] = ""

    lookback: int = OPEN
    width: int = OPEN
    dropout: float = OPEN
    normalisation: Normalisation = OPEN
    covariates: bool = OPEN
    past_covariates: bool = OPEN
    level_features: bool = OPEN
    skip: bool = OPEN

    def __post_init__(self) -> None:
        """Check every value."""
        whole(self.name, "lookback", self.lookback)
        whole(self.name, "width", self.width)
        if self.dropout is not OPEN:
            share(self.name, "dropout", self.dropout)
        if self.normalisation is not OPEN:
            one_of(self.name, "normalisation", self.normalisation, NORMALISATIONS)

    @property
    def open_fields(self) -> tuple[str, ...]:
        """Names of the fields that are still to be chosen."""
        return tuple(field.name for field in fields(self) if getattr(self, field.name) is OPEN)

    def require_chosen(self) -> None:
        """Check that every field is chosen.

        Raises:
            ConfigError: some are open; names them.
        """
        if self.open_fields:
            raise ConfigError(
                f"{self.name}: {', '.join(self.open_fields)} must be chosen before the network is built; "
                "sextet.specs.defaults.resolved does it from the data."
            )
