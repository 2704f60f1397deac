"""Pages whose tables stand between `<!-- NAME -->` and `<!-- end NAME -->`, so that benchmarks can write them anew."""

from __future__ import annotations

import re


def filled(text: str, name: str, part: str) -> str:
    """Return a page with a table between its marks."""
    marked = re.compile(rf"<!-- {name} -->.*?<!-- end {name} -->", re.DOTALL)
    return marked.sub(lambda _: f"<!-- {name} -->\n{part}\n<!-- end {name} -->", text)
