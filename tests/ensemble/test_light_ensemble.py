"""The public Ensemble with the Rule-Based member alone: update, report and several cutoffs, without TensorFlow."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sextet import Ensemble
from sextet.baselines.classical import to_plain
from sextet.baselines.ridge import Ridge
from sextet.combine.lagged import EARLIER, LaggedAverage
from sextet.core.errors import ConfigError
from sextet.core.window import WindowIndex
from sextet.data.options import DataOptions
from sextet.rules.rule_based import LINEAR
from sextet.runtime.combination import section
from sextet.runtime.run import CONFIG
from sextet.runtime.run_folder import MANIFEST, RunFolder
from sextet.runtime.state import state_arrays
from sextet.specs.rule_based import KINDS, RuleBasedSpec

HORIZON = 6


@pytest.fixture(scope="module")
def folder(frame: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run's folder."""
    out = tmp_path_factory.mktemp("light") / "run"
    return Ensemble(horizon=HORIZON, members="rule-based").fit(frame).save(out)


def _later(frame: pd.DataFrame, hours: int) -> pd.DataFrame:
    return frame.assign(ds=frame["ds"] + pd.Timedelta(hours=hours))


def test_an_update_is_kept_by_save_and_leaves_the_loaded_folder(
    folder: Path, frame: pd.DataFrame, tmp_path: Path
) -> None:
    model = Ensemble.load(folder)
    before = model.forecast()
    updated = model.update(_later(frame, 60)).forecast()
    assert (updated["ds"] - before["ds"] == pd.Timedelta(hours=60)).all()
    pd.testing.assert_frame_equal(Ensemble.load(folder).forecast(), before)
    saved = model.save(tmp_path / "copy")
    RunFolder(saved).check()
    pd.testing.assert_frame_equal(Ensemble.load(saved).forecast(), updated)
    own = Ensemble.load(saved).update(_later(frame, 90))
    assert own.save(saved) == saved
    pd.testing.assert_frame_equal(Ensemble.load(saved).forecast(), own.forecast())


def test_it_says_what_it_is_of(folder: Path) -> None:
    assert repr(Ensemble.load(folder)) == "<Ensemble of rule-based, horizon 6, trained>"
    assert repr(Ensemble(horizon=3, members="gru,lstm")) == "<Ensemble of gru, lstm, horizon 3, not trained>"


def test_options_without_data_are_refused(folder: Path) -> None:
    with pytest.raises(ConfigError, match="options say how data are read, and there are none"):
        Ensemble.load(folder).forecast(options=DataOptions(tz="Europe/Berlin"))


def test_options_of_a_part_or_a_method_are_told_where_they_belong(folder: Path, frame: pd.DataFrame) -> None:
    with pytest.raises(ConfigError, match=r"'future'; it is one of 'options': options=DataOptions\(future="):
        Ensemble(horizon=HORIZON).fit(frame, future=["load"])
    with pytest.raises(ConfigError, match="'levels'; forecast takes it"):
        Ensemble(horizon=HORIZON, levels=(80,))
    with pytest.raises(ConfigError, match="'device'; fit takes it"):
        Ensemble(horizon=HORIZON, device="cpu")


def test_no_folder_is_made_for_a_report(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Make it first"):
        Ensemble.load(folder).report(tmp_path / "none" / "report.html")
    assert not (tmp_path / "none").exists()


def test_the_report_is_one_page(folder: Path, tmp_path: Path) -> None:
    page = Ensemble.load(folder).report(tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<html" in page and "seasonal" in page.lower()


def test_the_calibration_follows_targets_that_have_passed_and_no_other(folder: Path, frame: pd.DataFrame) -> None:
    run = Ensemble.load(folder).run
    panel = run.history
    rows = panel.offsets[0] + panel.known[0] - HORIZON * np.arange(6, 0, -1)
    index = WindowIndex(series=np.zeros(6, dtype=np.int32), row=rows)
    alone = [run.answer(panel, index.take(slice(k, k + 1))).quantiles[0] for k in range(6)]
    together = run.answer(panel, index).quantiles
    np.testing.assert_array_equal(together[0], alone[0])
    assert not np.array_equal(together[-1], alone[-1])
    np.testing.assert_array_equal(together[:4], run.answer(panel, index.take(slice(0, 4))).quantiles)


def test_a_linear_autoregression_is_shipped_as_it_was_fitted(frame: pd.DataFrame, tmp_path: Path) -> None:
    known = frame.assign(y=frame.groupby("unique_id")["y"].ffill())
    known["price"] = known["y"]  # known ahead, it says it all
    known.loc[known.groupby("unique_id").cumcount(ascending=False) < HORIZON, "y"] = np.nan
    model = Ensemble(horizon=HORIZON, members=[RuleBasedSpec(kinds=(LINEAR,))], transform="none")
    model.fit(known, options=DataOptions(future=("price",)))
    member = model.run.crew.members["rule-based"]
    assert isinstance(member.forecast, Ridge) and member.forecast.extras
    said = model.forecast(members=True)
    loaded = Ensemble.load(model.save(tmp_path / "run"))
    assert loaded.run.reach >= member.reach
    pd.testing.assert_frame_equal(loaded.forecast(members=True), said)
    truth = known.groupby("unique_id").tail(HORIZON)["price"].to_numpy()
    np.testing.assert_allclose(said["rule-based"], truth, atol=0.1 * known["price"].std())


def test_a_run_of_version_0_1_still_loads(frame: pd.DataFrame, tmp_path: Path) -> None:
    kinds = tuple(kind for kind in KINDS if kind != LINEAR)
    path = Ensemble(horizon=HORIZON, members=[RuleBasedSpec(kinds=kinds)]).fit(frame).save(tmp_path / "run")
    now = Ensemble.load(path)
    old = RunFolder(shutil.copytree(path, tmp_path / "old"))
    model = now.run.crew.members["rule-based"]
    plain = {"forecast": to_plain(model.forecast), "errors": model.errors.tolist(), "compared": dict(model.compared)}
    old.write_json("members/rule-based.json", plain)
    (old.path / "members/rule-based.npz").unlink()
    settings = json.loads((old.path / CONFIG).read_text()) | {"members": {"rule-based": "members/rule-based.json"}}
    old.write_json(CONFIG, settings)
    names = {*old.manifest["files"], "members/rule-based.json"} - {"members/rule-based.npz", old.state, MANIFEST}
    old.seal(sorted(names), old.state)
    pd.testing.assert_frame_equal(Ensemble.load(old.path).forecast(), now.forecast())


def test_the_test_scores_the_ensemble_as_final_rules_leave_it(frame: pd.DataFrame, tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text('[[rule]]\nname = "closed"\nthen = { set = 7.0 }\nfinal = true\n')
    model = Ensemble(horizon=HORIZON, members="rule-based", rules=rules).fit(frame, out=tmp_path / "run")
    rows = model.leaderboard().set_index("model")
    assert (model.forecast()["sextet"] == 7.0).all()
    for name in ("sextet", "sextet-online", "rule-based"):
        assert rows.loc[name, "width_80"] == 0.0 and rows.loc[name, "mae"] > rows.loc["seasonal-naive", "mae"]


def test_series_named_by_several_columns_are_found_again_in_new_data(frame: pd.DataFrame, tmp_path: Path) -> None:
    parts = frame.assign(region="A", product=frame["unique_id"]).drop(columns="unique_id")
    options = DataOptions(id=("region", "product"), static=("product",))
    saved = Ensemble(horizon=HORIZON, members="rule-based").fit(parts, options=options).save(tmp_path / "run")
    made = Ensemble.load(saved).forecast(_later(parts, 48))
    assert sorted(set(made["unique_id"])) == sorted(f"A/{name}" for name in frame["unique_id"].unique())
    assert made["ds"].min() > parts["ds"].max() + pd.Timedelta(hours=47)


def test_members_drawn_towards_their_answers_before_are_so_after_loading(folder: Path, frame: pd.DataFrame) -> None:
    run = Ensemble.load(folder).run
    share = np.full(HORIZON, 0.5, np.float32)
    drawn = replace(run, crew=replace(run.crew, lagged=LaggedAverage(shares={"rule-based": share})))
    assert drawn.reach >= run.crew.shape.lookback + EARLIER
    again = LaggedAverage.from_arrays(section(state_arrays(drawn), "lagged"))
    np.testing.assert_array_equal(again.shares["rule-based"], share)
    plain, said = run.forecast().quantiles, drawn.forecast().quantiles
    assert not np.allclose(plain, said)
    assert "lagged.shares" in RunFolder(folder).arrays(RunFolder(folder).state)
