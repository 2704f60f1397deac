"""The `--help` of each command against a golden file; SEXTET_REWRITE_GOLDEN=1 rewrites them.

Width, colour and boxes are no part of it: only words, in their order.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sextet.cli.main import app

FOLDER = Path(__file__).parent / "help"
COMMANDS = (
    "",
    "demo",
    "train",
    "tune",
    "backtest",
    "forecast",
    "update",
    "report",
    "show",
    "doctor",
    "calibrate",
    "plan",
    "watch",
    "rules",
    "rules check",
)
_DRAWN = re.compile(r"\x1b\[[0-9;]*m|[\u2500-\u257f]|^[|+][-+]*|\|$", re.MULTILINE)


def _words(text: str) -> list[str]:
    """Words of a help text, without what depends on the terminal."""
    return _DRAWN.sub(" ", text).split()


def _help(command: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COLUMNS", "200")
    result = CliRunner().invoke(app, [*command.split(), "--help"], prog_name="sextet")
    assert result.exit_code == 0
    lines = (" ".join(_words(line)) for line in result.stdout.splitlines())
    return "\n".join(line for line in lines if line) + "\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_as_agreed(command, monkeypatch):
    golden = FOLDER / f"{_stem(command)}.txt"
    made = _help(command, monkeypatch)
    if os.environ.get("SEXTET_REWRITE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(made, encoding="utf-8")
    expected = golden.read_text(encoding="utf-8")
    assert _words(made) == _words(expected), f"Rewrite with SEXTET_REWRITE_GOLDEN=1 if the change is meant:\n{made}"


def test_every_command_has_a_golden_file():
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(map(_stem, COMMANDS))
    names = [info.name for info in app.registered_commands]
    for group in app.registered_groups:
        assert group.typer_instance is not None
        names += [group.name, *(f"{group.name} {info.name}" for info in group.typer_instance.registered_commands)]
    assert set(names) == set(COMMANDS) - {""}


def _stem(command: str) -> str:
    return command.replace(" ", "-") or "sextet"
