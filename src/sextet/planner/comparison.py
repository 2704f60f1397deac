"""The answer of the planner, whole: everything that text, JSON and charts show, and nothing computed here.

Times are seconds from the start of a training, memory is bytes, rates are FLOP/s and bytes/s. A number that is not
known is None. What belongs to one rig is in `planner.rig_plan`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import TYPE_CHECKING, Any

from sextet.planner.figures import Measured, Prediction, Quantity, Quoted, plain_figure
from sextet.planner.rig_plan import MemoryStack, RigPlan, RooflinePoint

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

SCHEMA = 1
"""Number of the form of `Comparison.as_dict()`; raised when a key changes its meaning or goes."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What was asked, with every open choice made.

    Attributes:
        members: names, in the order of training.
        data: what the sizes were taken from, in words.
        series, rows: of the data in training, all series together; horizon, lookback: steps of a window.
        covariates: of the data, the calendar not counted.
        batch: windows of a step, of all cards together; steps: of an epoch; epochs: at most.
        windows: to train on; select_windows: scored after each epoch.
        weights: of the sub-scores.
        hours_a_day, years: of use.
        electricity: price of a kWh; won_per_dollar: rate of exchange.
        price_lists: names, the first goes first.
        hours_limit: most hours a round of training may take; budget: most that a rig may cost; None: no limit.
        precision: as asked, "auto" where the planner chooses; seed: of the simulation.
        software: framework and cuDNN in words.
    """

    members: tuple[str, ...]
    data: str
    series: int
    rows: int
    horizon: int
    lookback: int
    covariates: int
    batch: int
    steps: int
    epochs: int
    windows: int
    select_windows: int
    weights: Mapping[str, float]
    hours_a_day: float
    years: float
    electricity: Quoted
    won_per_dollar: Quoted
    price_lists: tuple[str, ...]
    hours_limit: float | None
    budget: Quantity | None
    precision: str
    seed: int
    software: str


@dataclass(frozen=True, kw_only=True)
class BreakEven:
    """When the rig that costs more to buy has cost less in all.

    Attributes:
        cheap, dear: names of the rigs.
        days: of use at the hours a day asked for, each doing the same trainings; None: never, or not known.
        text: a sentence.
    """

    cheap: str
    dear: str
    days: float | None
    text: str


@dataclass(frozen=True, kw_only=True)
class Chances:
    """How often each rig wins when everything the planner is unsure of is drawn again and again.

    Attributes:
        draws, seed: of the simulation.
        wins: by "time", "cost" and "score", for each rig that serves and keeps to the limits the share of draws it
            wins; a criterion that is not known of every one of them is left out.
        ratios: for each other of these, its seconds over those of the first: low, middle and high (10, 50 and
            90 %).
        seconds: of each rig's round of training, likewise.
        assumptions: what was taken to be common to the rigs, one sentence each.
    """

    draws: int
    seed: int
    wins: Mapping[str, Mapping[str, float]]
    ratios: Mapping[str, tuple[float, float, float]]
    seconds: Mapping[str, tuple[float, float, float]]
    assumptions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Change:
    """One thing changed, everything else as asked.

    Attributes:
        what: in words, such as "members 4 times as wide".
        group: cases that go further and further in one direction share it; others are alone in theirs.
        seconds, cost, total: of each rig by name; None: not known.
        fastest, cheapest, best: name of the rig that wins then of those that keep to the limits, None where two are
            alike or one is not known.
        flips: which of "time", "cost" and "score" have another winner than as asked; "limits" where no rig keeps to
            them any more.
    """

    what: str
    group: str
    seconds: Mapping[str, float | None]
    cost: Mapping[str, float | None]
    total: Mapping[str, float | None]
    fastest: str | None
    cheapest: str | None
    best: str | None
    flips: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class FrontPoint:
    """A rig of the search.

    Attributes:
        rig: such as "2x Tesla T4"; card, count: the same apart.
        seconds: of a round of training; placement, precision: as it should be done.
        price: of its cards, None where not known; unit: of the price.
        kwh: of a round; watts: while it trains; tdp_w: of all cards.
        fits: whether the members fit; trains: whether sextet trains on its cards.
        front: whether no other rig is at least as good in time, price and energy and better in one.
    """

    rig: str
    card: str
    count: int
    seconds: Prediction
    placement: str
    precision: str
    price: float | None
    unit: str | None
    kwh: float
    watts: float
    tdp_w: float
    fits: bool
    trains: bool
    front: bool


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Which rig to take.

    Attributes:
        rig: name of the winner on the score of those that keep to the limits, None where it cannot be told.
        text: a sentence, with how sure it is.
        reasons: for and against, one sentence each.
        flips: what would change it, one sentence each.
    """

    rig: str | None
    text: str
    reasons: tuple[str, ...]
    flips: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The planner's answer about some rigs.

    Attributes:
        question: what was asked.
        rigs: in the order asked.
        verdict: which to take.
        chances: how sure that is; None where fewer than two rigs serve and keep to the limits.
        break_even: of each pair of these.
        sensitivity: what changes the answer, and what does not.
        front: the rigs asked for and, where a search was made, those of the catalogue.
        assumptions: what was assumed, with its source, one sentence each.
        notes: what a reader should know, one sentence each.
    """

    question: Question
    rigs: tuple[RigPlan, ...]
    verdict: Verdict
    chances: Chances | None
    break_even: tuple[BreakEven, ...]
    sensitivity: tuple[Change, ...]
    front: tuple[FrontPoint, ...] = ()
    assumptions: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain values, with the number of this form under `schema`."""
        return {"schema": SCHEMA, **plain(self)}

    def __str__(self) -> str:
        """As text of 100 columns."""
        from sextet.planner.rendering import text

        return text(self)

    __repr__ = __str__

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """As rich shows it."""
        from sextet.planner.rendering import parts

        yield from parts(self)


_DERIVED = {MemoryStack: ("headroom",), RooflinePoint: ("intensity", "achieved"), RigPlan: ("seconds", "fits")}


def plain(value: Any) -> Any:
    """Return a part of the answer as plain values: figures as `plain_figure` says, amounts as value and unit."""
    if isinstance(value, Prediction | Quoted | Measured):
        return plain_figure(value)
    if isinstance(value, Quantity):
        return {"value": value.value, "unit": value.unit}
    if is_dataclass(value) and not isinstance(value, type):
        names = (*(one.name for one in fields(value)), *_DERIVED.get(type(value), ()))
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return value
