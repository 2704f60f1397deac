"""Holds the documentation against the project: links, commands with their options, Python examples.

    python scripts/check_docs.py

Prints one line for each thing that does not hold, and exits with 1 when there is one.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

from typer.main import get_command

from sextet.cli.main import app

ROOT = Path(__file__).parents[1]
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+\s+(.*)$", re.MULTILINE)


def pages(root: Path = ROOT) -> list[Path]:
    """Every page of documentation."""
    return [
        root / "README.md",
        root / "CHANGELOG.md",
        *sorted(root.glob("docs/**/*.md")),
        root / "benchmarks/README.md",
    ]


def findings(page: Path, root: Path = ROOT) -> list[str]:
    """What does not hold on a page, one line each."""
    text = page.read_text(encoding="utf-8")
    found = [*_links(page, text)]
    for match in _BLOCK.finditer(text):
        language, code = match[1], match[2]
        if language in ("sh", "bash", ""):
            found += _commands(code)
        if language == "python":
            found += _python(code)
    return [f"{page.relative_to(root)}: {problem}" for problem in found]


def _links(page: Path, text: str) -> Iterator[str]:
    for target in _LINK.findall(_BLOCK.sub("", text)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        linked = page.parent / path if path else page
        if not linked.exists():
            yield f"links to {target}, which is not there"
        elif anchor and anchor not in _anchors(linked):
            yield f"links to {target}, and there is no such heading"


def _anchors(page: Path) -> set[str]:
    headings = _HEADING.findall(_BLOCK.sub("", page.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def _commands(code: str) -> Iterator[str]:
    commands = getattr(get_command(app), "commands", {})
    for line in code.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        words = words[1:] if words[:1] == ["$"] else words
        if words[:1] != ["sextet"] or len(words) < 2 or words[1].isupper() or words[1].startswith(("-", "[")):
            continue
        if words[1] not in commands:
            yield f"calls `sextet {words[1]}`, which is no command"
            continue
        known = {flag for param in commands[words[1]].params for flag in (*param.opts, *param.secondary_opts)}
        given = {word.partition("=")[0] for word in words[2:] if re.match(r"--?[a-z]", word)}
        for flag in sorted(given - known - {"--help", "-h"}):
            yield f"gives {flag} to `sextet {words[1]}`, which has no such option"


def _python(code: str) -> Iterator[str]:
    try:
        tree = ast.parse(code)
    except SyntaxError as error:
        yield f"has Python that does not parse: {error}"
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sextet":
            module = importlib.import_module(str(node.module))
            for name in node.names:
                inner = f"{node.module}.{name.name}"
                found = hasattr(module, name.name) or hasattr(module, "__path__") and importlib.util.find_spec(inner)
                if not found:
                    yield f"imports {name.name} from {node.module}, which has no such name"


def main() -> int:
    """Check every page; the exit code."""
    found = [line for page in pages() for line in findings(page)]
    print(*found, sep="\n", end="\n" if found else "")
    print(f"{len(pages())} pages, {len(found)} problems", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
