"""The words of the rules language: names and functions, each with what it is and how it is read off a scene."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sextet.core.quantiles import read_quantiles
from sextet.core.weekdays import weekday
from sextet.rules.parts import Kind
from sextet.rules.scene import Reals, Scene
from sextet.rules.truth import Truth

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FULL_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

CLOCK, TIME_OF_DAY, FORECAST, HISTORY = "clock", "time of day", "forecast", "history"

OF_A_DAY = frozenset({"weekday", "weekend", "day", "day_of_year", "holiday", "before_holiday", "after_holiday"})
"""Words that ask for one day."""
"""What an expression may need: the calendar, a time of day, the forecast, or past targets and covariates."""


@dataclass(frozen=True, kw_only=True)
class Name:
    """A word that stands for something.

    Attributes:
        kind: what it is.
        read: gives an array that broadcasts to `[W, H]`; a `Truth` for a condition.
        needs: of `CLOCK`, `TIME_OF_DAY`, `FORECAST`, `HISTORY`; empty where it needs none.
        words: what it means, for the documentation and for messages.
    """

    kind: Kind
    read: Callable[[Scene], NDArray[np.floating] | Truth]
    needs: str
    words: str


def _dates(scene: Scene, unit: str) -> NDArray[np.int64]:
    return scene.days.view("datetime64[D]").astype(f"datetime64[{unit}]").astype(np.int64)


def _since(scene: Scene, unit: str) -> Reals:
    """Days since the start of the month or the year, from 1."""
    dates = scene.days.view("datetime64[D]")
    start = dates.astype(f"datetime64[{unit}]").astype("datetime64[D]")
    return np.asarray((dates - start).astype(np.int64) + 1, dtype=np.float64)


def _iso_week(scene: Scene) -> Reals:
    """The week of ISO 8601: week 1 holds the year's first Thursday."""
    thursday = (scene.days - weekday(scene.days) + 3).view("datetime64[D]")
    start = thursday.astype("datetime64[Y]").astype("datetime64[D]")
    return np.asarray((thursday - start).astype(np.int64) // 7 + 1, dtype=np.float64)


def _weekday(scene: Scene) -> Reals:
    return weekday(scene.days).astype(np.float64)


def _spike_probability(scene: Scene) -> Reals:
    if scene.spike_probability is None:
        return np.full((1, 1), np.nan)
    return np.asarray(scene.spike_probability, dtype=np.float64)


def _steps(scene: Scene) -> Reals:
    return np.arange(1.0, scene.shape[1] + 1)[None]


NAMES: Mapping[str, Name] = {
    "value": Name(
        kind="number", read=lambda s: s.lag(1)[:, :1], needs=HISTORY, words="the target at the last step known"
    ),
    "forecast": Name(
        kind="number",
        read=lambda s: read_quantiles(s.quantiles, (0.5,), s.levels)[..., 0],
        needs=FORECAST,
        words="the median forecast of the step",
    ),
    "spike_probability": Name(
        kind="number", read=_spike_probability, needs=FORECAST, words="the probability of a spike at the step"
    ),
    "step": Name(kind="number", read=_steps, needs="", words="which step ahead, from 1"),
    "horizon": Name(
        kind="number", read=lambda s: np.full((1, 1), float(s.shape[1])), needs="", words="the number of steps"
    ),
    "hour": Name(
        kind="number", read=lambda s: np.floor(s.minutes / 60), needs=TIME_OF_DAY, words="hour of the day, 0 to 23"
    ),
    "minute": Name(
        kind="number", read=lambda s: np.floor(s.minutes % 60), needs=TIME_OF_DAY, words="minute of the hour, 0 to 59"
    ),
    "time": Name(kind="time", read=lambda s: s.minutes, needs=TIME_OF_DAY, words='time of day, compared with "HH:MM"'),
    "weekday": Name(kind="weekday", read=_weekday, needs=CLOCK, words='day of the week, compared with "mon" to "sun"'),
    "weekend": Name(
        kind="condition", read=lambda s: Truth.of(_weekday(s) >= 5), needs=CLOCK, words="a Saturday or Sunday"
    ),
    "date": Name(
        kind="date",
        read=lambda s: s.days.astype(np.float64),
        needs=CLOCK,
        words='the date, compared with "YYYY-MM-DD"',
    ),
    "day": Name(kind="number", read=lambda s: _since(s, "M"), needs=CLOCK, words="day of the month, 1 to 31"),
    "day_of_year": Name(kind="number", read=lambda s: _since(s, "Y"), needs=CLOCK, words="day of the year, 1 to 366"),
    "week": Name(kind="number", read=_iso_week, needs=CLOCK, words="week of the year as of ISO 8601, 1 to 53"),
    "month": Name(
        kind="number", read=lambda s: _dates(s, "M") % 12 + 1.0, needs=CLOCK, words="month of the year, 1 to 12"
    ),
    "quarter": Name(
        kind="number",
        read=lambda s: _dates(s, "M") % 12 // 3 + 1.0,
        needs=CLOCK,
        words="quarter of the year, 1 to 4",
    ),
    "year": Name(kind="number", read=lambda s: _dates(s, "Y") + 1970.0, needs=CLOCK, words="the year"),
    "series": Name(
        kind="series", read=lambda s: np.zeros((1, 1)), needs="", words="name of the series, compared with texts"
    ),
}

STATISTICS: Mapping[str, Callable[..., Reals]] = {
    "rolling_mean": np.nanmean,
    "rolling_median": np.nanmedian,
    "rolling_min": np.nanmin,
    "rolling_max": np.nanmax,
    "rolling_sum": np.nansum,
    "rolling_std": np.nanstd,
}
"""Function name -> statistic over the last N known steps."""

ARITHMETIC: Mapping[str, Callable[..., Reals]] = {
    "abs": np.abs,
    "round": np.round,
    "sqrt": np.sqrt,
    "log": np.log,
    "exp": np.exp,
}
"""Function name -> function of one number."""

USAGE: Mapping[str, str] = {
    "lag": "lag(24): the target 24 steps before the step, missing where that lies in the horizon",
    "seasonal": "seasonal(24): the last known target at the same place in a cycle of 24 steps",
    **{
        name: f"{name}(24): {name.removeprefix('rolling_')} of the last 24 steps before the forecast"
        for name in STATISTICS
    },
    "quantile": "quantile(0.9): the forecast that the target stays below with a probability of 0.9",
    "probability_above": "probability_above(100): how likely the forecast makes it that the target is above 100",
    "probability_below": "probability_below(100): how likely the forecast makes it that the target is below 100",
    "hours": 'hours("22:00-06:00"): the time of day is in there; the end is not included',
    "holiday": 'holiday("DE") or holiday("DE", "BY"): a public holiday of the country, or of a part of it',
    "before_holiday": 'before_holiday("DE"): the day before one',
    "after_holiday": 'after_holiday("DE"): the day after one',
    "covariate": 'covariate("temperature"): at the step where it is known ahead, else its last known value',
    "static": 'static("area"): an attribute of the series',
    "like": 'like(series, "DE*"): the name fits a pattern of *, ? and [...]',
    "missing": "missing(lag(24)): there is no such value",
    "if_missing": "if_missing(lag(24), value): the second where the first is missing",
    "min": "min(forecast, 5): the smallest of several numbers",
    "max": "max(forecast, 5): the largest of several numbers",
    **{name: f"{name}(forecast): of one number" for name in ARITHMETIC},
}
"""Function name -> how it is called and what it gives."""

CONSTANTS = {"true": True, "false": False}
WORDS = (*NAMES, *USAGE, *CONSTANTS, "and", "or", "not", "in")
