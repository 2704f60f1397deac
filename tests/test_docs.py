"""The documentation says what the project does."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_docs", ROOT / "scripts" / "check_docs.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CHECK = _script()


@pytest.mark.parametrize("page", CHECK.pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_holds(page):
    assert CHECK.findings(page) == []


def test_the_readme_leads_to_every_page():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in (ROOT / "docs").glob("*.md") if f"](docs/{page.name})" not in readme] == []


def test_the_changelog_knows_this_version():
    import sextet

    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## {re.escape(sextet.__version__)}\b", changelog, re.MULTILINE)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[a](gone.md)", "links to gone.md, which is not there"),
        ("[a](#nothing)", "there is no such heading"),
        ("```sh\nsextet trane x.csv\n```\n", "`sextet trane`, which is no command"),
        ("```sh\nsextet train x.csv --horizont 3\n```\n", "gives --horizont to `sextet train`"),
        ("```python\nfrom sextet import Ensembel\n```\n", "imports Ensembel from sextet"),
        ("```python\nfrom sextet import (\n```\n", "does not parse"),
    ],
)
def test_the_check_finds(text, problem, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"# Title\n\n{text}\n", encoding="utf-8")
    (finding,) = CHECK.findings(page, tmp_path)
    assert problem in finding


def test_the_check_passes_what_holds(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "# One title\n\n[a](#one-title) [b](page.md#one-title) [c](https://example.org/x)\n\n"
        "```sh\nsextet train x.csv --horizon 3 \\\n  --out run\n```\n\n```python\nfrom sextet import Ensemble\n```\n",
        encoding="utf-8",
    )
    assert CHECK.findings(page, tmp_path) == []
