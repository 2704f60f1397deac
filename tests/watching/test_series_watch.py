"""A series of a stream: its clock, what is counted, its alerts."""

from __future__ import annotations

import json
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.watching.series_watch import SeriesWatch

STEP = 300.0


def fed(rows: list[tuple[float, float]], risk: float = 0.002) -> SeriesWatch:
    watch = SeriesWatch("a", risk)
    for second, value in rows:
        watch.take(str(second), second, value)
    return watch


def noise(rows: int, seed: int = 0) -> list[tuple[float, float]]:
    draw = random.Random(seed)
    return [(row * STEP, draw.gauss(10, 1)) for row in range(rows)]


def test_gaps_late_rows_duplicates_and_missing_numbers_are_counted() -> None:
    rows = noise(200)
    rows[50] = (rows[50][0], math.nan)
    rows[60] = (rows[60][0], math.inf)
    del rows[100:104]
    rows += [rows[-1], rows[10], rows[-1]]
    watch = fed(rows)
    expected = {"rows": 194, "missing": 2, "gaps": 4, "late": 1, "duplicates": 2, "passed": 0}
    assert {name: watch.counts()[name] for name in expected} == expected


def test_gaps_before_the_step_is_known_count_too() -> None:
    rows = noise(60)
    del rows[5:8]
    assert fed(rows).gaps == 3


def test_late_rows_and_duplicates_change_nothing() -> None:
    rows = noise(400)
    clean, dirty = fed(rows), SeriesWatch("a", 0.002)
    for row, (second, value) in enumerate(rows):
        dirty.take(str(second), second, value)
        dirty.take(str(second), second, 1e9)
        if row:
            assert dirty.take("late", second - 1, -1e9, every=True) is None
    assert dirty.judge.to_json() == clean.judge.to_json()


@pytest.mark.parametrize("at", [8, 200])
@pytest.mark.parametrize("strays", [[2.4e9], [2.4e9, 2.4e9], [2.4e9, 3e9, 2.4e9]])
def test_rows_alone_far_ahead_change_nothing(at: int, strays: list[float]) -> None:
    rows = noise(400)
    clean, dirty = fed(rows), fed([*rows[:at], *((second, 1e9) for second in strays), *rows[at:]])
    assert dirty.judge.to_json() == clean.judge.to_json()
    assert dirty.counts() == {**clean.counts(), "astray": len(strays)}
    resumed = SeriesWatch.from_json(fed([*rows, (2.4e9, 1e9)]).to_json())
    assert resumed.take("next", 400 * STEP, 10.0, every=True) is not None


def test_after_a_long_gap_the_second_row_is_judged() -> None:
    rows = noise(400)
    gap = 3000 * STEP
    watch = fed([*rows[:300], *((second + gap, value) for second, value in rows[300:])])
    assert watch.astray == 1 and watch.rows == 399 and watch.gaps == 3001


def test_a_state_from_before_is_gone_on_from() -> None:
    state = fed(noise(200)).to_json()
    del state["astray"], state["held"]
    again = SeriesWatch.from_json(state)
    assert again.astray == again.held == 0


def test_an_anomaly_is_one_alert_with_an_id_a_grade_and_a_reason() -> None:
    watch = fed(noise(1500))
    found = []
    for row in range(1500, 1530):
        finding = watch.take(f"row {row}", row * STEP, 40.0)
        found += [finding] if finding else []
    assert len(found) == 1
    alert = found[0]
    assert (alert.series, alert.stamp, alert.event, alert.severity) == ("a", "row 1500", "start", "critical")
    assert alert.alert and len(alert.alert) == 12
    assert alert.high < 40 and f"above the {alert.high:.6g} expected at this time" in alert.reason
    assert "(p = " in alert.reason


@pytest.mark.parametrize(("step", "alerts"), [(86_400.0, ["row 340", "row 400"]), (3600.0, ["row 340"])])
def test_daily_data_raises_the_next_alert_after_two_weeks(step: float, alerts: list[str]) -> None:
    draw = random.Random(0)
    values = [draw.gauss(100, 3) for _ in range(450)]
    values[340], values[400] = 160.0, 0.0
    watch, found = SeriesWatch("a", 0.002), []
    for row, value in enumerate(values):
        if row == 350:
            watch = SeriesWatch.from_json(json.loads(json.dumps(watch.to_json())))
        finding = watch.take(f"row {row}", row * step, value)
        if finding is not None and finding.event == "start" and row >= 340:
            found.append(finding.stamp)
    assert found == alerts


def test_a_weak_alert_does_not_hide_a_critical_one() -> None:
    watch = fed(noise(1500))
    before, rows = watch.alerts, [10.0] * 200
    rows[0], rows[76], rows[90] = 15.0, 60.0, 60.0
    found = [finding for row, value in enumerate(rows, 1500) if (finding := watch.take(str(row), row * STEP, value))]
    first, worse = found
    assert (first.stamp, first.event) == ("1500", "start") and first.severity != "critical"
    assert (worse.stamp, worse.event, worse.severity) == ("1576", "worse", "critical")
    assert worse.alert == first.alert and worse.reason.startswith("The value is 60, above the ")
    assert watch.alerts == before + 1


def test_the_range_is_that_of_what_was_judged() -> None:
    watch = fed(noise(1500))
    found = [watch.take(str(row), row * STEP, 12.0, every=True) for row in range(1500, 1520)]
    shifted = next(one for one in found if one and one.judged == "mean" and one.probability < 0.01)
    assert shifted.seen != shifted.value == 12.0 and shifted.seen > shifted.high
    spike = watch.take("x", 1520 * STEP, 90.0, every=True)
    assert spike and spike.judged == "value" and spike.seen == spike.value == 90.0 > spike.high


def test_the_warm_up_raises_nothing() -> None:
    rows = [(row * STEP, 1e6 if row % 7 == 0 else float(row % 3)) for row in range(150)]
    assert fed(rows).alerts == 0


def test_on_noise_surprises_are_rare_and_alerts_rarer() -> None:
    watch = SeriesWatch("a", 0.002)
    found = [watch.take(str(second), second, value, every=True) for second, value in noise(12_000, seed=8)]
    surprises = [finding for finding in found if finding and finding.probability <= 0.002]
    assert len(surprises) <= 0.02 * len(found)
    assert watch.alerts <= 0.002 * len(found)


def test_every_row_has_a_finding_where_it_is_asked_for() -> None:
    watch = SeriesWatch("a", 0.002)
    found = [watch.take(str(second), second, value, every=True) for second, value in noise(300)]
    assert all(found) and math.isnan(found[0].low) and found[-1].low < 10 < found[-1].high
    assert {finding.event for finding in found} <= {"", "start", "more", "worse", "end"}


def test_a_level_that_moves_is_learned() -> None:
    watch = SeriesWatch("a", 0.002)
    draw = random.Random(1)
    alerts = []
    for row in range(30_000):
        level = 10.0 if row < 2000 else 60.0
        if watch.take(str(row), row * STEP, draw.gauss(level, 1)):
            alerts.append(row)
    assert 2000 <= min(row for row in alerts if row >= 1990) <= 2012
    assert len([row for row in alerts if row > 25_000]) < 10


def test_a_constant_series_is_calm_until_it_departs() -> None:
    watch = fed([(row * STEP, 5.0) for row in range(1000)])
    assert watch.alerts == 0
    found = watch.take("x", 1000 * STEP, 6.0)
    assert found is not None and found.event == "start"


times = st.one_of(st.integers(0, 400).map(lambda row: row * STEP), st.floats(0, 1e9))
values = st.one_of(st.floats(-1e3, 1e3), st.sampled_from([math.nan, math.inf, -math.inf, 1e308, -1e308, 0.0]))


@given(st.lists(st.tuples(times, values), max_size=120), st.sampled_from([0, 200]))
def test_any_stream_is_survived_and_every_row_counted(rows: list[tuple[float, float]], before: int) -> None:
    watch = fed(noise(before))
    for second, value in rows:
        finding = watch.take(str(second), second, value, every=True)
        assert finding is None or 0 < finding.probability <= 1
    counts = watch.counts()
    assert sum(counts[name] for name in ("rows", "missing", "late", "duplicates", "astray")) == before + len(rows)
    assert counts["gaps"] >= 0


def test_stamps_of_years_to_come_are_set_aside_also_together(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = noise(400)
    now = rows[-1][0]
    monkeypatch.setattr("time.time", lambda: now)
    strays = [(now + 20 * 366 * 86_400.0 + k * STEP, 1e9) for k in range(3)]
    clean, dirty = fed(rows), fed([*rows[:200], *strays, *rows[200:]])
    assert dirty.judge.to_json() == clean.judge.to_json() and dirty.astray == 3
    future = fed([(second + 1e9, value) for second, value in rows])  # a stream that is all of them
    gone_on = [(now + 1e9 + 400 * 86_400.0 + k * STEP, 10.0) for k in range(5)]
    for second, value in gone_on:
        future.take(str(second), second, value)
    assert future.astray == 1 and future.rows == 404
