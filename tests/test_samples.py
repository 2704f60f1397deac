"""Sample data: what the issue's figures rest on, and the generator's promises."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from sextet import samples
from sextet.core.errors import ConfigError, DependencyError
from sextet.data.options import DataOptions
from sextet.data.read import read_panel


def shipped() -> None:
    pytest.importorskip("bokeh_sampledata", reason="the extra `samples` is not installed")


def test_glucose_is_the_reading_on_a_regular_grid() -> None:
    shipped()
    frame = samples.glucose()
    assert list(frame.columns) == ["unique_id", "ds", "y"]
    assert len(frame) == 57_770 and int(frame["y"].isna().sum()) == 5_687
    assert (frame["ds"].diff().dropna() == pd.Timedelta(minutes=5)).all()
    assert 30 < frame["y"].min() and frame["y"].max() < 500
    panel = read_panel(frame)
    assert panel.frequency.name == "5min" and panel.known.tolist() == [57_770]


def test_stocks_leave_out_short_tickers_and_lie_on_business_days() -> None:
    shipped()
    frame = samples.stocks()
    assert sorted(frame["unique_id"].unique()) == ["AAPL", "GOOG", "IBM", "MSFT"]
    panel = read_panel(frame)
    assert panel.frequency.name == "B"
    assert 0.02 < np.isnan(panel.y).mean() < 0.05


def test_sea_temperature_is_half_hourly() -> None:
    shipped()
    panel = read_panel(samples.sea_temperature())
    assert panel.frequency.name == "30min" and panel.lengths.tolist() == [19_249]
    assert 0 < np.nanmin(panel.y) and np.nanmax(panel.y) < 30


def test_the_samples_need_neither_bokeh_nor_tensorflow() -> None:
    shipped()
    code = (
        "import sys; from sextet import samples; samples.glucose(); samples.stocks(); samples.sea_temperature();"
        "print([m for m in ('bokeh', 'tensorflow', 'keras') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"


def test_a_missing_package_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bokeh_sampledata", None)
    monkeypatch.setitem(sys.modules, "bokeh_sampledata.glucose", None)
    with pytest.raises(DependencyError, match=r"install .\.\[samples\]"):
        samples.glucose()


def test_the_generator_repeats_itself_by_seed() -> None:
    one, same, other = (samples.synthetic(series=2, rows=300, seed=seed, missing=0.1) for seed in (4, 4, 5))
    pd.testing.assert_frame_equal(one, same)
    assert not one["y"].equals(other["y"])


def test_series_do_not_depend_on_how_many_there_are() -> None:
    few, many = samples.synthetic(series=1, rows=200), samples.synthetic(series=3, rows=200)
    pd.testing.assert_frame_equal(few, many[many["unique_id"] == "series_00"])


def test_labels_mark_the_lifted_steps() -> None:
    spiky = samples.synthetic(series=3, rows=2000, spikes=0.01, seed=1)
    calm = samples.synthetic(series=3, rows=2000, spikes=0.0, seed=1)
    assert calm["spike_label"].sum() == 0
    assert 0.015 < spiky["spike_label"].mean() < 0.05
    lift = (spiky["y"] - calm["y"]).to_numpy()
    np.testing.assert_array_equal(lift > 1e-9, spiky["spike_label"].to_numpy() == 1)
    np.testing.assert_allclose(lift[spiky["spike_label"].to_numpy() == 0], 0, atol=1e-9)


def test_gaps_and_frequencies() -> None:
    frame = samples.synthetic(series=2, rows=400, freq="D", missing=0.2, seed=3)
    assert 0.2 <= frame["y"].isna().mean() < 0.25
    for freq in ("15min", "h", "D", "W", "MS", "B"):
        panel = read_panel(samples.synthetic(series=2, rows=60, freq=freq), DataOptions(spike_label="spike_label"))
        assert panel.frequency.name == freq and panel.lengths.tolist() == [60, 60]


@pytest.mark.parametrize("bad", [{"series": 0}, {"rows": 0}, {"spikes": 1.0}, {"missing": -0.1}, {"freq": "often"}])
def test_numbers_out_of_range(bad: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        samples.synthetic(**bad)  # type: ignore[arg-type]
