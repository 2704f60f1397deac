"""The view of a report: one plain dict that JSON can hold and that the HTML is drawn from, nothing else.

It is stored in the run, so that the report can be written again without the data, the models or TensorFlow.
Conventions: a missing number is None, never NaN; stamps are milliseconds since 1970 (`Times`), UTC where there is a
`Zone`, by whose clock they are told, else as the data tell them; shares and probabilities are 0..1; skill, coverage and
accuracy are percent; everything else is in the unit of the target (`header.unit`). A section without data is an
`Absent` that says why in one sentence.
`sextet.report.validate` checks all of it.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict, final

SCHEMA = 1

Numbers = list[float | None]
Cell = str | float | int | None


class Absent(TypedDict):
    """A section with nothing to show.

    Attributes:
        absent: why, in one sentence.
    """

    absent: str


class Zone(TypedDict):
    """The zone of the data.

    Attributes:
        name: such as "Europe/Berlin" or "+05:30".
        changes: `[T]` moments at which its clock is changed, in milliseconds.
        ahead: `[T + 1]` milliseconds that it is ahead of UTC before, between and after them.
        short: `[T + 1]` what it is called then, such as "CEST".
    """

    name: str
    changes: list[int]
    ahead: list[int]
    short: list[str]


@final
class Regular(TypedDict):
    """Evenly spaced stamps: `start + k * step` for k below `count`, in milliseconds."""

    start: int
    step: int
    count: int


@final
class Irregular(TypedDict):
    """Stamps one by one (months, business days), in milliseconds."""

    at: list[int]


Times = Regular | Irregular


class Fact(TypedDict):
    """One labelled text, such as ("Horizon", "12 steps (1 h)")."""

    label: str
    value: str


class Tile(TypedDict):
    """One figure at the top of the report.

    Attributes:
        tone: "good", "bad" or "plain": colours the figure; the text says the same in words.
    """

    label: str
    value: str
    detail: str
    tone: Literal["good", "bad", "plain"]


class Name(TypedDict):
    """One forecaster.

    Attributes:
        slot: its fixed colour and dash, an index into the palette of the stylesheet.
    """

    name: str
    kind: Literal["ensemble", "member", "baseline"]
    slot: int


class Header(TypedDict):
    """What the report is about.

    Attributes:
        created: when the report was made, as text.
        accuracy: the sentence that defines accuracy.
        notes: what the user should know, one sentence each.
    """

    title: str
    created: str
    unit: str
    accuracy: str
    tiles: list[Tile]
    facts: list[Fact]
    notes: list[str]


class Column(TypedDict):
    """One column of a table.

    Attributes:
        key: the key of its cells in the rows.
        format: how a cell is written; "stamp" is milliseconds, "share" is 0..1 written in percent, "signed" is a
            percentage with its sign, "percent" a percentage, "chance" a p-value, "drawn" a share of draws, 0..1, that
            do not tell 100 % from nearly so, "duration" seconds, "points" a score with one decimal, "short" a number
            with three digits.
        unit: said in the heading; empty for none.
        hint: one sentence on what it means; empty for none.
    """

    key: str
    label: str
    format: Literal[
        "text",
        "number",
        "integer",
        "percent",
        "signed",
        "share",
        "stamp",
        "chance",
        "drawn",
        "duration",
        "points",
        "short",
    ]
    unit: str
    hint: str


class Table(TypedDict):
    """A table, in the order it is first shown.

    Attributes:
        marked: the row index to set off (the ensemble), or None.
        note: what is left out or how to read it; may be empty.
    """

    columns: list[Column]
    rows: list[dict[str, Cell]]
    marked: int | None
    note: str


class Band(TypedDict):
    """A central interval over the horizon, `level` in percent."""

    level: float
    low: Numbers
    high: Numbers


class Line(TypedDict):
    """Values of one forecaster along some axis of the section."""

    name: str
    values: Numbers


class FanWindow(TypedDict):
    """One forecast: H steps after a cutoff.

    Attributes:
        series: index into `Fan.series`.
        label: for the selector, such as "2024-03-02 10:00, MAE 12.3".
        kind: "test" where the truth is known, "next" for the forecast after the end of the data.
        before: stamps of the history shown; `history` is as long.
        times: H stamps; `truth`, `median`, bands and lines are as long.
        static: bands of the calibration learned once.
        online: bands of the calibration that adapts, or None.
        lines: median of every member and baseline.
    """

    series: int
    label: str
    kind: Literal["test", "next"]
    before: Times
    history: Numbers
    times: Times
    truth: Numbers | None
    median: Numbers
    static: list[Band]
    online: list[Band] | None
    lines: list[Line]


class Fan(TypedDict):
    """Fan charts, to choose from by series and cutoff. `first` is the window shown first."""

    series: list[str]
    windows: list[FanWindow]
    first: int
    left_out: str


class WeightSet(TypedDict):
    """Weights by horizon step under one regime; over the members they sum to one at each step."""

    regime: str
    lines: list[Line]


class Weights(TypedDict):
    """Ensemble weights, one value a horizon step (1..H)."""

    sets: list[WeightSet]
    note: str


class SkillBar(TypedDict):
    """Skill is 100 * (1 - MAE / MAE of the reference), percent."""

    name: str
    mae: float | None
    skill: float | None


class Skill(TypedDict):
    """Skill against the reference on the test part: over all steps, and one value a horizon step."""

    reference: str
    bars: list[SkillBar]
    by_step: list[Line]
    mae_by_step: list[Line]
    note: str


class StepCoverage(TypedDict):
    """Coverage (percent) of one nominal level at each horizon step."""

    level: float
    static: Numbers
    online: Numbers | None


class Calibration(TypedDict):
    """Coverage on the test part, percent; widths in the unit of the target. All lists follow `nominal`."""

    nominal: list[float]
    static: Numbers
    online: Numbers | None
    static_width: Numbers
    online_width: Numbers | None
    by_step: list[StepCoverage]
    points: int
    note: str


class SpikeTrack(TypedDict):
    """One series over the test part: at each stamp the probability given by the forecast that covered it.

    Attributes:
        hits, misses, false_alarms: indices into `times`: alarm and spike, spike without alarm, alarm without spike.
    """

    name: str
    times: Times
    y: Numbers
    probability: Numbers
    hits: list[int]
    misses: list[int]
    false_alarms: list[int]


class Reliability(TypedDict):
    """By bin of probability: the mean that was said, the share of spikes that was seen, and how many steps."""

    said: Numbers
    seen: Numbers
    steps: list[int]
    note: str


class Spikes(TypedDict):
    """Spike warnings on the test part; `threshold` is the probability at which an alarm is raised.

    `reliability` is None where there are too few steps; views of older runs do not have it.
    """

    threshold: float
    tracks: list[SpikeTrack]
    scores: Table
    reliability: NotRequired[Reliability | None]
    left_out: str


class Curve(TypedDict):
    """Losses of one member, one value an epoch; `kept` is the epoch (from 0) whose weights were kept."""

    name: str
    loss: Numbers
    select: Numbers
    kept: int | None
    detail: str


class Training(TypedDict):
    """Training curves of the members that are trained."""

    curves: list[Curve]
    note: str


class Strip(TypedDict):
    """Share of rows observed (0..1) in each bucket of time; None where the series has no rows."""

    name: str
    observed: Numbers


class Quality(TypedDict):
    """What the data are like. `buckets` are the starts of the buckets that the strips are counted in."""

    facts: list[Fact]
    notes: list[str]
    series: Table
    buckets: Times
    strips: list[Strip]
    left_out: str


class Said(TypedDict):
    """The next forecast of one series, told in a sentence and in one row a member."""

    series: str
    sentence: str
    rows: Table


class Explanation(TypedDict):
    """What each member said and weighed for the next forecast."""

    series: list[Said]
    left_out: str


class ReportView(TypedDict):
    """The whole report. `names` holds every forecaster that a section mentions.

    Without `zone` stamps are told as they are: data without one, and views of older runs.
    """

    schema: int
    zone: NotRequired[Zone]
    header: Header
    names: list[Name]
    leaderboard: Table | Absent
    fan: Fan | Absent
    weights: Weights | Absent
    skill: Skill | Absent
    calibration: Calibration | Absent
    spikes: Spikes | Absent
    training: Training | Absent
    quality: Quality | Absent
    alerts: Table | Absent
    explanation: Explanation | Absent


def count(times: Times) -> int:
    """Number of stamps."""
    return len(times["at"]) if "at" in times else times["count"]
