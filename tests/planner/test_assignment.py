"""The best assignment, against all of them."""

from __future__ import annotations

import itertools
import math

from hypothesis import given
from hypothesis import strategies as st

from sextet.planner.assignment import assigned

TABLES = st.integers(1, 4).flatmap(
    lambda cards: st.lists(
        st.lists(st.sampled_from([1.0, 2.0, 3.5, 7.25, math.inf]), min_size=cards, max_size=cards),
        min_size=1,
        max_size=5,
    )
)


def _ends(seconds, on):
    return [math.fsum(row[card] for row, at in zip(seconds, on, strict=True) if at == card) for card in set(on)]


@given(TABLES)
def test_nothing_ends_sooner(seconds):
    end, on = assigned(seconds)
    cards = range(len(seconds[0]))
    best = min(max(_ends(seconds, way)) for way in itertools.product(cards, repeat=len(seconds)))
    assert end == best or math.isclose(end, best)
    if math.isfinite(end):
        assert math.isclose(max(_ends(seconds, on)), end)


@given(st.lists(st.floats(0.1, 100), min_size=1, max_size=6), st.integers(1, 8))
def test_one_more_equal_card_never_ends_later_and_none_is_used_without_need(own, cards):
    few, _ = assigned([[value] * cards for value in own])
    more, on = assigned([[value] * (cards + 1) for value in own])
    assert more <= few * (1 + 1e-12)
    assert len(set(on)) <= len(own)


def test_of_equal_ends_the_one_with_fewer_cards():
    end, on = assigned([[4.0] * 3, [1.0] * 3, [1.0] * 3])
    assert end == 4.0 and len(set(on)) == 2 and on[1] == on[2] != on[0]


def test_nothing_to_assign():
    assert assigned([]) == (0.0, ())
