"""The view of a plan's report; conventions as of `report.view`: a missing number is None.

Times are seconds, memory is GiB, rates are GFLOP/s and GB/s. Charts are drawn from it on the page itself, see
`report.svg`; a rig has the slot of a colour.
"""

from __future__ import annotations

from typing import TypedDict

from sextet.report.view import Absent, Header, Name, Table


class Bar(TypedDict):
    """What a card does from `start` to `end`; slot: colour of the member."""

    name: str
    slot: int
    start: float
    end: float


class Lane(TypedDict):
    """A card, or the host, and what it does."""

    label: str
    bars: list[Bar]


class Schedule(TypedDict):
    """One way to place the members on a rig.

    Attributes:
        rig, placement, precision: as they are; chosen: whether this is the way to go.
        seconds: of the training; low, high: ends of its interval.
        lanes: cards, those that do the same as one; left_out: how many are not drawn; idle: cards that nothing is
            placed on.
    """

    rig: str
    placement: str
    precision: str
    chosen: bool
    seconds: float
    low: float
    high: float
    lanes: list[Lane]
    left_out: int
    idle: int


class Timeline(TypedDict):
    """Every schedule; names: what the bars are, with their colours."""

    schedules: list[Schedule]
    names: list[Name]


class Stack(TypedDict):
    """What a member needs on a card.

    Attributes:
        label: of card and member; rig: whose.
        parts: GiB by part, in the order of `MemoryChart.parts`.
        total, low, high: GiB; usable: what a process can have; fits: whether the total does.
    """

    rig: str
    label: str
    parts: list[float]
    total: float
    low: float
    high: float
    usable: float
    fits: bool


class MemoryChart(TypedDict):
    """Stacks of every rig in the chosen placement; parts: what holds memory, bottom to top."""

    parts: list[str]
    stacks: list[Stack]
    table: Table
    note: str


class Point(TypedDict):
    """A member on a roofline: FLOPs a byte, and GFLOP/s with its interval."""

    name: str
    slot: int
    intensity: float
    achieved: float
    low: float
    high: float


class Roof(TypedDict):
    """The roofline of a card: GFLOP/s of the unit that works, GB/s of its memory."""

    card: str
    precision: str
    peak: float
    bandwidth: float
    points: list[Point]


class Roofline(TypedDict):
    """Rooflines with the same axes."""

    roofs: list[Roof]
    names: list[Name]


class Spending(TypedDict):
    """What a rig has cost by year, with the interval that electricity gives it."""

    rig: str
    slot: int
    years: list[float]
    total: list[float]
    low: list[float]
    high: list[float]


class Costs(TypedDict):
    """Cost over the years in one currency; left_out: rigs without a price in it, in a sentence."""

    unit: str
    lines: list[Spending]
    left_out: str


class Choice(TypedDict):
    """A rig on the chart of price and time."""

    rig: str
    price: float
    seconds: float
    low: float
    high: float
    front: bool
    asked: bool


class Front(TypedDict):
    """Rigs by price and time; left_out: what is not drawn and why, in a sentence."""

    unit: str
    choices: list[Choice]
    table: Table
    left_out: str


class Wins(TypedDict):
    """How often each rig wins; shares follow `ChancesView.rigs`."""

    criterion: str
    shares: list[float]


class ChancesView(TypedDict):
    """Shares of draws that each rig wins; ratios: how many times longer each takes than the first."""

    rigs: list[str]
    slots: list[int]
    wins: list[Wins]
    table: Table
    ratios: Table | None
    note: str
    assumptions: list[str]


class Reason(TypedDict):
    """What is said of one rig."""

    rig: str
    pros: list[str]
    cons: list[str]
    notes: list[str]


class VerdictView(TypedDict):
    """Which rig to take, why, and what would change it."""

    text: str
    reasons: list[str]
    flips: list[str]
    rigs: list[Reason]
    break_even: list[str]


class SourcesView(TypedDict):
    """Every number with its kind, interval and source, how far off the formulas were, and what was assumed."""

    table: Table
    errors: Table
    assumptions: list[str]


class PlanView(TypedDict):
    """The whole report of a plan; a search alone has no rigs."""

    header: Header
    names: list[Name]
    verdict: VerdictView
    rigs: Table | Absent
    timeline: Timeline | Absent
    members: Table | Absent
    memory: MemoryChart | Absent
    room: Table | Absent
    roofline: Roofline | Absent
    costs: Costs | Absent
    front: Front | Absent
    chances: ChancesView | Absent
    sensitivity: Table | Absent
    software: Table | Absent
    sources: SourcesView
