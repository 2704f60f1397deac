"""Write docs/claims.md from what `sextet plan --claims` says; `--check` only compares and exits 1 where they differ.

Usage: python scripts/claims_docs.py [--check]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from sextet.app.claims import Claims, claims
from sextet.planner.claims.judgement import Judgement

PAGE = Path(__file__).parents[1] / "docs" / "claims.md"
HEAD = """# What was said, and what holds

The project began with a comparison of three Tesla P40 with two V100 and with statements about it. `sextet plan
--claims` judges them by the planner's own arithmetic; this page is what it says, written by
`python scripts/claims_docs.py`. How the numbers come about, and how far off they are, stands in
[the time model](planner-model.md) and in [hardware](hardware.md).

```sh
sextet plan --claims
sextet plan --claims --json
```

A statement in numbers *holds* where the best guess is within a tenth of it in every case, *does not hold* where the
80 % interval misses it in every case, and *depends* otherwise: on what, its sentence says. What small members are below
and large ones above is true of a size between; where the interval alone reaches a number, the model cannot tell.
Nothing here was measured on a P40 or a V100 by this project.
"""


def page(found: Claims) -> str:
    """Return the page."""
    lines = [HEAD, f"{found.setting}\n", f"{found.summary}\n", "| statement | verdict |", "|---|---|"]
    lines += [f"| {_plain(one.statement)} | {_verdict(one)} |" for one in found.judgements]
    topic = ""
    for one in found.judgements:
        if one.topic != topic:
            topic = one.topic
            lines += ["", f"## {topic.capitalize()}"]
        lines += _judgement(one)
    return "\n".join(lines) + "\n"


def _judgement(one: Judgement) -> Iterator[str]:
    yield from ("", f"### {_plain(one.statement)}", "", f"**{one.verdict.capitalize()}.** {_plain(one.why)}", "")
    yield from (f"- {_plain(line)}" for line in one.arithmetic)
    yield from ("", "Sources: " + "; ".join(_plain(source) for source in one.sources) + ".")


def _verdict(one: Judgement) -> str:
    """Return a verdict as the table has it: with what the word alone would hide."""
    return f"{one.verdict}: **{_plain(one.brief)}**" if one.brief else one.verdict


def _plain(text: str) -> str:
    """Return text in which nothing is taken for markup."""
    for sign in ("|", "<", ">", "*", "_"):
        text = text.replace(sign, f"\\{sign}")
    return text


def main() -> int:
    """Write the page, or compare it."""
    made = page(claims())
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(made, encoding="utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == made:
        return 0
    print(f"{PAGE} is not what the planner says. Run: python scripts/claims_docs.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
