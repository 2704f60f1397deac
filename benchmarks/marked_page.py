"""Pages whose tables stand between `<!-- NAME -->` and `<!-- end NAME -->`, so that benchmarks can write them anew."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from sextet.core.files import write_text


def filled(text: str, name: str, part: str) -> str:
    """Return a page with a table between its marks."""
    marked = re.compile(rf"<!-- {name} -->.*?<!-- end {name} -->", re.DOTALL)
    return marked.sub(lambda _: f"<!-- {name} -->\n{part}\n<!-- end {name} -->", text)


def fill(page: Path, tables: Mapping[str, str]) -> None:
    """Write tables into a page, each between the marks of its name."""
    text = page.read_text(encoding="utf-8")
    for name, table in tables.items():
        text = filled(text, name, table)
    write_text(page, text)
