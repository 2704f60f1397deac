"""When an alert begins and ends."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from sextet.watching.gate import CALM, RISK, SPEAKS, Gate

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


def test_alerts_that_come_often_ask_for_more() -> None:
    gate, edge = Gate(), RISK / 1.5
    calm = [HIGH] * (SPEAKS + 1)
    assert steps(gate, [edge, *calm]).count("start") == 1
    assert steps(gate, [edge, *calm]).count("start") == 0
    assert steps(gate, [LOW, *calm]).count("start") == 1
    assert steps(gate, [HIGH] * 20_000 + [edge]).count("start") == 1  # long ago is forgotten


@given(st.lists(st.floats(1e-15, 1), max_size=300), st.integers(0, 300))
def test_starts_and_ends_alternate_and_the_state_goes_on(chances: list[float], cut: int) -> None:
    whole = steps(Gate(), chances)
    marks = [mark for mark in whole if mark in ("start", "end")]
    assert marks == ["start", "end"] * (len(marks) // 2) + ["start"] * (len(marks) % 2)
    gate = Gate()
    first = steps(gate, chances[:cut])
    again = Gate.from_json(json.loads(json.dumps(gate.to_json())))
    assert first + steps(again, chances[cut:]) == whole
