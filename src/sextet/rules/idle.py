"""Rules that act on some data otherwise than they read, or not at all: said before a training, with each forecast."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sextet.core.frequency import Frequency
from sextet.core.panel import Panel
from sextet.rules.rule import Rule
from sextet.rules.scene import is_daily, longer_than_a_day
from sextet.rules.vocabulary import OF_A_DAY, TIME_OF_DAY

MEMBER = "rule-based"
"""The member in which rules act."""

WARNER = "spike-detector"
"""The member that gives the probability of a spike."""


def idle_notes(rules: Sequence[Rule], panel: Panel, members: Collection[str]) -> list[str]:
    """Return a sentence for each rule that cannot act on data like these, or acts on whole weeks for the sake of a day.

    Args:
        rules: each of them valid.
        panel: the data.
        members: names of the members; empty: a forecast of none, on which every rule acts.
    """
    told = [why_idle(rule, panel.ids, is_daily(panel.frequency), members) for rule in rules]
    if longer_than_a_day(panel.frequency):
        told += [_of_whole_steps(rule, panel.frequency) for rule in rules if OF_A_DAY & rule.condition_uses.names]
    return [note for note in told if note]


def _of_whole_steps(rule: Rule, frequency: Frequency) -> str:
    words = ", ".join(sorted(OF_A_DAY & rule.condition_uses.names))
    return (
        f"Rule {rule.name!r} asks for a day ({words}); the data has steps of {frequency.name}, so it acts on a whole "
        "step where the date of the step is such a day, and on none where such a day lies within."
    )


def why_idle(rule: Rule, ids: tuple[str, ...], daily: bool, members: Collection[str]) -> str:
    """Say why a rule cannot act at all on the series `ids`, if it cannot; `daily`: steps last a day or more."""
    if daily and TIME_OF_DAY in rule.condition_uses.needs:
        return f"Rule {rule.name!r} has hours; the data has steps of a day or more, so it does not act."
    if not rule.covers(ids).any():
        shown = ", ".join(rule.series or ())
        return f"Rule {rule.name!r} is about {shown}, which no series of the data is named."
    if rule.changes and not rule.final and members and MEMBER not in members:
        return (
            f"Rule {rule.name!r} acts in the Rule-Based member, which this run does not have. With final = true "
            "it acts on the forecast itself."
        )
    if "spike_probability" in rule.condition_uses.names and members and WARNER not in members:
        return (
            f"Rule {rule.name!r} asks for the probability of a spike, which only the Spike Detector gives; this run "
            "does not have it."
        )
    return ""
