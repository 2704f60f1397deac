"""`sextet train` and `sextet demo`: each option reaches the request, and the result is told."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from sextet.app.requests import TrainRequest
from sextet.core.errors import DataError
from sextet.core.progress import Silent
from sextet.data.options import DataOptions

# option -> (argument, where it goes, value there); "data." are the fields of DataOptions
OPTIONS = {
    "--config": ("best.json", "config", Path("best.json")),
    "--members": ("lstm,gru", "members", "lstm,gru"),
    "--lookback": ("48", "lookback", 48),
    "--seed": ("7", "seed", 7),
    "--quick": (None, "quick", True),
    "--epochs": ("3", "epochs", 3),
    "--rounds": ("5", "rounds", 5),
    "--batch": ("16", "batch", 16),
    "--id": ("shop", "data.id", "shop"),
    "--time": ("when", "data.time", "when"),
    "--target": ("sold", "data.target", "sold"),
    "--freq": ("h", "data.freq", "h"),
    "--past": ("rain, wind", "data.past", ("rain", "wind")),
    "--future": ("price,promo", "data.future", ("price", "promo")),
    "--static": ("town", "data.static", ("town",)),
    "--future-data": ("next.csv", "data.future_data", Path("next.csv")),
    "--tz": ("Europe/Berlin", "data.tz", "Europe/Berlin"),
    "--dates": ("day/month/year", "data.dates", "day/month/year"),
    "--decimal": (",", "data.decimal", ","),
    "--skip-short": (None, "data.skip_short", True),
    "--weight": ("w", "data.weight", "w"),
    "--spike-label": ("spike", "data.spike_label", "spike"),
    "--spike-threshold": ("-2.5", "spike_threshold", -2.5),
    "--miss-cost": ("12.5", "miss_cost", 12.5),
    "--false-alarm-cost": ("2", "false_alarm_cost", 2.0),
    "--transform": ("log1p", "transform", "log1p"),
    "--nonnegative": (None, "nonnegative", True),
    "--title": ("Our sales", "title", "Our sales"),
    "--unit": ("EUR", "unit", "EUR"),
    "--catch-up": ("2", "catch_up", 2),
    "--device": ("cpu", "device", "cpu"),
    "--placement": ("member", "placement", "member"),
    "--ray": ("local", "ray", "local"),
    "--rules": ("rules.toml", "rules", Path("rules.toml")),
    "--train-end": ("2016-10-31", "train_end", "2016-10-31"),
    "--validation-end": ("150", "validation_end", "150"),
    "--test-end": ("200", "test_end", "200"),
    "--validation": ("0.3", "validation", 0.3),
    "--test": ("0", "test", 0.0),
    "--step": ("12", "step", 12),
}
OPTIONS |= {
    "--gpus": ("2", "gpus", 2),
    "--precision": ("mixed_float16", "precision", "mixed_float16"),
    "--scale-batch": ("replicas", "scale_batch", "replicas"),
    "--scale-rate": ("sqrt", "scale_rate", "sqrt"),
    "--communication": ("hierarchical", "communication", "hierarchical"),
    "--memory-limit": ("4096", "memory_limit", 4096),
    "--fresh": (None, "fresh", True),
    "--checkpoint-minutes": ("2.5", "checkpoint_minutes", 2.5),
    "--tensorboard": ("logs", "tensorboard", Path("logs")),
}
ALONE = {"--resample": ("5min", "data.resample", "5min")}  # contradicts --freq


def _at(request: TrainRequest, path: str) -> object:
    value: object = request
    for name in path.split("."):
        value = getattr(value, name)
    return value


def test_every_option_reaches_the_request(sextet, use_case, trained):
    train = use_case("sextet.app.train", "train", trained)
    arguments = [part for flag, (text, _, _) in OPTIONS.items() for part in (flag, text) if part is not None]
    result = sextet("train", "sales.csv", "--horizon", 28, "--out", "runs/sales", *arguments)
    assert result.exit_code == 0, result.stderr
    (request,) = train.args
    assert (request.source, request.horizon, request.out) == (Path("sales.csv"), 28, Path("runs/sales"))
    assert {flag: _at(request, path) for flag, (_, path, _) in OPTIONS.items()} == {
        flag: value for flag, (_, _, value) in OPTIONS.items()
    }


@pytest.mark.parametrize("flag", [*OPTIONS, *ALONE])
def test_an_option_changes_nothing_but_its_own_field(sextet, use_case, trained, flag):
    train = use_case("sextet.app.train", "train", trained)
    text, path, value = {**OPTIONS, **ALONE}[flag]
    sextet("train", "a.csv", "--horizon", 2, "--out", "r", flag, *([] if text is None else [text]))
    request = train.args[0]
    bare = TrainRequest(source=Path("a.csv"), horizon=2, out=Path("r"))
    fields = [f"data.{field.name}" for field in dataclasses.fields(DataOptions)]
    fields += [field.name for field in dataclasses.fields(TrainRequest) if field.name != "data"]
    assert {name for name in fields if _at(request, name) != _at(bare, name)} <= {path}
    assert _at(request, path) == value


def test_the_request_has_no_field_that_the_command_line_cannot_set():
    reached = {path for _, path, _ in [*OPTIONS.values(), *ALONE.values()]} | {"source", "horizon", "out", "data"}
    fields = {field.name for field in dataclasses.fields(TrainRequest)}
    fields |= {f"data.{field.name}" for field in dataclasses.fields(DataOptions)}
    assert fields == reached


def test_result_for_people(sextet, use_case, trained):
    use_case("sextet.app.train", "train", trained)
    result = sextet("train", "a.csv", "--horizon", 2, "--out", "r")
    assert "accuracy % = 100 x (1 - WAPE)" in result.stdout
    assert (
        "* Ensemble (online)" in result.stdout and "* Ensemble  " in result.stdout and "Seasonal naive" in result.stdout
    )
    assert "note: Two gaps." in result.stderr and "note:" not in result.stdout
    assert str(trained.report) in result.stdout


def test_a_note_is_told_once_and_beside_the_result(sextet, use_case, trained):
    def telling(request, *, progress):
        progress.note("Two gaps.")
        return trained

    use_case("sextet.app.train", "train", telling)
    result = sextet("train", "a.csv", "--horizon", 2, "--out", "r")
    assert "Two gaps." not in result.stdout and result.stderr.count("Two gaps.") == 1


def test_json_is_the_whole_of_standard_output(sextet, use_case, trained):
    def noisy(request, *, progress):
        print("a library talks")
        progress.stage("reading")
        return trained

    use_case("sextet.app.train", "train", noisy)
    result = sextet("train", "a.csv", "--horizon", 2, "--out", "r", "--json")
    value = json.loads(result.stdout)
    assert value["run"] == str(trained.run)
    assert value["leaderboard"][2]["skill"] is None  # NaN is no JSON
    assert value["seconds"] == {"reading": 0.5}
    assert "a library talks" in result.stderr and "reading" in result.stderr


def test_quiet_says_nothing_and_listens_to_nothing(sextet, use_case, trained):
    train = use_case("sextet.app.train", "train", trained)
    result = sextet("train", "a.csv", "--horizon", 2, "--out", "r", "--quiet")
    assert (result.stdout, result.stderr, result.exit_code) == ("", "", 0)
    assert isinstance(train.kwargs["progress"], Silent)


def test_quiet_still_says_what_went_wrong(sextet, use_case):
    use_case("sextet.app.train", "train", DataError("a.csv is empty."))
    result = sextet("train", "a.csv", "--horizon", 2, "--out", "r", "--quiet")
    assert (result.stdout, result.stderr, result.exit_code) == ("", "Error: a.csv is empty.\n", 2)


@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "a.csv", "--out", "r"],
        ["train", "a.csv", "--horizon", "2"],
        ["train", "a.csv", "--dry-run"],
        ["train", "a.csv", "--horizon", "0", "--out", "r"],
        ["train", "a.csv", "--horizon", "two", "--out", "r"],
        ["train", "a.csv", "--horizon", "2", "--out", "r", "--validation", "1.5"],
        ["train", "a.csv", "--horizon", "2", "--out", "r", "--transform", "sqrt"],
        ["train", "a.csv", "--horizon", "2", "--out", "r", "--bogus"],
        ["train"],
        ["bogus"],
    ],
)
def test_a_wrong_command_line_exits_2_before_any_work(sextet, use_case, trained, arguments):
    train = use_case("sextet.app.train", "train", trained)
    result = sextet(*arguments)
    assert result.exit_code == 2
    assert train.args == ()
    assert result.stdout == "" and "Usage" in result.stderr


@pytest.mark.parametrize(
    ("flag", "value", "told"),
    [
        ("--placement", "members", "'members' is not one of 'auto', 'data', 'member', did you mean 'member'?"),
        ("--precision", "float16", "did you mean 'mixed_float16'?"),
        ("--device", "zzz", "'zzz' is not one of 'auto', 'cpu', 'gpu'."),
        ("--gpus", "two", "expected a whole number."),
        ("--validation", "much", "expected a number."),
    ],
)
def test_a_wrong_value_is_told_with_the_nearest(sextet, use_case, trained, flag, value, told):
    train = use_case("sextet.app.train", "train", trained)
    result = sextet("train", "a.csv", "--horizon", 2, "--out", "r", flag, value)
    shown = " ".join(result.stderr.replace("│", " ").split())
    assert result.exit_code == 2 and train.args == ()
    assert f"Invalid value for '{flag}'" in shown and told in shown and "Value error" not in shown


def test_options_that_contradict_each_other(sextet, use_case, trained):
    use_case("sextet.app.train", "train", trained)
    result = sextet("train", "a.csv", "--horizon", 2, "--out", "r", "--freq", "h", "--resample", "h")
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: ") and "Traceback" not in result.stderr


def test_interrupted_says_that_there_is_no_run(sextet, use_case, tmp_path):
    use_case("sextet.app.train", "train", KeyboardInterrupt())
    result = sextet("train", "a.csv", "--horizon", 2, "--out", tmp_path / "r")
    assert result.exit_code == 130
    assert result.stderr == f"Interrupted. No run was written to {tmp_path / 'r'}.\n"


def test_interrupted_says_that_the_earlier_run_stays(sextet, use_case, tmp_path):
    (tmp_path / "manifest.json").write_text("{}")
    use_case("sextet.app.train", "train", KeyboardInterrupt())
    result = sextet("train", "a.csv", "--horizon", 2, "--out", tmp_path)
    assert result.exit_code == 130
    assert f"The run that was at {tmp_path} before is as it was." in result.stderr


def test_demo(sextet, use_case, trained):
    demo = use_case("sextet.app.demo", "demo", trained)
    result = sextet("demo", "--out", "d", "--full")
    assert result.exit_code == 0, result.stderr
    assert demo.args == (Path("d"),) and demo.kwargs["quick"] is False
    assert "Leaderboard" in result.stdout and str(trained.report) in result.stdout


def test_demo_is_quick_and_has_a_folder_of_its_own(sextet, use_case, trained):
    demo = use_case("sextet.app.demo", "demo", trained)
    sextet("demo")
    assert demo.args == (Path("runs/glucose"),) and demo.kwargs["quick"] is True
