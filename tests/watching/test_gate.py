"""When an alert begins and ends."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from sextet.watching.finding import severity_of
from sextet.watching.gate import CALM, RISK, SPEAKS, SPEAKS_DAILY, Gate

LOW, HIGH = RISK / 100, 0.5


def steps(gate: Gate, chances: list[float]) -> list[str]:
    return [gate.step(chance) for chance in chances]


def test_what_flaps_is_one_alert() -> None:
    found = steps(Gate(), [HIGH, *[LOW, HIGH] * (SPEAKS // 2 + 20), *[HIGH] * 30])
    assert found.count("start") == 1 and found.count("end") == 1
    assert found[1] == "start" and found[3] == "more"


def test_an_alert_ends_after_calm_rows_and_not_before_it_has_spoken() -> None:
    short = steps(Gate(), [LOW, *[HIGH] * (SPEAKS + 5)])
    assert short.index("end") == SPEAKS
    long = steps(Gate(), [*[LOW] * (SPEAKS + 50), *[HIGH] * (CALM + 5)])
    assert long.index("end") == SPEAKS + 50 + CALM


def test_an_alert_of_daily_data_is_over_after_two_weeks() -> None:
    for step, rows in ((86_400.0, SPEAKS_DAILY), (7 * 86_400.0, SPEAKS_DAILY), (3600.0, SPEAKS)):
        gate = Gate()
        gate.set_step(step)
        assert steps(gate, [LOW, *[HIGH] * (SPEAKS + 5)]).index("end") == rows


def test_alerts_that_come_often_ask_for_more() -> None:
    gate, edge = Gate(), RISK / 1.5
    calm = [HIGH] * (SPEAKS + 1)
    assert steps(gate, [edge, *calm]).count("start") == 1
    assert steps(gate, [edge, *calm]).count("start") == 0
    assert steps(gate, [LOW, *calm]).count("start") == 1
    assert steps(gate, [HIGH] * 20_000 + [edge]).count("start") == 1  # long ago is forgotten


def test_an_alert_gets_worse_once_for_each_severity_and_never_milder() -> None:
    chances = [1e-3, HIGH, 1e-5, HIGH, 1e-5, 1e-3, 1e-9, 1e-15, 1e-5]
    assert steps(Gate(), chances) == ["start", "", "worse", "", "more", "more", "worse", "more", "more"]
    assert steps(Gate(), [1e-3, 1e-9, 1e-5]) == ["start", "worse", "more"]  # past a severity that was never said
    assert steps(Gate(), [1e-9, 1e-15]) == ["start", "more"]


@given(st.lists(st.floats(-15, 0).map(lambda power: 10.0**power), max_size=400))
def test_what_is_said_of_an_alert_rises_to_its_worst(chances: list[float]) -> None:
    said: list[str] = []
    for mark, chance in zip(steps(Gate(), chances), chances, strict=True):
        grade = severity_of(chance)
        if mark == "start":
            said = [grade]
        elif mark == "worse":
            assert grade not in said
            said.append(grade)
        elif mark == "more":
            assert grade in said or "critical" in said or grade == "watch"
        assert said == sorted(said, key=["watch", "warning", "critical"].index)


@given(st.lists(st.floats(1e-15, 1), max_size=300), st.integers(0, 300))
def test_starts_and_ends_alternate_and_the_state_goes_on(chances: list[float], cut: int) -> None:
    whole = steps(Gate(), chances)
    marks = [mark for mark in whole if mark in ("start", "end")]
    assert marks == ["start", "end"] * (len(marks) // 2) + ["start"] * (len(marks) % 2)
    gate = Gate()
    first = steps(gate, chances[:cut])
    again = Gate.from_json(json.loads(json.dumps(gate.to_json())))
    assert first + steps(again, chances[cut:]) == whole
