"""docs/cli.md is what the commands say."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def cli_docs() -> ModuleType:
    """The script that writes the page."""
    spec = importlib.util.spec_from_file_location("cli_docs", ROOT / "scripts" / "cli_docs.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_current(cli_docs):
    assert cli_docs.PAGE.read_text(encoding="utf-8") == cli_docs.page(), "Run: python scripts/cli_docs.py"


@pytest.mark.parametrize("command", ["demo", "train", "forecast", "update", "report", "show"])
def test_the_page_has_every_option_of_the_help(cli_docs, sextet, command):
    shown = set(re.findall(r"(?<!\S)--[a-z-]+(?!\S)", sextet(command, "--help").stdout)) - {"--help"}
    section = cli_docs.page().split(f"## sextet {command}\n")[1].split("\n## ")[0]
    assert {flag for flag in shown if f"`{flag}`" not in section} == set()


def test_check_tells_a_page_that_is_old(cli_docs, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(cli_docs, "PAGE", tmp_path / "cli.md")
    monkeypatch.setattr("sys.argv", ["cli_docs.py", "--check"])
    assert cli_docs.main() == 1 and "cli_docs.py" in capsys.readouterr().err
    monkeypatch.setattr("sys.argv", ["cli_docs.py"])
    assert cli_docs.main() == 0
    monkeypatch.setattr("sys.argv", ["cli_docs.py", "--check"])
    assert cli_docs.main() == 0


def test_nothing_is_installed_otherwise_than_readme_says():
    files = [*(ROOT / "docs").glob("*.md"), *(ROOT / "src").rglob("*.py"), *(ROOT / "src").rglob("*.toml")]
    wrong = [path.name for path in files if re.search(r"install [\"']?sextet", path.read_text(encoding="utf-8"))]
    assert files and wrong == []
