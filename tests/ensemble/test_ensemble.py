"""The public Ensemble: fit, forecast, explain, cross-validate, save and load."""

from __future__ import annotations

import copy
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

from sextet import Ensemble
from sextet.core.errors import ConfigError, RunError

from .conftest import HORIZON

pytestmark = [pytest.mark.slow]


@pytest.fixture(scope="module")
def model(run: Path) -> Ensemble:
    """The run as people load it."""
    return Ensemble.load(run)


def test_forecast_has_the_columns_promised(model: Ensemble) -> None:
    made = model.forecast(levels=(80, 95))
    assert list(made.columns[:7]) == [
        "unique_id", "ds", "sextet", "sextet-lo-80", "sextet-hi-80", "sextet-lo-95", "sextet-hi-95",
    ]  # fmt: skip
    assert len(made) == 3 * HORIZON
    assert (made["sextet-lo-95"] <= made["sextet-lo-80"]).all()
    assert (made["sextet-lo-80"] <= made["sextet"]).all()
    assert (made["sextet"] <= made["sextet-hi-80"]).all()


def test_polars_in_and_out(model: Ensemble, frame: pd.DataFrame) -> None:
    made = model.forecast(pl.from_pandas(frame))
    assert isinstance(made, pl.DataFrame) and isinstance(model.explain(pl.from_pandas(frame)), pl.DataFrame)
    assert isinstance(model.cross_validation(pl.from_pandas(frame), windows=1), pl.DataFrame)
    assert isinstance(model.forecast(frame, like="polars"), pl.DataFrame)
    np.testing.assert_allclose(made["sextet"].to_numpy(), model.forecast(frame)["sextet"].to_numpy())


def test_explanation_adds_up_to_the_forecast(model: Ensemble) -> None:
    said = model.explain().groupby(["unique_id", "ds"])["contribution"].sum()
    made = model.forecast().set_index(["unique_id", "ds"])["sextet"]
    np.testing.assert_allclose(said.loc[made.index], made, rtol=1e-3, atol=1e-2)


def test_leaderboard_and_cross_validation(model: Ensemble, frame: pd.DataFrame) -> None:
    assert "sextet" in set(model.leaderboard()["model"])
    checked = model.cross_validation(frame, windows=3)
    assert len(checked) == 3 * 3 * HORIZON
    joined = checked.merge(frame, on=["unique_id", "ds"], suffixes=("", "_true"))
    np.testing.assert_allclose(joined["y"], joined["y_true"])
    assert (checked["cutoff"] < checked["ds"]).all()


def test_a_pickle_and_a_copy_hold_all_of_it(model: Ensemble, run: Path, frame: pd.DataFrame, tmp_path: Path) -> None:
    shutil.copytree(run, tmp_path / "gone")
    loaded = Ensemble.load(tmp_path / "gone")
    written = pickle.dumps(loaded)
    copied = copy.deepcopy(loaded)
    shutil.rmtree(tmp_path / "gone")
    for other in (pickle.loads(written), copied):
        pd.testing.assert_frame_equal(other.forecast(frame), model.forecast(frame))
        pd.testing.assert_frame_equal(other.leaderboard(), model.leaderboard())
        saved = other.save(tmp_path / "again")
        pd.testing.assert_frame_equal(Ensemble.load(saved).forecast(), model.forecast())
    assert Ensemble.load(pickle.loads(pickle.dumps(copied)).save(tmp_path / "third")).run.config == model.run.config


def test_save_and_load_forecast_the_same(model: Ensemble, tmp_path: Path) -> None:
    again = Ensemble.load(model.save(tmp_path / "copy"))
    pd.testing.assert_frame_equal(again.forecast(), model.forecast())


def test_a_loaded_run_forecasts_without_tensorflow(run: Path) -> None:
    code = (
        f"import sys; from sextet import Ensemble; Ensemble.load({str(run)!r}).forecast(); "
        "print([m for m in ('tensorflow', 'keras') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_untrained_and_wrong_options_are_refused() -> None:
    with pytest.raises(RunError, match="not trained"):
        Ensemble(horizon=3).forecast()
    with pytest.raises(ConfigError, match=r"no option 'lookbak', did you mean 'lookback'\? Options are "):
        Ensemble(horizon=3, lookbak=5)
    with pytest.raises(
        ConfigError, match=r"'epochs'; it is one of 'train': .*train_config import TrainConfig, train=T"
    ):
        Ensemble(horizon=3, epochs=1)
    with pytest.raises(ConfigError, match=r"'gpus'; it is one of 'compute'"):
        Ensemble(horizon=3, gpus=1)
    with pytest.raises(ConfigError, match="no option 'zzz'. Options are rules, config, lookback"):
        Ensemble(horizon=3, zzz=1)


def test_quick_is_quick_from_python_too() -> None:
    whole, quick = Ensemble(horizon=3).config.train, Ensemble(horizon=3, quick=True).config.train
    assert (quick.epochs, quick.steps) < (whole.epochs, whole.steps)
