"""Arguments as people slip: what means the same works, anything else is refused in one sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sextet
from sextet import Ensemble
from sextet.core.errors import ConfigError, DataError, SextetError
from sextet.data.options import DataOptions
from sextet.specs.run_config import RunConfig
from sextet.specs.train_config import TrainConfig

Ask = Callable[[Any], Any]
LIGHT: dict[str, Any] = {"horizon": 6, "members": "rule-based", "windows": 2, "baselines": "naive"}
FRACTION = 5.5
WRONG: tuple[Any, ...] = (FRACTION, {"epochs": 3}, {1, 2}, object(), float("nan"), [object()], b"x")
"""What is no value of almost any argument."""


@pytest.fixture(scope="module")
def model(small_run: Path) -> Ensemble:
    """A trained ensemble."""
    return Ensemble.load(small_run)


@pytest.mark.parametrize("levels", ["80,95", (80, 95), [80.0, 95.0], np.array([80, 95]), None])
def test_levels_are_taken_in_every_form(model: Ensemble, levels: Any) -> None:
    pd.testing.assert_frame_equal(model.forecast(levels=levels), model.forecast(levels=(80, 95)))


@pytest.mark.parametrize("level", [80, "80", 80.0, np.int64(80), (80,)])
def test_a_lone_level_is_a_list_of_one(model: Ensemble, level: Any) -> None:
    assert list(model.forecast(levels=level).columns[3:6]) == ["sextet-lo-80", "sextet-hi-80", "sextet-mean"]


SAME: tuple[tuple[Callable[[Any], Any], Any, Any], ...] = (
    (lambda v: Ensemble(v).config, np.int64(6), 6),
    (lambda v: Ensemble(6, members=v).config, None, "v6"),
    (lambda v: Ensemble(6, lookback=v).config.to_json(), np.int32(48), 48),
    (lambda v: Ensemble(6, spike_threshold=v).config.to_json(), np.float32(2), 2.0),
    (lambda v: Ensemble(6, quick=v).config.to_json(), np.True_, True),
    (lambda v: Ensemble(6, train=TrainConfig(epochs=v)).config.to_json(), np.int64(3), 3),
    (lambda v: RunConfig(horizon=6, intervals=v).to_json(), [80, 95], (80, 95)),
    (lambda v: RunConfig(horizon=6, intervals=v), 80, (80,)),
    (lambda v: DataOptions(target=v), 1001, "1001"),
    (lambda v: DataOptions(target=v), np.array([1001, 1002]), ("1001", "1002")),
    (lambda v: DataOptions(past=v), ["a", "b"], "a, b"),
    (lambda v: DataOptions(past=v), pd.Index(["a", "b"]), ("a", "b")),
    (lambda v: DataOptions(static=v), None, ()),
    (lambda v: DataOptions(future_data=v).future_data, Path("next.csv"), Path("next.csv")),
    (lambda v: sextet.plan(v, draws=10).as_dict(), "Tesla P40", ["Tesla P40"]),
    (lambda v: sextet.plan("Tesla P40", draws=v).as_dict(), np.int64(10), 10),
    (lambda v: sextet.plan("Tesla P40", draws=10, prices=v).as_dict(), "used", ["used"]),
    (lambda v: sextet.diagnose(v, python="3.11").as_dict(), "Tesla P40", ["Tesla P40"]),
)


@pytest.mark.parametrize(("ask", "slip", "plain"), SAME, ids=range(len(SAME)))
def test_what_means_the_same_is_taken(ask: Ask, slip: Any, plain: Any) -> None:
    assert ask(slip) == ask(plain)


@pytest.mark.parametrize(
    "said", [{"windows": np.int64(2)}, {"baselines": ["naive"]}, {"title": None, "quick": None, "refit": None}]
)
def test_a_backtest_takes_what_means_the_same(frame: pd.DataFrame, said: dict[str, Any]) -> None:
    assert sextet.backtest(frame, **{**LIGHT, **said}).points == 24


def test_paths_may_be_text(model: Ensemble, frame: pd.DataFrame, tmp_path: Path) -> None:
    assert model.save(str(tmp_path / "run")) == tmp_path / "run"
    assert model.report(str(tmp_path / "report.html")) == tmp_path / "report.html"
    state = tmp_path / "state.json"
    late = frame.assign(ds=frame.ds + pd.Timedelta(days=60))  # the run holds what it was trained on
    found = [len(list(sextet.watch(late, run, every=True))) for run in (str(tmp_path / "run"), model.run)]
    assert found[0] == found[1] > 0 and list(sextet.watch(frame, state=str(state), columns={"target": "y"})) is not None
    assert state.is_file()


def _asked(model: Ensemble, frame: pd.DataFrame) -> Iterator[tuple[str, Ask]]:
    """Every argument of the public surface that is of a kind, by name."""

    def at(call: Callable[..., Any], owner: str, *names: str, **fixed: Any) -> Iterator[tuple[str, Ask]]:
        for name in names:
            yield f"{owner}: {name}", lambda value, name=name: call(**{**fixed, name: value})

    numbers = ("lookback", "spike_threshold", "miss_cost", "false_alarm_cost")
    groups = ("config", "train", "split", "compute")
    light = Ensemble(6, members="rule-based")
    yield from at(Ensemble, "Ensemble", "horizon", "rules", "config", horizon=6)
    yield from at(Ensemble, "The run", *numbers[:2], *groups[1:], "transform", "nonnegative", "quick", horizon=6)
    yield from at(light.fit, "fit", "options", "out", "fresh", "device", "progress", data=frame)
    yield from at(model.forecast, "forecast", "levels", "members", "options", "like")
    yield from at(model.predict, "predict", "options")
    yield from at(model.cross_validation, "cross_validation", "windows", "step", "levels", "options", data=frame)
    yield from at(model.update, "update", "options", "progress", data=frame)
    yield from at(model.save, "save", "path")
    yield from at(model.report, "report", "path")
    yield from at(Ensemble.load, "load", "path")
    yield from at(Ensemble.resume, "resume", "path", "device", "progress", path="none")
    yield from at(DataOptions, "DataOptions", "id", "time", "target", "past", "future", "static", "weight")
    yield from at(DataOptions, "DataOptions", "spike_label", "freq", "resample", "tz", "skip_short")
    given = ("horizon", "options", "out", "progress", "config", "refit", "scaled", "forecasts", "baselines")
    more = ("fresh", "rules", "unit", "title", "seed", "epochs", "batch", "windows", "step", "transform", "quick")
    yield from at(sextet.backtest, "backtest", *given, *more, data=frame, **LIGHT)
    sizes = ("horizon", "series", "rows", "past_covariates", "wider", "seed", "draws", "epochs", "lookback", "data")
    terms = ("prices", "electricity", "budget", "precision", "search", "profile", "config", "quick")
    yield from at(sextet.plan, "plan", *sizes, *terms, rigs="Tesla P40", draws=10)
    yield from at(sextet.plan, "plan", "rigs", draws=10)
    yield from at(sextet.diagnose, "diagnose", "log", "deep", "frameworks")
    yield from at(sextet.watch, "watch", "run", "every", "state", "refresh", "columns", data=frame)


def test_anything_else_is_refused_by_name(model: Ensemble, frame: pd.DataFrame) -> None:
    for label, ask in _asked(model, frame):
        name = label.partition(": ")[2]
        for wrong in WRONG:
            if wrong is FRACTION and name in ("spike_threshold", "levels"):
                continue
            with pytest.raises(ConfigError) as refused:
                ask(wrong)
            said = str(refused.value)
            assert name in said and "got " in said and "\n" not in said, (label, wrong, said)


@pytest.mark.parametrize("data", [5, None, [1, 2], {"ds": [1]}, np.arange(5.0), object()])
def test_what_is_no_data_is_refused(model: Ensemble, data: Any) -> None:
    calls: tuple[Ask, ...] = (
        Ensemble(6, members="rule-based").fit,
        model.cross_validation,
        model.update,
        lambda data: sextet.backtest(data, 6),
        *((model.forecast, model.explain) if data is not None else ()),
    )
    for ask in calls:
        with pytest.raises(DataError, match="Expected"):
            ask(data)


def test_what_cannot_be_watched_is_refused() -> None:
    for data in (5, None, object()):
        with pytest.raises(DataError, match="iterable of rows to watch; got "):
            list(sextet.watch(data))


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: Ensemble(6, config=RunConfig(horizon=5)), "horizon is 6, and that of config is 5"),
        (lambda: Ensemble(5, config=RunConfig(horizon=5), quick=True), "got both. Put quick into the config"),
        (lambda: Ensemble(6, train={"epochs": 3}), r"import TrainConfig; train=TrainConfig\(epochs=3\)"),
        (lambda: sextet.backtest("x.csv", 6, options={"id": "zone"}), r"options=DataOptions\(id='zone'\)"),
        (lambda: sextet.backtest("x.csv", 6, source="y.csv"), "no option 'source'"),
        (lambda: sextet.watch([], stat="x"), "watch has no option 'stat', did you mean 'state'"),
        (lambda: Ensemble(6).fit("x.csv", id="zone"), "'id'; it is one of 'options': options=DataOptions"),
        (lambda: sextet.watch([], state="."), "is a folder"),
        (lambda: sextet.diagnose(5), "names of cards as text"),
        (lambda: sextet.diagnose(tensorflow=2.15), "version of tensorflow as text"),
    ],
)
def test_usual_slips_are_told_what_was_meant(ask: Callable[[], Any], said: str) -> None:
    with pytest.raises(SextetError, match=said):
        ask()


def test_cutoffs_are_counted_from_one(model: Ensemble, frame: pd.DataFrame) -> None:
    for said in ({"windows": 0}, {"step": 0}, {"step": -1}):
        with pytest.raises(ConfigError, match=f"{next(iter(said))} must be a whole number of at least 1"):
            model.cross_validation(frame, **said)
