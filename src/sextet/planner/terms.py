"""On which terms rigs are compared: prices, use, limits, weights, precision, and what is drawn by which seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sextet.core.errors import ConfigError, nearest
from sextet.planner.cost import ELECTRICITY, WON_PER_DOLLAR, Usage
from sextet.planner.figures import Quantity, Quoted
from sextet.planner.price_lists import PriceList, named
from sextet.planner.timing.device import Software

PRECISIONS = ("auto", "float32", "float16", "bfloat16")
LISTS = ("question", "used", "new")
"""Price lists unless others are named; the first that has a card goes first."""

MARKET = ("used", "new")
"""Those of one level, what is asked for cards in 2026. The question's asks six to twenty times
as much."""

GPU_CUDNN = "9.10"
"""The cuDNN that sextet's extra `gpu` pins is 9.10.2, the last with kernels for Pascal and Volta."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Everything that is asked besides the rigs and the training.

    Attributes:
        electricity: price of a kWh, in the currency in which everything is told.
        won_per_dollar: rate at which prices in the other currency are converted.
        hours_a_day, years: of use; host_w: watts of the machine around the cards.
        prices: lists, the first goes first.
        weights: of sub-scores, those left out as declared.
        hours_limit: most hours of a training; budget: most that a rig may cost.
        precision: one of `PRECISIONS`.
        seed, draws: of the simulation.
        software: framework and cuDNN on the cards.
    """

    electricity: Quoted = field(default=ELECTRICITY["KRW"])
    won_per_dollar: Quoted = field(default=WON_PER_DOLLAR)
    hours_a_day: float = 8.0
    years: float = 3.0
    host_w: float = 100.0
    prices: tuple[PriceList, ...] = field(default_factory=lambda: named(LISTS))
    weights: Mapping[str, float] = field(default_factory=dict)
    hours_limit: float | None = None
    budget: Quantity | None = None
    precision: str = "auto"
    seed: int = 0
    draws: int = 4000
    software: Software = field(default_factory=lambda: Software(cudnn=GPU_CUDNN))

    def __post_init__(self) -> None:
        """Check every value.

        Raises:
            ConfigError: one is out of its range.
        """
        self.usage()
        if self.precision not in PRECISIONS:
            hint = nearest(self.precision, PRECISIONS) or "."
            raise ConfigError(f"Expected a precision of {', '.join(PRECISIONS)}; got {self.precision!r}{hint}")
        if self.won_per_dollar.quantity.unit != "KRW/USD" or not self.won_per_dollar.quantity.value > 0:
            raise ConfigError(f"Expected won per dollar above 0; got {self.won_per_dollar.quantity}.")
        if self.hours_limit is not None and not self.hours_limit > 0:
            raise ConfigError(f"Expected a limit of hours above 0; got {self.hours_limit:g}.")

    @property
    def currency(self) -> str:
        """In which everything is told: that of the electricity."""
        return self.electricity.quantity.unit.removesuffix("/kWh")

    def usage(self) -> Usage:
        """Return how rigs are used; they are switched on while they train.

        Raises:
            ConfigError: a value is out of its range.
        """
        return Usage(
            hours_a_day=self.hours_a_day,
            on_hours=self.hours_a_day,
            years=self.years,
            electricity=self.electricity.quantity,
            host_w=self.host_w,
        )

    @property
    def life_seconds(self) -> float:
        """Seconds of training in the years of use."""
        return self.years * 365 * self.hours_a_day * 3600

    def told(self, amount: Quantity) -> Quantity:
        """Return an amount of money in the currency in which everything is told.

        Raises:
            ConfigError: it is in neither won nor dollars.
        """
        if amount.unit == self.currency:
            return amount
        won = self.won_per_dollar.quantity
        if (amount.unit, self.currency) == ("USD", "KRW"):
            return won.of(amount)
        if (amount.unit, self.currency) == ("KRW", "USD"):
            return Quantity(amount.value / won.value, "USD")
        raise ConfigError(f"Expected an amount in KRW or USD; got {amount}.")
