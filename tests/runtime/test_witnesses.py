"""Which members say that a spike comes."""

from dataclasses import replace

import numpy as np
import pandas as pd

from sextet.core.answer import Answer
from sextet.core.forecast import Forecast
from sextet.core.quantiles import LEVELS
from sextet.data.read import read_panel
from sextet.data.windows import origin_windows
from sextet.runtime.witnesses import witnesses
from sextet.spikes.alert_policy import AlertPolicy
from sextet.spikes.labels import fit_spikes

HORIZON = 3


def _quantiles(middle: float) -> np.ndarray:
    return np.tile(middle + np.linspace(-1, 1, len(LEVELS)), (1, HORIZON, 1))


def test_members_are_asked_for_the_mass_above_the_level_and_the_one_that_warns_for_its_probability() -> None:
    stamps = pd.date_range("2024-01-01", periods=200, freq="h")
    frame = pd.DataFrame({"unique_id": "a", "ds": stamps, "y": np.sin(np.arange(200.0))})
    panel = read_panel(frame)
    spikes = fit_spikes(panel, np.array([200]), threshold=5.0)
    index = origin_windows(panel)
    members = {"gru": _quantiles(5.5), "lstm": _quantiles(0.0), "spike-detector": _quantiles(0.0)}
    forecast = Forecast(
        ids=("a",),
        cutoff=stamps.to_numpy()[-1:],
        stamps=(stamps.to_numpy()[-1:, None] + np.timedelta64(1, "h") * np.arange(1, HORIZON + 1)),
        levels=LEVELS,
        quantiles=_quantiles(4.0),
        members=members,
        spike_probability=np.array([[0.1, 0.8, 0.1]]),
    )
    own = np.array([[0.05, 0.9, 0.2]], dtype=np.float32)
    answers = {
        name: Answer(
            quantiles=np.zeros((1, HORIZON, len(LEVELS)), dtype=np.float32),
            spike_probability=own if name == "spike-detector" else None,
            spike_size=None,
        )
        for name in members
    }
    said = witnesses(forecast, answers, spikes, AlertPolicy(threshold=0.5), panel, index)
    assert {name: where[0].tolist() for name, where in said.items()} == {
        "gru": [True] * 3,
        "lstm": [False] * 3,
        "spike-detector": [False, True, False],
    }
    quiet = replace(forecast, spike_probability=np.full((1, HORIZON), 0.1))
    assert witnesses(quiet, answers, spikes, AlertPolicy(threshold=0.5), panel, index) == {}
    assert witnesses(forecast, answers, spikes, AlertPolicy.silent(), panel, index) == {}
