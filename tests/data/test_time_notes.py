"""What is said of gaps, and of series that end early."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sextet.data.options import DataOptions
from sextet.data.read import read_panel


def hourly(first: str, rows: int, name: str) -> pd.DataFrame:
    stamps = pd.date_range(first, periods=rows, freq="h")
    return pd.DataFrame({"unique_id": name, "ds": stamps, "y": np.arange(rows, dtype=float)})


def notes(*frames: pd.DataFrame, **options: object) -> str:
    return "\n".join(read_panel(pd.concat(frames), DataOptions(**options)).notes)  # type: ignore[arg-type]


def test_the_longest_gap_is_named() -> None:
    one, other = hourly("2024-01-01", 100, "a"), hourly("2024-01-01", 100, "b")
    said = notes(one, pd.concat([other[:20], other[40:60], other[70:]]))
    assert "30 of 200 targets are missing (30 of them rows added between the times given, at most 20 on end" in said
    assert "of series 'b', between 2024-01-01 19:00 and 2024-01-02 16:00; all of them masked" in said
    single = notes(one.drop(index=[5, 9]))
    assert "2 of 100 targets are missing (2 of them rows added between the times given; all" in single
    assert "of series" not in notes(one.drop(index=range(5, 9)))


def test_a_gap_between_two_series_is_none() -> None:
    said = notes(hourly("2024-01-01", 50, "a").drop(index=[5]), hourly("2024-03-01", 50, "b"))
    assert "on end" not in said


def test_series_that_end_long_before_the_last_are_named() -> None:
    late = hourly("2024-06-01", 100, "late")
    said = notes(hourly("2024-01-01", 100, "early"), late)
    assert (
        "One series ends longer before the last one (2024-06-05 03:00) than it is long: 'early' at 2024-01-05" in said
    )
    many = notes(*(hourly("2024-01-01", 100, f"s{k}") for k in range(5)), late)
    assert "5 series end longer before the last one" in many and "'s2' at 2024-01-05 03:00 and 2 more." in many
    assert "before the last one" not in notes(hourly("2024-05-30", 100, "near"), late)


def test_they_are_told_by_the_clock_of_the_data() -> None:
    said = notes(hourly("2024-01-01", 100, "early"), hourly("2024-06-01", 100, "late"), tz="Europe/Berlin")
    assert "(2024-06-05 03:00 CEST)" in said and "'early' at 2024-01-05 03:00 CET" in said
