"""A statement, what was found about it, and the judgement."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Literal

from sextet.core.errors import ConfigError, nearest
from sextet.planner.figures import Figure, Measured, Prediction, Quantity, Quoted

Verdict = Literal["holds", "does not hold", "depends"]
CLOSE = 0.1
"""A best guess that is off by less than a tenth of what was said still bears it out: people round."""


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What was said.

    Attributes:
        id, topic: for look-ups and headings.
        said: the words.
        low, high: what they put in numbers, in `unit`; None where they do not.
        values: numbers of the words that `low` and `high` follow from; versions: software that they name.
    """

    id: str
    topic: str
    said: str
    low: float | None = None
    high: float | None = None
    unit: str = ""
    values: dict[str, float] = field(default_factory=dict, hash=False)
    versions: dict[str, str] = field(default_factory=dict, hash=False)

    @property
    def span(self) -> tuple[float, float]:
        """The numbers.

        Raises:
            ConfigError: it names none.
        """
        if self.low is None or self.high is None:
            raise ConfigError(f"The statement {self.id!r} puts nothing in numbers.")
        return self.low, self.high


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """One number that a judgement rests on."""

    label: str
    number: Figure | Quantity

    @property
    def kind(self) -> str:
        """Whether it is quoted, measured, predicted, or computed from such."""
        kinds = {Quoted: "quoted", Measured: "measured", Prediction: "predicted"}
        return next((name for one, name in kinds.items() if isinstance(self.number, one)), "computed")


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What was found about a statement.

    Attributes:
        id, topic, statement: what was said.
        verdict: whether it holds.
        why: one sentence; of "depends" it says on what.
        brief: what the verdict alone would hide, in a few words for a table; empty where it hides nothing.
        arithmetic: lines that lead to it, each readable alone.
        sources: where the numbers come from.
        figures: the numbers.
    """

    id: str
    topic: str
    statement: str
    verdict: Verdict
    why: str
    arithmetic: tuple[str, ...]
    sources: tuple[str, ...]
    figures: tuple[Labelled, ...]
    brief: str = ""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a judge returns; the statement is added to it."""

    verdict: Verdict
    why: str
    arithmetic: Sequence[str]
    sources: Sequence[str]
    figures: Sequence[Labelled] = ()
    brief: str = ""

    def about(self, statement: Statement) -> Judgement:
        """Return the judgement of a statement."""
        return Judgement(
            id=statement.id,
            topic=statement.topic,
            statement=statement.said,
            verdict=self.verdict,
            why=self.why,
            arithmetic=tuple(self.arithmetic),
            sources=tuple(dict.fromkeys(self.sources)),
            figures=tuple(self.figures),
            brief=self.brief,
        )


@cache
def statements() -> dict[str, Statement]:
    """Return every statement by its id, in the order of the file."""
    text = resources.files("sextet.planner.claims").joinpath("statements.toml").read_text(encoding="utf-8")
    return {row["id"]: Statement(**row) for row in tomllib.loads(text)["statement"]}


def statement(name: str) -> Statement:
    """Return a statement by its id.

    Raises:
        ConfigError: there is none of this id; the nearest is told.
    """
    known = statements()
    if name not in known:
        hint = nearest(name, known) or "."
        raise ConfigError(f"There is no statement {name!r}{hint} Known are {', '.join(known)}.")
    return known[name]


def stands(span: tuple[float, float], found: Prediction, close: float = CLOSE) -> bool | None:
    """Return whether a prediction bears out a span of numbers: True, False, or None where it cannot tell.

    It does where the best guess lies within the span, each end a tenth further out; it does not where the interval
    misses the span so widened; in between the model's error is larger than the difference.
    """
    low, high = span[0] * (1 - close), span[1] * (1 + close)
    if low <= found.value <= high:
        return True
    return False if found.high < low or found.low > high else None


def verdict_of(answers: Sequence[bool | None]) -> Verdict:
    """Return the verdict over several cases: what holds in all holds, what fails in all does not, the rest depends."""
    if all(one is True for one in answers):
        return "holds"
    return "does not hold" if all(one is False for one in answers) else "depends"


def verdict_between(span: tuple[float, float], found: Sequence[Prediction]) -> Verdict:
    """Return the verdict over sizes: where some are below the span and some above, it is true of sizes between."""
    verdict = verdict_of([stands(span, one) for one in found])
    straddles = min(one.value for one in found) < span[0] and max(one.value for one in found) > span[1]
    return "depends" if straddles and verdict == "does not hold" else verdict


def sentence(verdict: Verdict, ways: str, told: str) -> str:
    """Return what was found as a sentence, which says first on what it depends, where it does."""
    text = f"it depends on {ways}: {told}" if verdict == "depends" else told
    return f"{text[0].upper()}{text[1:]}."
