"""The grid: names, round trips between ordinals and stamps, anchoring, seasons."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.errors import ConfigError
from sextet.core.frequency import Frequency

FIXED = ("s", "15s", "min", "5min", "15min", "h", "4h", "D", "2D", "W")
OTHER = ("MS", "ME", "2MS", "QS", "QE", "YS", "YE", "B")
ANY = st.sampled_from(FIXED + OTHER)
ORDINALS = st.lists(st.integers(-250, 190), min_size=1, max_size=20)  # years 1720 to 2259: what ns can hold


@pytest.mark.parametrize("name", FIXED + OTHER)
def test_names_round_trip(name: str) -> None:
    frequency = Frequency.parse(name)
    assert frequency.name == name
    assert Frequency.parse(frequency.name) == frequency
    assert Frequency(**frequency.to_json()) == frequency  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "name"),
    [("60min", "h"), ("24h", "D"), ("T", "min"), ("M", "ME"), ("A", "YE"), ("W-SUN", "W"), ("1D", "D")],
)
def test_other_spellings(text: str, name: str) -> None:
    assert Frequency.parse(text).name == name


@pytest.mark.parametrize("text", ["", "fortnight", "0h", "-1D", "2B", "5 min"])
def test_what_is_no_frequency(text: str) -> None:
    with pytest.raises(ConfigError, match="Expected a frequency"):
        Frequency.parse(text)


@given(name=ANY, ordinals=ORDINALS, origin=st.integers(0, 10**6))
def test_ordinals_and_stamps_are_inverse(name: str, ordinals: list[int], origin: int) -> None:
    frequency = Frequency.parse(name)
    frequency = frequency.anchored(frequency.stamps(np.array([origin % 90]))[0])
    where = np.array(ordinals)
    stamps = frequency.stamps(where)
    assert stamps.dtype == np.dtype("datetime64[ns]")
    np.testing.assert_array_equal(frequency.ordinals(stamps), where)
    assert frequency.on_grid(stamps).all()
    in_order = stamps[np.argsort(where, kind="stable")]
    assert (in_order[1:] >= in_order[:-1]).all()


@given(name=ANY, seconds=st.integers(0, 3_000_000_000))
def test_the_ordinal_is_that_of_the_last_stamp_at_or_before(name: str, seconds: int) -> None:
    frequency = Frequency.parse(name)
    stamp = np.array([np.datetime64(seconds, "s").astype("datetime64[ns]")])
    ordinal = frequency.ordinals(stamp)
    assert frequency.stamps(ordinal)[0] <= stamp[0] < frequency.stamps(ordinal + 1)[0]
    assert bool(frequency.on_grid(stamp)[0]) == (frequency.stamps(ordinal)[0] == stamp[0])


@given(name=ANY, seconds=st.integers(0, 2_000_000_000))
def test_an_anchored_grid_holds_its_anchor(name: str, seconds: int) -> None:
    frequency = Frequency.parse(name)
    start = pd.Timestamp(seconds, unit="s")
    if frequency.kind != "fixed":
        start = start.normalize()
    stamps = pd.date_range(start, periods=5, freq=name).to_numpy().astype("datetime64[ns]")
    anchored = frequency.anchored(stamps[0])
    np.testing.assert_array_equal(np.diff(anchored.ordinals(stamps)), 1)
    np.testing.assert_array_equal(anchored.stamps(anchored.ordinals(stamps)), stamps)


@pytest.mark.parametrize(
    ("name", "seasons"),
    [
        ("5min", (288, 2016)),
        ("h", (24, 168)),
        ("D", (7, 365)),
        ("W", (52,)),
        ("MS", (12,)),
        ("QS", (4,)),
        ("YS", (1,)),
        ("B", (5, 261)),
    ],
)
def test_seasons(name: str, seasons: tuple[int, ...]) -> None:
    assert Frequency.parse(name).seasons == seasons
    assert Frequency.parse(name).season == seasons[0]
