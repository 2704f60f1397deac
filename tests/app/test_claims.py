"""Judgements as the command and the docs get them."""

from __future__ import annotations

import importlib.util
import io
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from rich.console import Console

from sextet.app.claims import Claims, claims
from sextet.cli.claims import print_claims
from sextet.core.errors import ConfigError

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def found() -> Claims:
    return claims()


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """The script that writes the page."""
    spec = importlib.util.spec_from_file_location("claims_docs", ROOT / "scripts" / "claims_docs.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_as_plain_values(found):
    told = found.as_dict()
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert len(told["claims"]) == len(found.judgements) >= 22
    for one in told["claims"]:
        assert one["verdict"] in ("holds", "does not hold", "depends")
        assert one["why"].endswith(".") and one["arithmetic"] and one["sources"] and one["figures"] is not None
        for row in one["figures"]:
            assert {"label", "kind", "value", "unit"} <= set(row)
            assert row["kind"] == "computed" or row["low"] <= row["value"] <= row["high"]
            assert row["kind"] in ("computed", "predicted") or (row["source"] and row["date"])


def test_counts_add_up(found):
    verdicts = ("holds", "does not hold", "depends")
    assert sum(found.count(one) for one in verdicts) == len(found.judgements)
    assert found.summary.startswith(f"{len(found.judgements)} statements: {found.count('holds')} hold,")


def test_some_can_be_asked_for():
    assert [one.id for one in claims(("bandwidth", "stack")).judgements] == ["bandwidth", "stack"]
    with pytest.raises(ConfigError, match="Known are"):
        claims(("bandwith",))


@pytest.mark.parametrize("width", [60, 160])
def test_on_a_terminal_every_verdict_is_a_word(found, width):
    file = io.StringIO()
    print_claims(Console(file=file, width=width, highlight=False, emoji=False, markup=False), found)
    text = file.getvalue()
    assert text.count("X does not hold:") == found.count("does not hold")
    assert text.count("= holds:") == found.count("holds") and text.count("? depends:") == found.count("depends")
    assert found.summary in " ".join(text.split())
    assert all(one.sources[0].split("\n")[0] in text for one in found.judgements)


def test_the_page_is_current(found, script):
    assert script.PAGE.read_text(encoding="utf-8") == script.page(found), "Run: python scripts/claims_docs.py"


def test_check_tells_a_page_that_is_old(script, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(script, "PAGE", tmp_path / "claims.md")
    monkeypatch.setattr("sys.argv", ["claims_docs.py", "--check"])
    assert script.main() == 1 and "claims_docs.py" in capsys.readouterr().err
    monkeypatch.setattr("sys.argv", ["claims_docs.py"])
    assert script.main() == 0
    monkeypatch.setattr("sys.argv", ["claims_docs.py", "--check"])
    assert script.main() == 0


def test_a_fresh_process_loads_no_framework():
    program = (
        "import sys; from sextet.app.claims import claims; claims(('stack', 'bandwidth')); "
        "print([name for name in ('tensorflow', 'keras', 'pandas', 'sextet.doctor') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
