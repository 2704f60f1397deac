"""Event scores against hand-computed values and their definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.metrics import events

scored = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.4, 0.5, 0.9, 1.0]), st.booleans()), min_size=1, max_size=40)


def test_average_precision_by_hand() -> None:
    # ranked: spike, calm, spike -> recall steps at precision 1/1 and 2/3
    assert events.average_precision(np.array([0.9, 0.5, 0.4]), np.array([1, 0, 1])) == pytest.approx((1 + 2 / 3) / 2)
    assert events.average_precision(np.array([0.1, 0.2, 0.9]), np.array([0, 0, 1])) == 1.0
    assert np.isnan(events.average_precision(np.array([0.1, 0.2]), np.array([0, 0])))


def test_a_constant_score_has_the_base_rate() -> None:
    label = np.array([[1, 0, 0, 0], [0, 0, 1, 0]])
    assert events.average_precision(np.full((2, 4), 0.3), label) == pytest.approx(0.25)


def test_brier_and_masks() -> None:
    probability, label = np.array([1.0, 0.5, 0.0]), np.array([1, 1, 1])
    assert events.brier(probability, label) == pytest.approx((0 + 0.25 + 1) / 3)
    assert events.brier(probability, label, np.array([True, True, False])) == pytest.approx(0.125)
    assert np.isnan(events.brier(probability, label, np.zeros(3, bool)))


def test_detection_counts() -> None:
    found = events.detection(np.array([0.9, 0.6, 0.5, 0.1]), np.array([1, 0, 1, 1]), 0.5)
    assert (found.hits, found.false_alarms, found.misses) == (2, 1, 1)
    assert (found.precision, found.recall, found.f1) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    silent = events.detection(np.array([0.1]), np.array([0]), 0.5)
    assert np.isnan(silent.precision) and np.isnan(silent.recall) and np.isnan(silent.f1)


@given(scored)
def test_best_f1_is_the_best_of_all_thresholds(pairs: list[tuple[float, bool]]) -> None:
    score, label = np.array([p for p, _ in pairs]), np.array([t for _, t in pairs])
    best = events.best_f1(score, label)
    if not label.any():
        assert best is None
        return
    every = [events.detection(score, label, cut).f1 for cut in np.unique(score)]
    assert best.f1 == pytest.approx(max(every))
    assert events.detection(score, label, best.threshold) == best


@given(scored)
def test_average_precision_does_not_depend_on_the_order_of_rows(pairs: list[tuple[float, bool]]) -> None:
    score, label = np.array([p for p, _ in pairs]), np.array([t for _, t in pairs])
    forward = events.average_precision(score, label)
    assert forward == pytest.approx(events.average_precision(score[::-1], label[::-1]), nan_ok=True)


@pytest.mark.parametrize(
    ("text", "gap", "expected"),
    [
        ("0110100", 0, [(0, 1, 2), (0, 4, 4)]),
        ("0110100", 1, [(0, 1, 4)]),
        ("1001001", 1, [(0, 0, 0), (0, 3, 3), (0, 6, 6)]),
        ("1001001", 2, [(0, 0, 6)]),
        ("111", 5, [(0, 0, 2)]),
        ("000", 1, []),
        ("1", 3, [(0, 0, 0)]),
    ],
)
def test_episodes(text: str, gap: int, expected: list[tuple[int, int, int]]) -> None:
    flags = np.array([[c == "1" for c in text]])
    assert [tuple(row) for row in events.episodes(flags, gap)] == expected


@given(st.lists(st.lists(st.booleans(), min_size=8, max_size=8), min_size=1, max_size=4), st.integers(0, 9))
def test_episodes_cover_every_flag_and_nothing_between_far_flags(rows: list[list[bool]], gap: int) -> None:
    flags = np.array(rows)
    kept = flags.copy()
    covered = np.zeros_like(flags)
    for window, first, last in events.episodes(flags, gap):
        assert flags[window, first] and flags[window, last]
        covered[window, first : last + 1] = True
    assert covered[flags].all()
    for window, first, last in events.episodes(covered & ~flags):
        assert last - first + 1 <= gap, (window, first, last)
    np.testing.assert_array_equal(flags, kept)


def test_period_in_words() -> None:
    start, end = np.datetime64("2024-01-01T06:00", "ns"), np.datetime64("2024-01-01T07:30", "ns")
    assert events.period(start, start) == "at 2024-01-01 06:00"
    assert events.period(start, end) == "from 2024-01-01 06:00 to 2024-01-01 07:30"
    assert events.period(start, end + np.timedelta64(5, "s")).endswith("07:30:05")
    assert events.period(start, start, "Europe/Berlin") == "at 2024-01-01 07:00 CET"
    assert events.period(start, end, "UTC") == "from 2024-01-01 06:00 UTC to 2024-01-01 07:30 UTC"
