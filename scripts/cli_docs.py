"""Write docs/cli.md from the commands themselves; `--check` only compares and exits 1 where they differ.

Usage: python scripts/cli_docs.py [--check]
"""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import Any

import typer.main

from sextet.cli.main import app

PAGE = Path(__file__).resolve().parent.parent / "docs" / "cli.md"
PLAIN_PANEL = "Options"
INTRODUCTION = """\
# Command line

<!-- Written by scripts/cli_docs.py from the commands; a test keeps it equal to them. Change the code, not this. -->

`sextet COMMAND --help` says the same, and `python -m sextet` is `sextet`. Results go to standard output; progress,
notes and errors go to standard error. `--json` makes the result one JSON object, with nothing else on standard output;
when a command fails, standard output stays empty. `--quiet` leaves out progress and notes, and of a command that writes
files (`train`, `tune`, `backtest`, `demo`, `update`, `report`, `calibrate`) the words about them; answers such as a
plan, a summary or an alert are printed all the same. A file goes into a folder that is there, or the command ends with
2 before it begins; folders of runs are made. Set `SEXTET_DEBUG=1` for tracebacks, `NO_COLOR=1` for no colour.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | it failed, a GPU that was asked for or is here cannot be used, or the doctor found errors |
| 2 | the command or its input was wrong |
| 3 | out of memory or disk |
| 130 | interrupted |
"""


def page() -> str:
    """Return the whole page."""
    group: Any = typer.main.get_command(app)
    parts = [INTRODUCTION]
    for name, command in group.commands.items():
        for part, one in getattr(command, "commands", {"": command}).items():
            parts.append(section(f"{name} {part}".strip(), one))
    return "\n".join(parts)


def section(name: str, command: Any) -> str:
    """Return the section of one command: what it does, its arguments, its options by panel."""
    arguments = [parameter for parameter in command.params if parameter.param_type_name == "argument"]
    options = [parameter for parameter in command.params if parameter.param_type_name == "option"]
    usage = " ".join(["sextet", name, *(argument.metavar for argument in arguments), "[OPTIONS]"])
    lines = [f"## sextet {name}", "", "```", usage, "```", "", *description(command)]
    for argument in arguments:
        lines += [f"- `{argument.metavar}`: {argument.help}"]
    panels: dict[str, list[Any]] = {PLAIN_PANEL: []}
    for option in options:
        panels.setdefault(getattr(option, "rich_help_panel", None) or PLAIN_PANEL, []).append(option)
    for title, members in panels.items():
        if members:
            lines += ["", f"**{title}**", "", "| option | meaning | default |", "|---|---|---|", *map(row, members)]
    return "\n".join(lines).replace("\n\n\n", "\n\n") + "\n"


def description(command: Any) -> list[str]:
    """Return the help of a command as Markdown; an example becomes code."""
    lines: list[str] = []
    for paragraph in inspect.cleandoc(command.help).split("\n\n"):
        start, colon, example = paragraph.partition("Example: ")
        lines += ["```", example, "```", ""] if colon and not start else [paragraph, ""]
    return lines


def row(option: Any) -> str:
    """Return the table row of one option."""
    flags = ", ".join(f"`{flag}`" for flag in (*option.opts, *option.secondary_opts))
    metavar = option.metavar or (f"{'|'.join(choices(option))}" if choices(option) else "")
    value = f" `{escaped(metavar)}`" if metavar and not option.is_flag else ""
    return f"| {flags}{value} | {escaped(option.help)} | {default(option)} |"


def choices(option: Any) -> list[str]:
    """Return the values an option may take, where it is a choice."""
    kind = type(option.default)
    return [str(value) for value in kind] if hasattr(kind, "__members__") else []


def default(option: Any) -> str:
    """Return the default of an option as its help shows it."""
    if option.required:
        return "required"
    if isinstance(option.show_default, str):
        return option.show_default
    if option.secondary_opts:
        return f"`{(option.opts if option.default else option.secondary_opts)[0]}`"
    return f"`{option.default}`" if option.default not in (None, "") and not option.is_flag else ""


def escaped(text: str) -> str:
    """Return text that does not end a table cell."""
    return text.replace("|", "\\|")


def main() -> int:
    """Write the page, or compare it."""
    made = page()
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(made, encoding="utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == made:
        return 0
    print(f"{PAGE} is not what the commands say. Run: python scripts/cli_docs.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
