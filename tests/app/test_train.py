"""From a request to a run: what is asked reaches the configuration, and what is wrong is said at once."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from sextet.app.configuration import config_of
from sextet.app.dry_run import dry_run
from sextet.app.requests import TrainRequest
from sextet.app.train import source_name, train
from sextet.core.errors import ConfigError, DataError
from sextet.core.progress import Silent
from sextet.data.options import DataOptions


def _request(**options: object) -> TrainRequest:
    return TrainRequest(source="x.csv", horizon=6, out=Path("run"), **options)  # type: ignore[arg-type]


def test_options_reach_the_configuration() -> None:
    config = config_of(
        _request(
            members="lstm,rule-based",
            lookback=9,
            seed=4,
            epochs=3,
            batch=17,
            transform="log1p",
            nonnegative=True,
            spike_threshold=5.0,
            train_end=50,
            validation_end=70,
            test_end=90,
            step=2,
        )  # fmt: skip
    )
    assert [spec.name for spec in config.members] == ["lstm", "rule-based"]
    assert (config.lookback, config.seed, config.train.epochs, config.train.batch) == (9, 4, 3, 17)
    assert (config.transform, config.nonnegative, config.spike_threshold) == ("log1p", True, 5.0)
    split = config.split
    assert (split.train_end, split.validation_end, split.test_end, split.step) == (50, 70, 90, 2)


def test_quick_is_a_smaller_budget() -> None:
    quick, full = config_of(_request(quick=True)).train, config_of(_request()).train
    assert quick.epochs * quick.steps * quick.batch < full.epochs * full.steps * full.batch


def test_sources_have_names(tmp_path: Path) -> None:
    assert source_name(tmp_path / "sales.csv") == "sales.csv"
    assert source_name(pd.DataFrame()) == "a data frame"


def test_rules_that_are_not_there_or_not_text(frame: pd.DataFrame, tmp_path: Path) -> None:
    request = replace(_request(members="rule-based", rules=tmp_path / "no.toml"), source=frame, out=tmp_path / "run")
    with pytest.raises(ConfigError, match=r"no\.toml: there is no such file"):
        train(request)
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="expected UTF-8"):
        train(replace(request, rules=tmp_path / "bytes.toml"))
    (tmp_path / "bad.toml").write_text("[[rule]]\nname = 'x'\ncapp = 1\n", encoding="utf-8")
    for begin in (train, dry_run):  # the file is called as it was given
        with pytest.raises(ConfigError, match=r"^\S*/bad\.toml, line 3, column 1, rule 'x'"):
            begin(replace(request, rules=tmp_path / "bad.toml"))
    assert not (tmp_path / "run").exists()


def test_what_will_be_replaced_and_gpus_that_are_not_there_are_told(frame: pd.DataFrame, tmp_path: Path) -> None:
    class Notes(Silent):
        def __init__(self) -> None:
            self.told: list[str] = []

        def note(self, text: str) -> None:
            self.told.append(text)

    request = replace(_request(members="rule-based", device="cpu", gpus=2), source=frame, out=tmp_path / "run")
    first, second = Notes(), Notes()
    train(request, first)
    assert "--gpus 2 was asked for: the processor trains. --device cpu leaves GPUs out." in first.told
    assert not any("replaced" in text for text in first.told)
    train(request, second)
    told = next(text for text in second.told if "replaced" in text)
    assert told.startswith(f"The run at {tmp_path / 'run'}, of 20") and told.endswith("when this one is whole.")


def test_short_series_are_refused_or_skipped(frame: pd.DataFrame, tmp_path: Path) -> None:
    short = frame[frame["unique_id"] == frame["unique_id"].iloc[0]].head(20).assign(unique_id="short")
    data = pd.concat([frame, short])
    request = TrainRequest(source=data, horizon=6, out=tmp_path / "run", members="rule-based")
    with pytest.raises(DataError, match="'short' has 20 rows"):
        train(request)
    result = train(replace(request, data=DataOptions(skip_short=True)))
    assert any("short" in note for note in result.notes)


def test_rules_act_on_the_forecast_and_are_kept(frame: pd.DataFrame, tmp_path: Path) -> None:
    from sextet.runtime.run import Run

    limit = float(frame["y"].median())
    (tmp_path / "rules.toml").write_text(f'[[rule]]\nname = "plate"\ncap = {limit}\n')
    request = TrainRequest(
        source=frame, horizon=6, out=tmp_path / "run", members="rule-based", rules=tmp_path / "rules.toml"
    )
    train(request)
    forecast = Run.load(tmp_path / "run").forecast()
    assert forecast.quantiles.max() <= limit
    assert any("plate" in note for note in forecast.notes)


def test_the_rule_based_member_needs_no_tensorflow(frame: pd.DataFrame, tmp_path: Path) -> None:
    import subprocess

    frame.to_csv(tmp_path / "data.csv", index=False)
    code = (
        "import sys; from pathlib import Path; from sextet.app.requests import TrainRequest; "
        "from sextet.app.train import train; "
        f"train(TrainRequest(source={str(tmp_path / 'data.csv')!r}, horizon=6, out=Path({str(tmp_path / 'run')!r}), "
        "members='rule-based')); print([m for m in ('tensorflow', 'keras') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
