"""What the defaults of members are chosen from: a few numbers about the data, no data."""

from __future__ import annotations

from dataclasses import dataclass

from sextet.specs.check import whole


@dataclass(frozen=True, kw_only=True)
class Situation:
    """The data in a few numbers.

    Attributes:
        horizon: H, steps to forecast.
        season: the frequency's main season in steps; 1 where it has none.
        seasons: all its seasons in steps, the main one first.
        series: number of series.
        length: rows of a typical (median) series in `train`.
        rows: rows of all series in `train`.
        covariates: past and future covariates, the calendar not counted.
        past_helps: whether past covariates tell something of the future.
    """

    horizon: int
    season: int
    length: int
    seasons: tuple[int, ...] = ()
    series: int = 1
    rows: int = 0
    covariates: int = 0
    past_helps: bool = True

    def __post_init__(self) -> None:
        """Check every value."""
        for field in ("horizon", "season", "length", "series"):
            whole("Situation", field, getattr(self, field))
