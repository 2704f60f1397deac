"""`sextet update`, `sextet report` and `sextet show`."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

from sextet.core.errors import DataError
from sextet.data.options import DataOptions


def test_update(sextet, use_case):
    made = SimpleNamespace(
        notes=("12 new rows.",),
        before={"mae": 2.0, "wape": 0.7, "coverage_80": 0.7, "n": 9},
        after={"mae": 1.5, "wape": 0.6, "coverage_80": 0.8, "n": 9},
        rejected=None,
        weights={"gru": 0.25, "cnn-lstm": 0.75},
    )
    run_update = use_case("sextet.app.update", "update", made)
    result = sextet("update", "run", "--data", "new.csv")
    assert result.exit_code == 0, result.stderr
    assert run_update.args == (Path("run"),) and run_update.kwargs["data"] == Path("new.csv")
    assert run_update.kwargs["options"] is None
    assert sextet("update", "run", "--data", "new.csv", "--target", "load").exit_code == 0
    assert run_update.kwargs["options"] == DataOptions(target="load")
    rows = [line.split() for line in result.stdout.splitlines()]
    assert ["mae", "2.000", "1.500"] in rows
    assert ["coverage", "80", "0.7000", "0.8000"] in rows
    assert "wape" not in result.stdout
    assert "Weights now: GRU 25.0 %, CNN-LSTM 75.0 %." in result.stdout
    assert "note: 12 new rows." in result.stderr
    value = json.loads(sextet("update", "run", "--data", "new.csv", "--json").stdout)
    assert value == {"run": "run", **vars(made), "notes": ["12 new rows."]}


def test_update_names_scores_of_weights_that_were_not_taken(sextet, use_case):
    scores = [{"pinball": value, "n": 9} for value in (0.0922, 0.0934, 0.0949)]
    made = SimpleNamespace(
        notes=(), before=scores[0], after=scores[1], rejected=scores[2], weights={"gru": 0.25, "cnn-lstm": 0.75}
    )
    use_case("sextet.app.update", "update", made)
    lines = [" ".join(line.split()) for line in sextet("update", "run", "--data", "new.csv").stdout.splitlines()]
    assert "score before after new weights, not taken" in lines and "pinball 0.09220 0.09340 0.09490" in lines


def test_update_needs_data(sextet):
    assert sextet("update", "run").exit_code == 2


def test_update_that_fails_and_one_that_is_interrupted(sextet, use_case):
    use_case("sextet.app.update", "update", DataError("new.csv: no such column"))
    assert sextet("update", "run", "--data", "new.csv").exit_code == 2
    use_case("sextet.app.update", "update", KeyboardInterrupt())
    result = sextet("update", "run", "--data", "new.csv")
    assert result.exit_code == 130 and result.stderr == "Interrupted. The run run is as it was.\n"


def test_report(sextet, use_case):
    write = use_case("sextet.app.report", "write_report", lambda run, out: out or run / "report.html")
    result = sextet("report", "run")
    assert write.args == (Path("run"), None)
    assert str(Path("run/report.html")) in result.stdout
    value = json.loads(sextet("report", "run", "--out", "page.html", "--json").stdout)
    assert write.args == (Path("run"), Path("page.html"))
    assert value == {"report": "page.html"}


def _summary(leaderboard):
    return {
        "run": "run",
        "horizon": 12,
        "frequency": "5min",
        "series": 300,
        "members": [{"name": "cnn-lstm", "weight": 0.625, "select": 0.1234, "seconds": 12.5, "parameters": 12345}],
        "leaderboard": list(leaderboard),
        "spikes": {"spike-detector": {"f1": 0.5, "brier": None}},
        "split": {"train": list(range(100, 400))},
        "environment": {"created": "2024-01-01", "versions": {"numpy": "2.0"}},
        "notes": ["Two gaps [of 3 rows]."],
        "files": {"config.json": 12345},
    }


def test_show(sextet, use_case, leaderboard):
    summary = use_case("sextet.app.show", "summary", _summary(leaderboard))
    result = sextet("show", "run")
    assert result.exit_code == 0, result.stderr
    assert summary.args == (Path("run"),)
    for text in (
        "5min",
        "CNN-LSTM",
        "62.5",
        "0.1234",
        "12,345",
        "100, 101, 102, 103, 104 and 295 more",
        "numpy 2.0",
        "Two gaps [of 3 rows].",
        "config.json",
    ):
        assert text in result.stdout, text
    assert result.stdout.count("run  ") == 1
    assert "accuracy % = 100 x (1 - WAPE)" in result.stdout


def test_show_as_json(sextet, use_case, leaderboard):
    use_case("sextet.app.show", "summary", _summary(leaderboard))
    value = json.loads(sextet("show", "run", "--json").stdout)
    assert value["members"][0]["weight"] == 0.625 and value["leaderboard"][2]["skill"] is None


def test_show_of_a_run_with_little_in_it(sextet, use_case):
    use_case(
        "sextet.app.show", "summary", {"horizon": 1, "members": [], "leaderboard": [], "notes": [], "coverage": {}}
    )
    result = sextet("show", "run")
    assert result.exit_code == 0
    assert "horizon" in result.stdout and "Leaderboard" not in result.stdout


def test_show_tells_a_process_as_other_commands_take_it(sextet, use_case):
    use_case("sextet.app.show", "summary", {"process": 15444, "test_windows": 15444})
    assert "15444" in (shown := sextet("show", "run").stdout) and "15,444" in shown


def test_show_quiet_still_shows(sextet, use_case):
    use_case("sextet.app.show", "summary", {"horizon": 1})
    result = sextet("show", "run", "--quiet")
    assert (result.stdout, result.stderr, result.exit_code) == ("horizon  1\n", "", 0)
