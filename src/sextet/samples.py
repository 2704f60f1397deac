"""Sample data: real series that the package `bokeh_sampledata` ships, and generated ones with known spikes.

Each function returns a pandas frame with the columns `unique_id`, `ds` and `y`, ready for `Ensemble.fit`.

>>> from sextet.samples import synthetic
>>> list(synthetic(series=1, rows=48).columns)
['unique_id', 'ds', 'y', 'spike_label']
"""

from __future__ import annotations

import importlib
import warnings
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sextet.core.errors import ConfigError, DependencyError, installing
from sextet.core.frequency import Frequency

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["glucose", "sea_temperature", "stocks", "synthetic"]

_TICKERS = ("AAPL", "FB", "GOOG", "IBM", "MSFT")
_LEAST_YEARS = 3


def glucose() -> pd.DataFrame:
    """Blood glucose of one person in mg/dL, March to October 2010: 5-minute means on a regular grid.

    57,770 rows, of which 5,687 are missing (NaN): the sensor's real gaps. Spikes are real too. The raw current of the
    sensor, which gives the reading away, is left out.

    Raises:
        DependencyError: `bokeh_sampledata` is not installed.
    """
    reading = _module("glucose").data["glucose"]
    return _long("glucose", reading.resample("5min").mean())


def stocks() -> pd.DataFrame:
    """Daily closes of AAPL, GOOG, IBM and MSFT, adjusted for splits and dividends, in USD, 2000 to March 2013.

    Exchange holidays are missing days. Tickers with less than three years (FB) are left out.

    Raises:
        DependencyError: `bokeh_sampledata` is not installed.
    """
    import pandas as pd

    module = _module("stocks")
    frames = []
    for ticker in _TICKERS:
        quotes = getattr(module, ticker)
        closes = pd.Series(np.asarray(quotes["adj_close"], dtype=np.float64), index=pd.to_datetime(quotes["date"]))
        closes = closes.sort_index()
        if closes.index[-1] - closes.index[0] >= pd.Timedelta(days=365.25 * _LEAST_YEARS):
            frames.append(_long(ticker, closes))
    return pd.concat(frames, ignore_index=True)


def sea_temperature() -> pd.DataFrame:
    """Sea surface temperature off Maine in degrees Celsius, every 30 minutes, February 2016 to March 2017, UTC.

    Raises:
        DependencyError: `bokeh_sampledata` is not installed.
    """
    frame = _module("sea_surface_temperature").sea_surface_temperature
    reading = frame["temperature"].tz_convert("UTC").tz_localize(None)
    return _long("sea_temperature", reading.resample("30min").mean())


def synthetic(
    series: int = 4,
    rows: int = 2000,
    freq: str = "h",
    *,
    seed: int = 0,
    spikes: float = 0.01,
    missing: float = 0.0,
) -> pd.DataFrame:
    """Generate series with a trend, two seasons, a change of regime, and spikes whose places are known.

    Each series is `level + trend + seasons + AR(1) noise + spikes`. At a random time in its middle third level and
    noise change for good. A spike starts at random, four times as likely in the quarter of the season around its
    peak; it rises at once by 4 to 12 noise deviations and is gone after three steps. The column `spike_label` is 1 on
    the steps that a spike lifts, else 0.

    Args:
        series: how many, named series_00, series_01 ...
        rows: steps of each.
        freq: pandas-style frequency; the season is that of the frequency (24 for hours, 7 for days).
        seed: the same seed gives the same data.
        spikes: share of steps at which a spike starts.
        missing: share of targets removed, in gaps of 1 to 6 steps.

    Raises:
        ConfigError: a number is out of range, or `freq` is no frequency.
    """
    if series < 1 or rows < 1 or not 0 <= spikes < 1 or not 0 <= missing < 1:
        raise ConfigError(
            "Expected series and rows of at least 1 and shares of spikes and missing in 0..1; got "
            f"series={series}, rows={rows}, spikes={spikes:g}, missing={missing:g}."
        )
    import pandas as pd

    frequency = Frequency.parse(freq)
    start = np.datetime64("2020-01-01", "ns")
    frequency = frequency.anchored(start)
    first = int(frequency.ordinals(np.array([start]))[0])
    stamps = frequency.stamps(first + np.arange(rows, dtype=np.int64))
    frames = []
    for number, source in enumerate(np.random.default_rng(seed).spawn(series)):
        y, label = _one_series(source, rows, frequency, spikes)
        y[_gaps(source, rows, missing)] = np.nan
        name = f"series_{number:02d}"
        frames.append(pd.DataFrame({"unique_id": name, "ds": stamps, "y": y, "spike_label": label}))
    return pd.concat(frames, ignore_index=True)


def _one_series(
    random: np.random.Generator, rows: int, frequency: Frequency, share: float
) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    step = np.arange(rows)
    season = max(frequency.season, 2)
    longer = frequency.seasons[-1] if len(frequency.seasons) > 1 else 7 * season
    level, noise = random.uniform(50, 150), random.uniform(1.0, 3.0)
    phase = random.uniform(0, 1)
    wave = np.sin(2 * np.pi * (step / season + phase))
    slow = np.sin(2 * np.pi * (step / longer + random.uniform(0, 1)))
    change = int(random.integers(rows // 3, max(2 * rows // 3, rows // 3 + 1)))
    after = step >= change
    spread = noise * np.where(after, random.uniform(1.2, 2.0), 1.0)
    shift = np.where(after, random.choice([-1.0, 1.0]) * random.uniform(5, 10) * noise, 0.0)
    trend = random.uniform(-10, 10) * noise * step / max(rows, 1)
    y = level + trend + shift + random.uniform(4, 8) * noise * wave + random.uniform(1, 3) * noise * slow
    y += spread * _autoregression(random.normal(size=rows), 0.6)
    lift = np.zeros(rows)
    likely = np.where(wave > np.cos(np.pi / 4), 4.0, 1.0)
    starts = np.flatnonzero(random.random(rows) < share * likely / likely.mean())
    sizes = random.uniform(4, 12, size=len(starts)) * spread[starts]
    for delay, part in enumerate((1.0, 0.6, 0.3)):
        at = starts + delay
        lift[at[at < rows]] += part * sizes[at < rows]
    return y + lift, (lift > 0).astype(np.int8)


def _autoregression(shocks: NDArray[np.float64], memory: float) -> NDArray[np.float64]:
    from scipy.signal import lfilter

    out: NDArray[np.float64] = lfilter([np.sqrt(1 - memory**2)], [1.0, -memory], shocks)
    return out


def _gaps(random: np.random.Generator, rows: int, share: float) -> NDArray[np.bool_]:
    gone = np.zeros(rows, dtype=bool)
    while share and gone.mean() < share:
        start = int(random.integers(0, rows))
        gone[start : start + int(random.integers(1, 7))] = True
    return gone


def _module(name: str) -> ModuleType:
    try:
        with warnings.catch_warnings():  # the package's own reading meets deprecations of pandas; not the user's matter
            warnings.simplefilter("ignore")
            return importlib.import_module(f"bokeh_sampledata.{name}")
    except ImportError as error:
        raise DependencyError(
            "The real samples come with the package bokeh_sampledata, which is not installed: "
            f"{installing('samples')}. The generated sample needs nothing: sextet.samples.synthetic()."
        ) from error


def _long(name: str, values: pd.Series) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "unique_id": name,
            "ds": values.index.to_numpy().astype("datetime64[ns]"),
            "y": values.to_numpy(dtype=np.float64),
        }
    )
