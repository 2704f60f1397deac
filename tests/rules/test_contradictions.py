"""Rules that are each valid and odd together, or alone."""

import numpy as np
import pytest

from sextet.core.frequency import Frequency
from sextet.core.panel import Panel
from sextet.core.quantiles import LEVELS
from sextet.core.window import WindowIndex
from sextet.rules.contradictions import contradictions
from sextet.rules.rules_file import read_rules
from sextet.rules.scene import Scene


def scene(freq: str = "h") -> Scene:
    """Two windows of 24 steps on 2025-03-03 and -04 (Monday, Tuesday), medians 0 to 23."""
    frequency = Frequency.parse(freq)
    panel = Panel(
        ids=("a", "b"),
        frequency=frequency,
        offsets=np.array([0, 72, 144]),
        first=np.full(2, int(frequency.ordinals(np.datetime64("2025-03-02T00:00", "ns")))),
        known=np.full(2, 72),
        y=np.arange(144.0),
        past=np.zeros((144, 0), np.float32),
        future=np.zeros((144, 0), np.float32),
        static=np.zeros((2, 0), np.float32),
    )
    index = WindowIndex(series=np.array([0, 1], np.int32), row=np.array([24, 72 + 48]))
    quantiles = np.arange(24.0)[:, None] + np.linspace(-1, 1, 13) + np.zeros((2, 1, 1))
    return Scene(panel=panel, index=index, quantiles=quantiles, levels=LEVELS)


def found(text: str, on: Scene | None = None) -> list[str]:
    return contradictions(read_rules(text), on)


NIGHT = "[[rule]]\nname = 'night'\nwhen = 'hours(\"22:00-06:00\")'\nthen = { set = 0 }\n"


def test_two_rules_that_set_different_values_at_the_same_steps() -> None:
    early = "[[rule]]\nname = 'early'\nwhen = 'hour in [5, 6]'\nthen = { set = 3 }\n"
    (line,) = found(NIGHT + early, scene())
    assert "'night' and 'early' set different values at 2 steps in the data" in line and "priority 0" in line
    (line,) = found(NIGHT + early)
    assert "on a calendar of half hours" in line
    assert found(NIGHT + early + "priority = 1\n", scene()) == []
    assert found(NIGHT + early.replace("set = 3", "set = 0"), scene()) == []
    assert found(NIGHT + early.replace("[5, 6]", "[7, 8]"), scene()) == []
    one_series = early + "series = 'a'\n"
    assert "at 1 steps" in found(NIGHT + one_series, scene())[0]


def test_values_of_the_data_are_compared_where_they_are_known() -> None:
    text = "[[rule]]\nname = 'x'\nthen = { set = 'lag(24)' }\n[[rule]]\nname = 'y'\nthen = { set = 'value' }\n"
    (line,) = found(text, scene())
    assert "at 46 steps" in line  # the same at the last step of each window
    assert found(text) == []  # nothing is known of values without data


def test_a_cap_below_a_floor() -> None:
    text = "[[rule]]\nname = 'low'\nwhen = 'step > 4'\nthen = { floor = 'step' }\n"
    text += "[[rule]]\nname = 'high'\nthen = { cap = 9 }\n"
    (line,) = found(text, scene())
    assert "cap of 'high' lies below the floor of 'low' at 30 steps" in line
    assert found(text + "priority = -1", scene()) == []
    for floor, cap in (("5", "3"), ('"5"', '"1+2"'), ("5", '"3"')):  # however they are written
        text = f"[[rule]]\nname = 'low'\nfloor = {floor}\n[[rule]]\nname = 'high'\ncap = {cap}"
        text = text if '"' not in text else text.replace("floor =", "then.floor =").replace("cap =", "then.cap =")
        (line,) = found(text)
        assert "cap of 'high' lies below the floor of 'low'" in line
    own = "[[rule]]\nname = 'both'\nwhen = 'weekday == \"mon\"'\nthen = { floor = 3, cap = 2 }"
    assert "cap of 'both' lies below the floor of 'both'" in found(own)[0]


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("when = 'hour == 5 and hour == 6'", "false or unknown"),
        ("when = 'weekend'", "false or unknown"),
        ("series = 'c*'", "no series is named c*"),
        ("valid-from = 2026-01-01", "only after the data"),
        ("valid-to = 2024-01-01", "only before the data"),
        ("when = 'spike_probability > 0.1'", "a run with a Spike Detector gives (--run)"),
        ("when = 'lag(100) > 0'", "false or unknown"),
    ],
)
def test_a_rule_that_never_holds_in_the_data(rule: str, why: str) -> None:
    (line,) = found(f"[[rule]]\nname = 'idle'\nthen = {{ cap = 1 }}\n{rule}", scene())
    assert line.startswith("Rule 'idle' never holds in the windows that were tried, late in the data:") and why in line


def test_hours_never_hold_on_daily_data() -> None:
    (line,) = found(NIGHT, scene("D"))
    assert "steps last a day or more" in line


def test_a_rule_that_never_holds_on_any_calendar() -> None:
    assert "never holds on a calendar" in found("[[rule]]\nwhen = 'month == 2 and day == 30'\nthen = { cap = 1 }")[0]
    leap = "[[rule]]\nwhen = 'month == 2 and day == 29'\nthen = { cap = 1 }"
    assert found(leap) == []
    late = "[[rule]]\nwhen = 'weekend'\nthen = { cap = 1 }\nvalid-from = 2040-01-01\nvalid-to = 2040-02-01"
    assert found(late) == []


def test_a_rule_that_is_never_valid_is_said_once() -> None:
    text = "[[rule]]\nname = 'gone'\ncap = 1\nvalid-from = 2025-02-01\nvalid-to = 2025-01-01"
    for on in (None, scene()):
        (line,) = found(text, on)
        assert "'gone' is never valid" in line


def test_names_that_are_used_twice() -> None:
    text = "[[rule]]\nname = 'x'\ncap = 1\n[[rule]]\nname = 'x'\nfloor = 0"
    assert "2 rules are called 'x'" in found(text, scene())[0]


def test_rules_that_get_on_are_not_blamed() -> None:
    text = NIGHT + "[[rule]]\nfloor = 0\n[[rule]]\ncap = 10\n[[rule]]\nalert_above = 3\nseries = 'a'"
    assert found(text) == [] and found(text, scene()) == []
