"""Statements, and the rule by which a prediction bears one out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.errors import ConfigError
from sextet.planner.claims.judgement import (
    Labelled,
    Statement,
    sentence,
    stands,
    statement,
    statements,
    verdict_between,
    verdict_of,
)
from sextet.planner.claims.judges import JUDGES
from sextet.planner.figures import Measured, Prediction, Quantity, Quoted


def _found(value, low, high):
    return Prediction(value=value, low=low, high=high, unit="times")


@pytest.mark.parametrize(
    ("found", "answer"),
    [
        (_found(1.4, 1.0, 2.0), True),  # within
        (_found(1.62, 1.0, 2.0), True),  # less than a tenth above
        (_found(1.70, 1.0, 2.0), None),  # outside, but the interval reaches it
        (_found(1.0, 0.9, 1.25), None),
        (_found(1.0, 0.9, 1.1), False),  # the interval ends below the tenth under it
        (_found(2.0, 1.7, 3.0), False),
    ],
)
def test_what_bears_out_a_span_of_a_third_to_a_half_more(found, answer):
    assert stands((4 / 3, 1.5), found) is answer


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        ([True, True], "holds"),
        ([False, False], "does not hold"),
        ([True, False], "depends"),
        ([None, False], "depends"),
        ([None], "depends"),
    ],
)
def test_a_verdict_needs_every_case(answers, verdict):
    assert verdict_of(answers) == verdict


def test_sizes_on_both_sides_of_a_number_mean_that_one_between_has_it():
    below, above = _found(1.0, 0.9, 1.1), _found(4.0, 3.0, 5.0)
    assert verdict_between((1.67, 1.67), [below, above]) == "depends"
    assert verdict_between((1.67, 1.67), [below, below]) == "does not hold"
    assert verdict_between((1.0, 1.0), [below]) == "holds"


@given(st.floats(0.1, 10), st.floats(0.1, 10), st.floats(1, 3), st.floats(1, 3))
def test_a_wider_interval_is_never_surer_that_something_is_wrong(said, value, below, above):
    narrow = stands((said, said), _found(value, value / below, value * above))
    wide = stands((said, said), _found(value, value / below / 2, value * above * 2))
    assert wide is narrow or (narrow is False and wide is None)


def test_every_statement_has_a_judge_and_a_topic_and_every_judge_a_statement():
    assert list(statements()) == list(JUDGES)
    assert all(one.topic and one.said for one in statements().values())


def test_the_numbers_of_a_statement_are_those_of_its_words():
    assert statement("ensemble-time").span == pytest.approx((8 / 6, 9 / 6))
    for one in statements().values():
        assert all(f"{value:g}" in one.said for value in one.values.values())
    assert statement("time-percent").low == pytest.approx(5.7 / 3.2)
    assert statement("inference").low == pytest.approx(1.2 / 0.8)
    assert statement("third-of-price").low == pytest.approx(1 / 3)
    for one in statements().values():
        if one.unit in ("GB", "GB/s", "W", "points", "year"):
            words = one.said.replace(",", "")
            assert f"{one.low:g}" in words and f"{one.high:g}" in words


def test_an_unknown_statement_gives_the_nearest():
    with pytest.raises(ConfigError, match="did you mean 'bandwidth'"):
        statement("bandwith")


def test_a_statement_without_numbers_says_so():
    with pytest.raises(ConfigError, match="puts nothing in numbers"):
        _ = Statement(id="x", topic="t", said="s").span


def test_a_figure_says_its_kind():
    amount = Quantity(1.0, "W")
    kinds = {
        "quoted": Quoted(quantity=amount, source="a", date="b"),
        "measured": Measured(quantity=amount, source="a", date="b"),
        "predicted": Prediction(value=1, low=1, high=1, unit="W"),
        "computed": amount,
    }
    assert {Labelled(label="x", number=number).kind: number for number in kinds.values()} == kinds


def test_a_sentence_begins_with_what_it_depends_on():
    assert sentence("depends", "the card", "it is 3") == "It depends on the card: it is 3."
    assert sentence("holds", "the card", "it is 3") == "It is 3."
