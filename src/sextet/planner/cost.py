"""What a rig costs to buy and to run, how loud and hot it is, and until when software serves it."""

from __future__ import annotations

from dataclasses import dataclass, field

from sextet.core.errors import ConfigError
from sextet.hardware.catalogue import Cooling
from sextet.hardware.rig import Rig
from sextet.planner.figures import Prediction, Quantity, Quoted

READ = "2026-11-25"

ELECTRICITY: dict[str, Quoted] = {
    "KRW": Quoted(
        quantity=Quantity(307.3, "KRW/kWh"),
        source="https://bgbr.tistory.com (KEPCO, households, low voltage, above 400 kWh a month; energy charge alone)",
        date="2024-08-14",
    ),
    "USD": Quoted(
        quantity=Quantity(0.12, "USD/kWh"),
        source="https://nemulai.com/blog/gpu-electricity-cost-per-training-run (average of the USA)",
        date="2026-06",
    ),
}
"""Electricity by currency. In Korea a rig comes on top of what a household uses already, so the highest step is what it
pays."""

WON_PER_DOLLAR = Quoted(
    quantity=Quantity(1480.1, "KRW/USD"),
    source="https://koreajoongangdaily.joins.com/news/2025-12-23/business/finance/ (close of 22 December 2025)",
    date="2025-12-23",
)

BUSY = Quoted(
    quantity=Quantity(0.76, "of TDP"),
    source="https://arxiv.org/abs/2506.14551 (training on eight H100: 76 % of what the node is rated for)",
    date=READ,
)
"""Power of a busy card; another study of that node saw at most 82 % (arXiv 2412.08602)."""

IDLE = Quoted(
    quantity=Quantity(0.18, "of TDP"),
    source="https://jankyai.droidgram.com (a P40 that holds a model and does nothing: 45 W of 250 W)",
    date=READ,
)
"""Power of a card that holds a model and waits; others name 15 % (nemulai.com)."""

BUSY_RANGE = (0.5, 0.9)
"""Ends of the interval of a busy card's power, assumed: small networks leave units idle, and few reach the TDP."""

NOISE: dict[Cooling, str] = {
    "passive": "no fan of its own: it needs a server's fans, as loud as those are, or a fan and shroud fitted to it",
    "blower": "one fan that blows the heat out of the case, loud under load",
    "open": "slow fans, quiet, that leave the heat in the case: it needs space and airflow beside other cards",
}


@dataclass(frozen=True, kw_only=True)
class Usage:
    """How a rig is used; every value is the user's to change.

    Attributes:
        hours_a_day: hours it trains a day; it waits for the rest of `on_hours`.
        on_hours: hours a day it is switched on.
        years: how long it serves.
        load: share of a busy hour in which the cards work, 0 to 1.
        electricity: price, per kWh.
        host_w: watts of the machine around the cards; assumed, since no source is known.
    """

    hours_a_day: float = 8.0
    on_hours: float = 8.0
    years: float = 3.0
    load: float = 1.0
    electricity: Quantity = field(default=ELECTRICITY["KRW"].quantity)
    host_w: float = 100.0

    def __post_init__(self) -> None:
        """Check every value.

        Raises:
            ConfigError: one is out of its range.
        """
        if not 0 < self.hours_a_day <= 24:
            raise ConfigError(f"Expected hours of training a day above 0 and at most 24; got {self.hours_a_day:g}.")
        if not self.hours_a_day <= self.on_hours <= 24:
            raise ConfigError(
                "Expected hours a day <= hours switched on <= 24; "
                f"got {self.hours_a_day:g} and {self.on_hours:g}. Lower the first or raise the second."
            )
        if not 0 < self.years <= 50:
            raise ConfigError(f"Expected years of use above 0 and at most 50; got {self.years:g}.")
        if not 0 <= self.load <= 1:
            raise ConfigError(f"Expected a load of 0 to 1; got {self.load:g}.")
        if not 0 <= self.host_w <= 10_000:
            raise ConfigError(f"Expected 0 to 10,000 W around the cards; got {self.host_w:g}.")
        if not self.electricity.unit.endswith("/kWh") or self.electricity.value < 0:
            raise ConfigError(f"Expected a price of electricity per kWh, such as KRW/kWh; got {self.electricity}.")


def power(rig: Rig, load: float, host_w: float = 0.0) -> Prediction:
    """Return the watts of a rig under a load of 0 (it waits) to 1 (busy): idle + load x (busy - idle) of the TDP.

    Raises:
        ConfigError: the load is not within 0 and 1.
    """
    if not 0 <= load <= 1:
        raise ConfigError(f"Expected a load of 0 to 1; got {load:g}.")
    idle, busy = IDLE.quantity.value, BUSY.quantity.value
    low, high = BUSY_RANGE

    def watts(full: float) -> float:
        return host_w + rig.tdp_w * (idle + load * (full - idle))

    return Prediction(value=watts(busy), low=watts(low), high=watts(high), unit="W")


def energy(rig: Rig, hours: float, load: float = 1.0, host_w: float = 0.0) -> Prediction:
    """Return the kWh of a rig over hours under a load.

    Raises:
        ConfigError: the hours are below 0, or the load is not within 0 and 1.
    """
    if not hours >= 0:
        raise ConfigError(f"Expected hours of at least 0; got {hours!r}.")
    return power(rig, load, host_w).scaled(hours / 1000, "kWh")


@dataclass(frozen=True, kw_only=True)
class Running:
    """What running a rig costs.

    Attributes:
        training: energy of one training, kWh; training_cost: its price, in the currency of the electricity.
        year: energy of a year, kWh; year_cost: its price.
        life_cost: price of the energy of all years.
    """

    training: Prediction
    training_cost: Prediction
    year: Prediction
    year_cost: Prediction
    life_cost: Prediction


def running(rig: Rig, training_hours: float, usage: Usage) -> Running:
    """Return what a training of so many hours, a year and a rig's life cost in electricity.

    Raises:
        ConfigError: the hours are below 0.
    """
    currency = usage.electricity.unit.removesuffix("/kWh")
    price = usage.electricity.value
    one = energy(rig, training_hours, usage.load, usage.host_w)
    busy = energy(rig, 365 * usage.hours_a_day, usage.load, usage.host_w)
    waiting = energy(rig, 365 * (usage.on_hours - usage.hours_a_day), 0.0, usage.host_w)
    year = Prediction(
        value=busy.value + waiting.value, low=busy.low + waiting.low, high=busy.high + waiting.high, unit="kWh"
    )
    return Running(
        training=one,
        training_cost=one.scaled(price, currency),
        year=year,
        year_cost=year.scaled(price, currency),
        life_cost=year.scaled(price * usage.years, currency),
    )


def cost_per_training(purchase: Quantity | None, one: Running, training_hours: float, usage: Usage) -> Quantity | None:
    """Return purchase over all trainings of the rig's life, and the energy of one; None where the price is not known.

    Raises:
        ConfigError: purchase and electricity are in different currencies, or a training takes longer than the life.
    """
    if purchase is None:
        return None
    trainings = usage.years * 365 * usage.hours_a_day / training_hours
    if trainings < 1:
        raise ConfigError(
            f"A training of {training_hours:,.0f} hours takes longer than {usage.years:g} years at "
            f"{usage.hours_a_day:g} hours a day. Raise the hours a day or the years."
        )
    return purchase * (1 / trainings) + one.training_cost.quantity


def break_even(
    cheap: tuple[Quantity, Quantity], dear: tuple[Quantity, Quantity], per_day: float = 1.0
) -> Quantity | None:
    """Return after how many days the rig that costs more to buy has cost less in all; None: never.

    Args:
        cheap: price to buy, and price of the energy of one training, of the rig that costs less to buy.
        dear: likewise of the other.
        per_day: trainings a day.

    Raises:
        ConfigError: the currencies differ, the first costs more to buy, or there is no training a day.
    """
    extra, saved = dear[0] - cheap[0], cheap[1] - dear[1]
    if extra.value < 0 or not per_day > 0:
        raise ConfigError(
            f"Expected the rig that costs less to buy first, and trainings a day above 0; got {cheap[0]}, {dear[0]} "
            f"and {per_day:g}."
        )
    if saved.value <= 0:
        return None if extra.value > 0 else Quantity(0.0, "days")
    return Quantity(extra / saved / per_day, "days")


def noise(rig: Rig) -> tuple[str, ...]:
    """Return how loud each kind of card is, in words."""
    return tuple(f"{one}: {NOISE[one.cooling]}." for one in rig.kinds)


def heat(rig: Rig) -> str:
    """Return how hot it gets in words: every watt becomes heat, 3.412 BTU/h each."""
    watts = power(rig, 1.0).value
    return (
        f"Busy cards give off about {watts:,.0f} W ({3.412 * watts:,.0f} BTU/h), at most {rig.tdp_w:,.0f} W: "
        f"{watts / 1500:.1f} fan heaters of 1500 W."
    )
