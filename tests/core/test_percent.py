"""Shares in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.percent import percent


@pytest.mark.parametrize(
    ("share", "text"),
    [
        *((0.0, "0%"), (1.0, "100%"), (0.09, "9%"), (0.5, "50%"), (0.01, "1%"), (0.0095, "1%")),
        *((0.004, "0.4%"), (0.0006, "0.1%"), (0.0004, "below 0.1%"), (1e-12, "below 0.1%")),
        *((0.996, "99.6%"), (0.9999, "above 99.9%")),
    ],
)
def test_a_share_in_percents(share: float, text: str) -> None:
    assert percent(share) == text


@given(st.floats(0, 1))
def test_only_nothing_is_0_and_only_all_is_100(share: float) -> None:
    assert (percent(share) == "0%") == (share == 0)
    assert (percent(share) == "100%") == (1.0 - share == 0)
