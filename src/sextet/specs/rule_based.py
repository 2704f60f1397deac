"""Rule-Based."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sextet.core.errors import ConfigError
from sextet.specs.check import one_of, whole

KINDS = (
    "seasonal-naive",
    "damped-drift",
    "calendar-profile",
    "own-autoregression",
    "linear-autoregression",
    "phase-regression",
)


@dataclass(frozen=True, kw_only=True)
class RuleBasedSpec:
    """The best of a few forecasts without a network, chosen on `select`; then the user's rules act.

    Attributes:
        kinds: the forecasts to choose among.
        season: steps of a season; None tries the frequency's seasons. The linear autoregression has none, and the
            regression for each phase always has the frequency's main one.
    """

    name: ClassVar[str] = "rule-based"

    kinds: tuple[str, ...] = KINDS
    season: int | None = None

    def __post_init__(self) -> None:
        """Check every value."""
        if not self.kinds:
            raise ConfigError(f"{self.name}: kinds must name at least one of {', '.join(KINDS)}; got none.")
        for kind in self.kinds:
            one_of(self.name, "kinds", kind, KINDS)
        whole(self.name, "season", self.season)
