"""A config file and what is asked beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sextet.app.configuration import config_of
from sextet.app.requests import TrainRequest
from sextet.core.errors import ConfigError, SextetError
from sextet.data.fitting import read_to_fit
from sextet.data.options import DataOptions
from sextet.data.split import make_split
from sextet.specs.recurrent import GRUSpec
from sextet.specs.run_config import RunConfig


def _config(folder: Path, content: Any, **asked: Any) -> RunConfig:
    path = folder / "best.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return config_of(TrainRequest(source="x.csv", horizon=6, out=Path("run"), config=path, **asked))


def test_an_empty_file_is_the_defaults(tmp_path: Path) -> None:
    assert _config(tmp_path, {}) == RunConfig(horizon=6)


def test_a_whole_configuration_comes_back(tmp_path: Path) -> None:
    whole = config_of(
        TrainRequest(source="x.csv", horizon=6, out=Path("r"), members=(GRUSpec(lookback=9), "lstm"), seed=4, test=0.3)
    )
    assert _config(tmp_path, whole.to_json()) == whole


def test_members_are_names_specs_or_a_preset(tmp_path: Path) -> None:
    mixed = _config(tmp_path, {"members": ["lstm", {"member": "gru", "width": 8}]}).members
    assert [spec.name for spec in mixed] == ["lstm", "gru"] and mixed[1] == GRUSpec(width=8)
    assert [spec.name for spec in _config(tmp_path, {"members": "v5"}).members][-1] == "rule-based"


def test_what_is_asked_goes_before_the_file(tmp_path: Path) -> None:
    file = {
        "lookback": 48,
        "transform": "log1p",
        "nonnegative": True,
        "train": {"seed": 3, "epochs": 5, "learning_rate": 0.01},
        "split": {"test": 0.3, "step": 4, "validation": 0.25},
    }
    kept = _config(tmp_path, file)
    assert (kept.lookback, kept.transform, kept.nonnegative, kept.seed) == (48, "log1p", True, 3)
    asked = _config(tmp_path, file, lookback=24, transform="none", seed=0, test=0.1, step=1)
    assert (asked.lookback, asked.transform, asked.seed) == (24, "none", 0)
    assert (asked.train.epochs, asked.train.learning_rate) == (5, 0.01)
    assert (asked.split.test, asked.split.step, asked.split.validation) == (0.1, 1, 0.25)


def test_members_asked_for_are_built_as_the_file_says(tmp_path: Path) -> None:
    file = {"members": [{"member": "gru", "width": 8, "lookback": 40}, {"member": "lstm", "width": 9}]}
    members = _config(tmp_path, file, members="gru,patchtst").members
    assert [spec.name for spec in members] == ["gru", "patchtst"] and members[0].width == 8
    assert _config(tmp_path, file, members=(GRUSpec(width=7),)).members == (GRUSpec(width=7),)
    (shorter,) = _config(tmp_path, file, members="gru", lookback=20).members
    assert shorter == GRUSpec(width=8)  # its lookback is the run's, which is asked for


def test_quick_makes_the_file_s_budget_small(tmp_path: Path) -> None:
    assert _config(tmp_path, {"train": {"epochs": 30}}, quick=True).train.epochs == 4
    assert _config(tmp_path, {"quick": True, "train": {"epochs": 30}}).train.epochs == 4
    assert _config(tmp_path, {"quick": True}, epochs=12).train.epochs == 12  # what is given goes before the file


def test_who_names_epochs_gets_those_and_no_more_rounds(tmp_path: Path) -> None:
    def budget(file: dict[str, Any], **given: Any) -> tuple[int, int]:
        train = _config(tmp_path, file, **given).train
        return train.epochs, train.rounds

    assert budget({}) == (8, 4) == budget({"train": {"seed": 3}})
    assert budget({}, epochs=8) == (8, 1) == budget({"train": {"epochs": 8}})
    assert budget({}, rounds=2) == (8, 2)
    assert budget({"train": {"epochs": 20, "rounds": 2}}) == (20, 2)
    assert budget({"train": {"epochs": 20, "rounds": 2}}, epochs=5) == (5, 1)
    assert budget({}, epochs=5, rounds=3) == (5, 3)
    assert budget({}, quick=True) == (4, 1)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "expected JSON"),
        ("[1]", "expected an object"),
        ({"lookbak": 3}, "no field 'lookbak', did you mean 'lookback'"),
        ({"horizon": 7}, "for a horizon of 7, and 6 was asked for"),
        ({"horizon": 6.5}, "'horizon' must be a whole number of steps, at least 1; got 6.5"),
        ({"lookback": 0}, "lookback must be a whole number of at least 1; got 0"),
        ({"lookback": "long"}, "lookback must be a whole number or null; got 'long'"),
        ({"nonnegative": "no"}, "nonnegative must be true or false; got 'no'"),
        ({"spike_threshold": "high"}, "spike_threshold must be a number or null; got 'high'"),
        ({"intervals": 80}, "intervals must be a list, each a number; got 80"),
        ({"transform": "sqrt"}, "transform must be one of auto, none, log1p, boxcox, asinh; got 'sqrt'"),
        ({"train": {"epochs": None}}, "training configuration: epochs must be a whole number; got None"),
        ({"train": {"epoch": 3}}, "training configuration has no field 'epoch', did you mean 'epochs'"),
        ({"train": 3}, "training configuration must be an object"),
        ({"split": {"test": "last"}}, "split: test must be a number; got 'last'"),
        ({"split": {"test": 2}}, "Expected shares"),
        ({"members": 3}, "members must be a list"),
        ({"members": []}, "at least one member"),
        ({"members": ["gruu"]}, "no member 'gruu', did you mean 'gru'"),
        ({"members": ["gru", {"member": "gru"}]}, "given twice"),
        ({"members": [{"member": "gru", "wide": 3}]}, "spec of gru has no field 'wide'"),
        ({"members": [{"member": "gru", "skip": "yes"}]}, "spec of gru: skip must be true or false; got 'yes'"),
        ({"members": [{"member": "gru", "normalisation": 1}]}, "normalisation must be one of mean, last, shift"),
    ],
)
def test_a_wrong_file_is_refused_by_name(tmp_path: Path, content: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=rf"best\.json: .*{message}"):
        _config(tmp_path, content)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no\.json: there is no such file"):
        config_of(TrainRequest(source="x.csv", horizon=6, out=Path("run"), config=tmp_path / "no.json"))
    with pytest.raises(ConfigError, match="that is a folder"):
        config_of(TrainRequest(source="x.csv", horizon=6, out=Path("run"), config=tmp_path))


def _cut(config: RunConfig) -> str:
    """The message where 300 hours from 2024-01-01 cannot be cut as `config` says."""
    data = pd.DataFrame({"ds": pd.date_range("2024-01-01", periods=300, freq="h"), "y": 1.0})
    with pytest.raises(SextetError) as refused:
        make_split(read_to_fit(data, DataOptions(), config.split, 6), config.split, 6)
    return str(refused.value)


@pytest.mark.parametrize(
    ("split", "said"),
    [
        ({"train_end": "2030-01-01"}, "split.train_end (in {}) 2030-01-01 is a date after which"),
        ({"test_end": "2020-01-01"}, "split.test_end (in {}) 2020-01-01 is a date before"),
        ({"validation_end": "soon"}, "split.validation_end (in {}): expected a number of rows, or a date"),
        (
            {"validation_end": "2024-01-05 06:00Z"},
            "split.validation_end (in {}): '2024-01-05 06:00Z' names a time zone",
        ),
        ({"train_end": 290}, "split.train_end (in {}) 290 with a validation of 18 rows"),
        ({"train_end": 290}, "Give split.train_end (in {}) 252 or less"),
        (
            {"train_end": 200, "validation_end": 205},
            "with split.train_end (in {}) 200, split.validation_end (in {}) 205",
        ),
        ({"train_end": 200, "validation_end": 205}, "Move split.train_end (in {}), split.validation_end (in {}) or --"),
        ({"windows": 500}, "split.windows (in {}) 500, 1 rows apart"),
    ],
)
def test_a_split_that_the_data_refuse_is_named_by_its_file_and_key(
    tmp_path: Path, split: dict[str, Any], said: str
) -> None:
    assert said.replace("{}", str(tmp_path / "best.json")) in _cut(_config(tmp_path, {"split": split}))


def test_what_is_asked_beside_the_file_is_named_as_an_option(tmp_path: Path) -> None:
    content = {"split": {"train_end": "2024-01-03", "validation_end": "2024-01-09"}}
    config = _config(tmp_path, content, train_end="2030-01-01")
    assert _cut(config).startswith("--train-end 2030-01-01 is a date after which")
    file = tmp_path / "best.json"
    with pytest.raises(ConfigError, match="as dates; got --train-end 40, ") as refused:
        _config(tmp_path, content, train_end=40)
    assert f"split.validation_end (in {file}) 2024-01-09" in str(refused.value)
    assert RunConfig.from_json(config.to_json()) == config and "said" not in config.to_json()
    with pytest.raises(ConfigError, match="The split has no field 'said'"):
        _config(tmp_path, {"split": {"said": {"test": "x"}}})
