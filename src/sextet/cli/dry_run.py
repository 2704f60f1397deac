"""What a training would do, on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sextet.cli.progress import duration
from sextet.report.naming import shown

if TYPE_CHECKING:
    from rich.console import Console

    from sextet.app.dry_run import DryRun


def show_dry_run(console: Console, said: DryRun) -> None:
    """Print each choice with its reason, then what each member would take."""
    from sextet.cli.tables import Column, print_table

    for name, value, why in _lines(said):
        console.print(f"{name:<12}{value}", soft_wrap=True)
        console.print(f"{'':<12}{why}", soft_wrap=True)
    console.print()
    columns = (
        Column(key="name", title="member"),
        Column(key="step", title="step"),
        Column(key="time", title="a round"),
        Column(key="memory", title="memory"),
        Column(key="source", title="the time is", rank=1),
    )
    rows = [
        {
            "name": shown(row["name"]),
            "step": "-" if not row["step_ms"] else f"{row['step_ms']:.3g} ms",
            "time": "-" if row["seconds"] is None else duration(row["seconds"]),
            "memory": _memory(row),
            "source": row["source"],
        }
        for row in said.members
    ]
    print_table(console, "What each member would take at most", columns, rows)
    console.print("Nothing was trained.")


def _lines(said: DryRun) -> list[tuple[str, str, str]]:
    batch, data = said.batch, said.data
    cards = ", ".join(f"{card['name']} {card['gib'] or '?'} GiB" for card in said.devices["cards"])
    each = f", {batch['each']} a device" if batch["each"] != batch["global"] else ""
    seconds = said.placement["seconds"][said.placement["placement"]]
    kept = said.checkpoints["minutes"]
    total = "not known" if seconds is None else f"about {duration(seconds)}"
    rows = (
        f"{'' if data['whole'] else 'about '}{data['rows']:,} rows of {data['series']:,} series ({data['frequency']})"
    )
    return [
        ("data", rows, f"{data['windows']:,} windows to learn from."),
        ("columns", f"time {data['time']}, target {_some(data['target'])}", _series(data["id"])),
        ("devices", said.devices["title"], f"{cards}. {said.devices['why']}" if cards else said.devices["why"]),
        ("precision", said.precision["policy"], said.precision["why"]),
        (
            "batch",
            f"{batch['global']} windows{each}, {batch['epochs']} x {batch['steps']} steps{_rounds(batch['rounds'])}, "
            f"rate {batch['rate']}",
            batch["why"],
        ),
        ("placement", f"{said.placement['placement']}, {said.placement['at_once']} at once", said.placement["why"]),
        (
            "time",
            f"{total} to train the members, {'a round each, ' if batch['rounds'] > 1 else ''}"
            "if no epoch is saved by early stopping",
            "Weights and tests follow.",
        ),
        ("checkpoints", f"every {kept:g} min" if kept else "none", said.checkpoints["why"]),
    ]


def _some(names: list[str]) -> str:
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")


def _series(column: str | None) -> str:
    return "No column names series." if column is None else f"Series are named by {column}."


def _rounds(count: int) -> str:
    return f", up to {count} rounds while they pay" if count > 1 else ""


def _memory(row: dict[str, Any]) -> str:
    if row["memory_gib"] is None:
        return "-"
    room = "" if row["room_gib"] is None else f" of {row['room_gib']:.1f}"
    return f"{row['memory_gib']:.1f}{room} GiB{'' if row['fits'] else ' !'}"
