"""The view of a backtest's report; conventions as of `report.view`: a missing number is None."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from sextet.report.view import Absent, Fan, Header, Line, Name, Numbers, Table, Zone


class Score(TypedDict):
    """One score of every forecaster by group.

    Attributes:
        label: what it is called.
        format: "percent" is a percentage, "number" in `unit`.
        ideal: the value to be near, or None where smaller is better.
        lines: one value a group.
    """

    key: str
    label: str
    unit: str
    format: Literal["number", "percent"]
    ideal: float | None
    lines: list[Line]


class Groups(TypedDict):
    """Scores by group along an axis.

    Attributes:
        axis: what the groups are, such as "step of the horizon".
        labels: of the groups, in order.
        scores: to choose from.
        shown: forecasters that are drawn at first.
    """

    axis: str
    labels: list[str]
    scores: list[Score]
    shown: list[str]


class Clock(TypedDict):
    """Scores by hour of day and by weekday; hours are None where the steps are days."""

    hours: Groups | None
    weekdays: Groups
    note: str


class Difference(TypedDict):
    """How far a forecaster is from the ensemble, in percent of the ensemble's loss; positive: it is worse.

    Attributes:
        low, high: bounds of the 95 % interval, or None where there are too few cutoffs.
        chance: p-value of no difference, or None.
    """

    name: str
    difference: float | None
    low: float | None
    high: float | None
    chance: float | None


class Loss(TypedDict):
    """The differences by one loss."""

    label: str
    rows: list[Difference]


class Differences(TypedDict):
    """Differences to the forecaster `against`, by each loss."""

    against: str
    losses: list[Loss]
    note: str


class SeriesScores(TypedDict):
    """The series, those forecast worst first; `rest` is folded, None where all are in `first`."""

    first: Table
    rest: Table | None
    left_out: str


class Spent(TypedDict):
    """Seconds by forecaster; lists follow `names`."""

    names: list[str]
    fit: Numbers
    answer: Numbers
    fits: Table | None
    note: str


class BacktestView(TypedDict):
    """The whole report of a backtest. `names` holds every forecaster that sections mention; `zone` as of a run."""

    zone: NotRequired[Zone]
    header: Header
    names: list[Name]
    leaderboard: Table
    differences: Differences | Absent
    fan: Fan | Absent
    steps: Groups | Absent
    coverage: Groups | Absent
    clock: Clock | Absent
    series: SeriesScores | Absent
    spikes: Table | Absent
    scaled: Table | Absent
    spent: Spent
