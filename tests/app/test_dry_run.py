"""What a training would do, said without it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from sextet.app.dry_run import dry_run
from sextet.app.requests import TrainRequest
from sextet.core.errors import ConfigError, DataError, DependencyError, HardwareError
from sextet.data.options import DataOptions
from sextet.planner.timing.step_times import StepTimes
from sextet.rules.contradictions import contradictions
from sextet.rules.user_rules import parse_rules
from sextet.samples import synthetic
from sextet.specs.presets import PRESETS

from ..doctor.described import DescribedHost
from ..rigs import P40, machine

V100 = {"name": "Tesla V100-SXM2-16GB", "capability": "7.0", "memory": [16384, 16000], "width": [16, 16]}
NO_TENSORFLOW = """
import sys
from sextet.cli import main
sys.argv = ["sextet", *sys.argv[1:]]
try:
    main.main()
finally:
    heavy = sorted({name.split(".")[0] for name in sys.modules} & {"tensorflow", "keras", "ray", "jax", "torch"})
    print("loaded:", heavy, file=sys.stderr)
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three hourly series."""
    path = tmp_path_factory.mktemp("data") / "data.csv"
    synthetic(series=3, rows=2000, freq="h", seed=1).drop(columns="spike_label").to_csv(path, index=False)
    return path


def _of(file: Path, tmp_path: Path, *cards: dict[str, object], **options: object):
    request = TrainRequest(source=file, horizon=24, out=tmp_path / "run", **options)  # type: ignore[arg-type]
    return dry_run(request, DescribedHost(machine(*cards)), StepTimes(tmp_path / "steps.json"))


def test_three_p40s(file: Path, tmp_path: Path) -> None:
    said = _of(file, tmp_path, P40, P40, P40)
    assert said.devices["title"] == "3x Tesla P40" and said.devices["count"] == 3
    assert said.precision["policy"] == "float32" and "P40" in said.precision["why"]
    assert said.placement["placement"] == "member" and said.placement["at_once"] == 3
    assert said.placement["seconds"]["member"] < said.placement["seconds"]["data"]
    assert said.batch["global"] == said.batch["each"] == 256
    assert [row["name"] for row in said.members] == list(PRESETS["v6"])
    assert all(0 < row["memory_gib"] < row["room_gib"] for row in said.members if row["name"] != "rule-based")
    assert said.data["rows"] == 6000 and said.data["series"] == 3 and said.data["whole"]
    assert said.checkpoints["minutes"] == 5 and "--resume" in said.checkpoints["why"]


def test_the_rule_based_member_takes_its_time(file: Path, tmp_path: Path) -> None:
    rows = {row["name"]: row for row in _of(file, tmp_path, P40).members}
    assert (
        1.5 < rows["rule-based"]["seconds"] < 30
        and rows["rule-based"]["source"] == "no network: as on another processor"
    )
    long = tmp_path / "long.csv"
    synthetic(series=8, rows=6000, freq="h", seed=1).drop(columns="spike_label").to_csv(long, index=False)
    more = {row["name"]: row for row in _of(long, tmp_path, P40).members}
    assert more["rule-based"]["seconds"] > 2 * rows["rule-based"]["seconds"]


def test_how_the_data_are_read_is_said(file: Path, tmp_path: Path) -> None:
    said = _of(file, tmp_path)
    assert (said.data["time"], said.data["target"], said.data["id"]) == ("ds", ["y"], "unique_id")
    assert "Frequency h was inferred from the times." in said.notes
    pair = tmp_path / "pair.csv"
    pd.read_csv(file).assign(kind="load").to_csv(pair, index=False)
    said = _of(pair, tmp_path, data=DataOptions(id="unique_id,kind"))
    assert said.data["id"] == "unique_id,kind" and said.data["series"] == 3
    wide = tmp_path / "wide.csv"
    months = pd.date_range("1990-01-01", periods=400, freq="MS").strftime("%d/%m/%Y")
    wide.write_text("Datum;a;b\n" + "".join(f"{month};{1 + k % 12}.250;2\n" for k, month in enumerate(months)))
    said = _of(wide, tmp_path)
    assert (said.data["time"], said.data["target"], said.data["id"]) == ("Datum", ["a", "b"], None)
    told = " ".join(said.notes)
    for text in ("The table is wide", "'01/01/1990' were read as day/month/year", "'1.250' of column 'a'", "MS was"):
        assert text in told


def test_two_cards_that_share_a_batch(file: Path, tmp_path: Path) -> None:
    said = _of(file, tmp_path, V100, V100, placement="data")
    assert said.placement["placement"] == "data" and "was asked for" in said.placement["why"]
    assert (said.batch["global"], said.batch["each"]) == (256, 128)
    assert said.precision["policy"] == "mixed_float16"
    assert said.devices["communication"]


def test_nothing_is_written(file: Path, tmp_path: Path) -> None:
    _of(file, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_the_training_would_refuse_is_refused(file: Path, tmp_path: Path) -> None:
    with pytest.raises(HardwareError, match="--device cpu"):
        _of(file, tmp_path, device="gpu")
    with pytest.raises(DataError, match=r"There is no file .*, did you mean 'data\.csv'\? Check the path"):
        _of(file.with_name("dat.csv"), tmp_path)


def test_rules_are_checked_as_the_training_does(file: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    for text, told in (
        (None, r"mine\.toml: there is no such file"),
        ("[[rule]]\nname = 'x'\ncapp = 1\n", r"mine\.toml, line 3, column 1, rule 'x'"),
        ("[[rule]]\nname = 'x'\nwhen = 'covariate(\"wind\") > 3'\nthen = { cap = 1 }", "has no covariate 'wind'"),
    ):
        if text is not None:
            path.write_text(text, encoding="utf-8")
        with pytest.raises(ConfigError, match=told):
            _of(file, tmp_path, rules=path)
    path.write_text("[[rule]]\nname = 'x'\nthen = { set = 1 }\n\n[[rule]]\nname = 'x2'\nthen = { set = 2 }\n")
    odd = contradictions(parse_rules(path.read_text()).rules)
    assert odd and set(odd) <= set(_of(file, tmp_path, rules=path).notes)


def test_fewer_gpus_than_were_asked_for_are_told(file: Path, tmp_path: Path) -> None:
    assert (
        "--gpus 2 was asked for: the processor trains. There is no NVIDIA GPU here."
        in _of(file, tmp_path, gpus=2).notes
    )
    assert any(
        "--gpus 4 was asked for: 3 can be used" in note for note in _of(file, tmp_path, *[P40] * 3, gpus=4).notes
    )
    assert not any("--gpus" in note for note in _of(file, tmp_path, P40, P40, P40, gpus=2).notes)


def test_a_cluster_is_said_not_to_be_looked_at(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sextet.app.dry_run.find_spec", lambda name: object())
    said = _of(file, tmp_path, ray="auto", gpus=9)
    assert "This machine alone: the cluster of --ray auto is not looked at." in said.devices["why"]
    assert any("--ray auto: all above is for this machine" in note for note in said.notes)
    assert not any("--gpus" in note for note in said.notes)
    monkeypatch.setattr("sextet.app.dry_run.find_spec", lambda name: None)
    with pytest.raises(DependencyError, match="--ray needs Ray"):
        _of(file, tmp_path, ray="auto")


def test_a_run_that_will_be_replaced_is_told(file: Path, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "manifest.json").write_text("{}")
    os.utime(tmp_path / "run" / "manifest.json", (1_700_000_000, 1_700_000_000))
    when = datetime.fromtimestamp(1_700_000_000).strftime("%Y-%m-%d %H:%M")
    told = f"The run at {tmp_path / 'run'}, of {when}, will be replaced when this one is whole."
    assert told in _of(file, tmp_path).notes
    (tmp_path / "run" / "manifest.json").rename(tmp_path / "run" / "other.json")
    with pytest.raises(ConfigError, match="is not a run"):
        _of(file, tmp_path)


def test_the_sizes_are_those_of_the_training(file: Path) -> None:
    from sextet.data.read import read_panel
    from sextet.ensemble.ground import lay_ground
    from sextet.ensemble.sketch import sketch
    from sextet.specs.run_config import RunConfig

    panel, config = read_panel(file), RunConfig(horizon=24)
    drawn, ground = sketch(panel, config), lay_ground(panel, config)
    assert drawn.shape == ground.shape
    assert [spec.name for spec in drawn.specs] == [spec.name for spec in ground.specs]
    assert drawn.windows == pytest.approx(len(ground.train_windows()), rel=0.02)


@pytest.mark.parametrize("more", [[], ["--json"], ["--quiet"]])
def test_from_the_command_line_without_tensorflow(file: Path, tmp_path: Path, more: list[str]) -> None:
    command = ["train", str(file), "--horizon", "24", "--dry-run", *more]  # where to is not needed
    done = subprocess.run(
        [sys.executable, "-c", NO_TENSORFLOW, *command, "--device", "cpu"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    notes = done.stderr.splitlines()
    assert notes.pop() == "loaded: []" and all(note.startswith("note: ") for note in notes)
    assert bool(notes) is not bool(more)
    if "--json" in more:
        said = json.loads(done.stdout)
        assert set(said) >= {"devices", "precision", "batch", "placement", "checkpoints", "members"}
    else:
        assert "sextet train --resume RUN goes on" in done.stdout.replace("`", "")
        words = ("devices", "precision", "batch", "placement", "checkpoints", "PatchTST", "Nothing was trained")
        assert all(word in done.stdout for word in words)


def test_a_frame_is_fine_too(tmp_path: Path) -> None:
    frame = pd.DataFrame({"ds": pd.date_range("2024-01-01", periods=400, freq="D"), "y": range(400)})
    said = dry_run(TrainRequest(source=frame, horizon=7, out=tmp_path / "run", members="gru"), DescribedHost(machine()))
    assert [row["name"] for row in said.members] == ["gru"]
