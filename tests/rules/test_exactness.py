"""What rules leave in the member is the number that they say, although it was scaled and scaled back."""

from __future__ import annotations

import numpy as np
import pytest

from sextet.rules.exactness import kept_exactly
from sextet.rules.user_rules import parse_rules

from .test_user_rules import member_answer, panel_of


@pytest.mark.parametrize(
    ("then", "exact"),
    [
        ("set = 0", 0.0),
        ("set = 0.1", 0.1),
        ("set = 0.1, add = 1", None),  # rounded as all else
        ("set = 0.1, floor = 0.3", 0.3),
        ("set = 0.1, cap = -0.7", -0.7),
        ('set = "lag(1) + 0"', None),
    ],
)
def test_what_a_rule_set_is_exact_in_the_unit_of_the_target(then: str, exact: float | None) -> None:
    parts = then.split(", ")
    text = "".join(f"[[rule]]\nname = '{n}'\nthen = {{ {part} }}\n" for n, part in enumerate(parts))
    answer, scaler, index = member_answer(text, panel_of())
    back = scaler.from_z(answer.quantiles, index.series)
    kept = kept_exactly(parse_rules(text).changing, back, answer.rules)
    assert kept.dtype == back.dtype
    np.testing.assert_allclose(kept, back, atol=1e-3)
    if exact is None:
        np.testing.assert_array_equal(kept, back)
    else:
        assert (kept == back.dtype.type(exact)).all() and (back != kept).any()


def test_what_a_rule_left_is_exact_only_where_it_acted() -> None:
    text = "[[rule]]\nname = 'x'\nwhen = 'hour < 6'\nthen = { floor = 5000.1 }"
    answer, scaler, index = member_answer(text, panel_of())
    back = scaler.from_z(answer.quantiles, index.series)
    kept = kept_exactly(parse_rules(text).changing, back, answer.rules)
    assert (kept[0, :6] >= 5000.1).all()
    np.testing.assert_array_equal(kept[0, 6:], back[0, 6:])
    capped = text.replace("floor = 5000.1", "cap = -5000.1")
    answer, scaler, index = member_answer(capped, panel_of())
    assert (
        kept_exactly(parse_rules(capped).changing, scaler.from_z(answer.quantiles, index.series), answer.rules)[0, :6]
        <= -5000.1
    ).all()
    twice = f"{text}\n{text.replace('hour < 6', 'hour > 20').replace('5000.1', '9000.1')}"
    answer, scaler, index = member_answer(twice, panel_of())
    back = scaler.from_z(answer.quantiles, index.series)
    np.testing.assert_array_equal(
        kept_exactly(parse_rules(twice).changing, back, answer.rules), back
    )  # which one acted?
