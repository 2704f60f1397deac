"""What differs between two questions is called by its option."""

from __future__ import annotations

from typer.testing import CliRunner

from sextet.cli.main import app
from sextet.ensemble.differing import OPTIONS, differing


def test_each_name_is_an_option_of_a_command() -> None:
    told = "".join(
        CliRunner(env={"COLUMNS": "200"}).invoke(app, [command, "--help"]).stdout for command in ("train", "backtest")
    )
    assert [name for name in sorted(OPTIONS) if f"--{name.replace('_', '-')}" not in told] == []


def test_without_an_option_the_field_is_named() -> None:
    known = {"train": {"seed": 0, "steps": 9}, "quick": False, "split": {"shares": [1]}, "intervals": [80]}
    other = {"train": {"seed": 0, "steps": 8}, "quick": False, "split": {"shares": [2]}, "intervals": [90]}
    assert differing(known, other) == ["intervals", "split.shares", "train.steps"]
    assert differing(known, known) == []


def test_what_quick_brings_is_not_listed() -> None:
    known = {"train": {"seed": 0, "steps": 9}, "quick": False}
    assert differing(known, {"train": {"seed": 1, "steps": 8}, "quick": True}) == ["--quick", "--seed"]
