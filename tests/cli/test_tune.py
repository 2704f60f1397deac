"""`sextet tune`: each option reaches the request, and what was found is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sextet.app.requests import TuneResult
from sextet.app.tune import search_folder
from sextet.cli.tune import kept, seconds
from sextet.core.errors import ConfigError

FINDING = {"name": "gru", "default": 0.2, "found": 0.19, "trials": 9, "pruned": 4, "changed": "", "verdict": "found"}
RESULT = TuneResult(
    out=Path("best.json"),
    config={"horizon": 28},
    findings=(
        {**FINDING, "changed": "lookback 24 -> 48, skip off -> on"},
        {**FINDING, "name": "patchtst", "found": None, "verdict": "left out"},
        {**FINDING, "name": "rule-based", "default": None, "found": None, "trials": 0, "verdict": "default"},
    ),
    weigh={"default": 0.1, "found": 0.098},
    notes=("Two gaps.",),
    seconds=12.5,
)


@pytest.fixture
def tuned(use_case):
    recorder = use_case("sextet.app.tune", "tune", RESULT)
    use_case("sextet.app.tune", "search_folder", search_folder)
    return recorder


def test_options_reach_the_request(sextet, tuned):
    result = sextet(
        *("tune", "sales.csv", "--horizon", 28, "--budget", "1h30m", "--out", "b.json", "--workers", 2),
        *("--trials", 5, "--seed", 3, "--members", "gru", "--config", "a.json", "--lookback", 9, "--epochs", 2),
        *("--device", "cpu"),
        *("--transform", "log1p", "--nonnegative", "--future", "price,promo", "--test", 0.2, "--val-end", "2020-01-01"),
    )
    assert result.exit_code == 0, result.stderr
    (request,) = tuned.args
    assert (request.source, request.horizon, request.out) == (Path("sales.csv"), 28, Path("b.json"))
    assert (request.budget, request.trials, request.workers, request.seed) == (5400.0, 5, 2, 3)
    assert (request.members, request.config, request.lookback, request.epochs) == ("gru", Path("a.json"), 9, 2)
    assert (request.transform, request.nonnegative, request.data.future) == ("log1p", True, ("price", "promo"))
    assert request.device == "cpu"
    assert (request.test, request.validation_end) == (0.2, "2020-01-01")


def test_the_result_for_people(sextet, tuned):
    result = sextet("tune", "sales.csv", "--horizon", 28)
    assert tuned.args[0].budget is None and tuned.args[0].out == Path("best.json")
    for text in ("GRU", "+5.0", "lookback 24 -> 48, skip off -> on", "left out", "Rule-Based", "+2.00 %"):
        assert text in result.stdout
    assert "note: Two gaps." in result.stderr
    assert "sextet train sales.csv --horizon 28 --config best.json --out RUN" in result.stdout


def test_the_command_that_trains_reads_the_data_alike(sextet, tuned):
    result = sextet("tune", "my sales.csv", "--horizon", 28, "--id", "shop", "--past", "temp", "--budget", "9m")
    train = "sextet train 'my sales.csv' --horizon 28 --id shop --past temp --config best.json --out RUN"
    assert train in result.stdout


def test_a_narrow_terminal_still_tells_what_changed(sextet, tuned, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    assert "GRU: lookback 24 -> 48, skip off -> on" in sextet("tune", "a.csv", "--horizon", 28).stdout


def test_json(sextet, tuned):
    told = json.loads(sextet("tune", "a.csv", "--horizon", 28, "--json").stdout)
    assert told["findings"][0]["found"] == 0.19 and told["config"] == {"horizon": 28}


def test_interrupted_says_what_there_is(sextet, use_case, tmp_path):
    out = tmp_path / "best.json"

    def interrupted(request, *, progress):
        search_folder(request.out).mkdir()
        request.out.write_text("{}")
        raise KeyboardInterrupt

    use_case("sextet.app.tune", "tune", interrupted)
    use_case("sextet.app.tune", "search_folder", search_folder)
    result = sextet("tune", "a.csv", "--horizon", 2, "--out", out)
    assert result.exit_code == 130
    told = f"{out} holds the best so far, the defaults where nothing better was found yet."
    assert f"{told} The same command goes on with the search." in result.stderr
    assert kept(out, tmp_path / "best.search", out.stat().st_mtime_ns) == "The same command goes on with the search."
    assert kept(out, tmp_path / "other.search", 0) == ""


@pytest.mark.parametrize(
    ("text", "value"), [("90s", 90), ("30m", 1800), ("2h", 7200), ("1h30m", 5400), ("1.5h", 5400), ("1H 5S", 3605)]
)
def test_times(text, value):
    assert seconds(text) == value


@pytest.mark.parametrize("text", ["", "30", "0m", "-5m", "5x", "h", "1..5h", "m30"])
def test_times_that_are_none(text):
    with pytest.raises(ConfigError, match="such as 2h, 30m or 90s"):
        seconds(text)


def test_a_wrong_budget_exits_2(sextet, tuned):
    result = sextet("tune", "a.csv", "--horizon", 2, "--budget", "soon")
    assert result.exit_code == 2 and "got 'soon'" in result.stderr and tuned.args == ()
