"""`sextet show`: a run in summary, on the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sextet.cli.flags import ExistingRun
from sextet.cli.output import Output

if TYPE_CHECKING:
    from rich.console import Console

_TITLES = {
    "last": "last known stamps",
    "chosen": "chosen from the data, and why",
    "files": "files, bytes",
    "split": "split, rows of each series up to",
}
_IDS = ("process",)  # numbers that are names: to be copied as they are
_NAMED = ("last",)  # sections by names that people gave
_LISTED = 5  # values of a long list that are shown; --json has all


def show(run: ExistingRun, output: Output) -> None:
    """Show what a run holds: data, members and their weights, scores on the test part, versions and files.

    Every file of the run is checked; a damaged run is refused with the name of the file, exit code 2. Of a training
    that has not ended it shows what is done, and how to go on.
    """
    from sextet.app.show import summary

    with output.working():
        found = summary(run)
    output.answer(found, lambda console: show_summary(console, found))


def show_summary(console: Console, found: Mapping[str, Any]) -> None:
    """Print the summary of a run, section by section; a section that the run has not is left out."""
    from sextet.cli.tables import facts, print_leaderboard

    rest = {key: value for key, value in found.items() if value is not None and value != [] and value != {}}
    members, leaderboard = rest.pop("members", ()), rest.pop("leaderboard", None)
    plain = {key: value for key, value in rest.items() if not isinstance(value, (Mapping, list, tuple))}
    facts(console, [(_title(key), str(value) if key in _IDS else _value(value)) for key, value in plain.items()])
    if members:
        console.print()
        _print_members(console, members)
    if leaderboard:
        console.print()
        print_leaderboard(console, leaderboard)
    for key in [key for key in rest if key not in plain]:
        console.print(f"\n{_TITLES.get(key, _title(key))}")
        _print_section(console, key, rest[key])


def _print_section(console: Console, key: str, values: Mapping[str, Any] | Sequence[Any]) -> None:
    from sextet.cli.tables import facts

    if isinstance(values, Mapping):
        named = (lambda name: name) if key in _NAMED else _title
        facts(console, [(f"  {named(name)}", _value(value)) for name, value in values.items()])
        return
    for value in values:
        console.print(f"  {_value(value)}", soft_wrap=True)


def _print_members(console: Console, members: Sequence[Mapping[str, Any]]) -> None:
    from sextet.cli.tables import Column, print_table
    from sextet.report.naming import shown

    columns: tuple[Column, ...] = (
        Column(key="name", title="member"),
        Column(key="weight", title="weight %", spec=".1f", scale=100),
        Column(key="select", title="select loss", spec="4", rank=1),
        Column(key="seconds", title="seconds", spec=".1f", rank=2),
        Column(key="parameters", title="parameters", spec=",.0f", rank=3),
    )
    if "state" in members[0]:  # of a training that has not ended
        columns = (
            Column(key="name", title="member"),
            Column(key="state", title="state"),
            Column(key="select", title="select loss", spec="4"),
            Column(key="checkpoint", title="last checkpoint"),
        )
    rows = [{**member, "name": shown(str(member["name"]))} for member in members]
    print_table(console, "Members", columns, rows)


def _title(key: str) -> str:
    return key.replace("_", " ")


def _value(value: Any) -> str:
    if value is None or value != value:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        from sextet.cli.tables import number

        return number(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{_title(str(name))} {_value(part)}" for name, part in value.items())
    if isinstance(value, (list, tuple)):
        more = f" and {len(value) - _LISTED} more" if len(value) > _LISTED else ""
        return ", ".join(_value(part) for part in value[:_LISTED]) + more
    return str(value)
