"""Rules that cannot act on some data at all."""

from __future__ import annotations

import pandas as pd
import pytest

from sextet.core.panel import Panel
from sextet.data.read import read_panel
from sextet.rules.idle import idle_notes
from sextet.rules.user_rules import parse_rules


def panel(freq: str) -> Panel:
    stamps = pd.date_range("2024-01-01", periods=60, freq=freq)
    return read_panel(pd.DataFrame({"unique_id": "hall", "ds": stamps, "y": range(60)}))


@pytest.mark.parametrize(
    ("rule", "freq", "members", "why"),
    [
        ("when = 'hour >= 6'", "D", ["rule-based"], "has hours; the data has steps of a day or more"),
        ("series = ['roof*']", "h", ["rule-based"], "is about roof*, which no series of the data is named"),
        ("when = 'hour >= 6'", "h", ["gru"], "acts in the Rule-Based member, which this run does not have"),
        ("when = 'spike_probability > 0.5'", "h", ["rule-based"], "which only the Spike Detector gives"),
    ],
)
def test_why(rule: str, freq: str, members: list[str], why: str) -> None:
    rules = parse_rules(f"[[rule]]\nname = 'x'\n{rule}\nthen = {{ cap = 1 }}").rules
    (note,) = idle_notes(rules, panel(freq), members)
    assert note.startswith("Rule 'x'") and why in note


@pytest.mark.parametrize("freq", ["W-MON", "MS"])
@pytest.mark.parametrize("word", ['holiday("DE")', 'weekday == "mon"', 'not before_holiday("DE", "NI")'])
def test_rules_about_a_day_act_on_whole_weeks(word: str, freq: str) -> None:
    rules = parse_rules(f"[[rule]]\nname = 'x'\nwhen = '{word}'\nthen = {{ cap = 1 }}").rules
    (note,) = idle_notes(rules, panel(freq), ["rule-based"])
    assert note.startswith("Rule 'x' asks for a day (") and "it acts on a whole step" in note
    assert idle_notes(rules, panel("D"), ["rule-based"]) == []


@pytest.mark.parametrize(
    ("rule", "members"),
    [
        ("when = 'hour >= 6'", ["rule-based"]),
        ("final = true", ["gru"]),
        ("series = ['ha*']", []),
        ("when = 'spike_probability > 0.5'", ["spike-detector", "rule-based"]),
    ],
)
def test_those_that_can_are_not_named(rule: str, members: list[str]) -> None:
    rules = parse_rules(f"[[rule]]\nname = 'x'\n{rule}\nthen = {{ cap = 1 }}").rules
    assert idle_notes(rules, panel("h"), members) == []
