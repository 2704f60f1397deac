"""Tables of the other benchmarks, seeds, time and machine."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean

from results_page.bars import OURS
from results_page.evidence import Evidence, Measured, Record
from results_page.markdown import NONE, number, page, percent, table


def ablations(evidence: Evidence) -> str:
    """What each part of the ensemble is worth on validation."""
    rows = [
        [
            str(row["what"]),
            str(row["set"]),
            str(row.get("part", "")),
            number(row["loss_without"]),
            number(row["loss_with"]),
            f"{float(row['change_percent']):+.2f} %",
        ]
        for row in evidence.ablations
    ]
    headers = ("what", "set", "judged on", "loss without", "loss with", "change")
    return table(headers, rows, left=3) if rows else NONE


def competitors(evidence: Evidence) -> str:
    """Other libraries beside ours: one table a set, best MAE first."""
    blocks = []
    for name in dict.fromkeys(str(row["set"]) for row in evidence.competitors):
        rows = [row for row in evidence.competitors if row["set"] == name]
        rows.sort(key=lambda row: float(row["mae"]) if row.get("mae") is not None else float("inf"))
        cells = [
            [
                f"**{row['system']}**" if str(row["system"]).startswith(OURS) else str(row["system"]),
                str(row.get("notes") or ""),
                *(number(row.get(field)) for field in ("mae", "pinball")),
                percent(float(row["coverage_80"])) if row.get("coverage_80") is not None else "–",
                number(row.get("seconds"), 0),
            ]
            for row in rows
        ]
        blocks += [
            f"### {name}",
            table(("system", "notes", "MAE", "pinball", "80 % covers", "seconds"), cells, left=2),
            _order(rows),
        ]
    return page(blocks) if blocks else NONE


def _order(rows: list[Record]) -> str:
    """Say plainly who is ahead by each metric."""
    said = []
    for field, name in (("mae", "MAE"), ("pinball", "pinball")):
        known = [row for row in rows if row.get(field) is not None]
        ours = [row for row in known if str(row["system"]).startswith(OURS)]
        if ours:
            best = min(known, key=lambda row: float(row[field]))
            own = min(float(row[field]) for row in ours)
            ahead = [row for row in known if row not in ours and float(row[field]) <= own]
            said.append(f"{name}: {OURS} is ahead of all." if not ahead else f"{name}: **{best['system']} is ahead.**")
    return " ".join(said)


def seeds(evidence: Evidence) -> str:
    """How much a seed moves the figure that counts; empty where only one was run."""
    rows = []
    for name in dict.fromkeys(cell.name for cell in evidence.seeds):
        runs = [cell for cell in (evidence.cells.get(name), *evidence.seeds) if cell is not None and cell.name == name]
        values = [value for cell in runs if (value := cell.score()) is not None]
        if values:
            chosen = ", ".join(str(cell.record["seed"]) for cell in runs)
            rows.append([name, runs[0].metric, chosen, *map(number, (mean(values), min(values), max(values)))])
    return table(("cell", "metric", "seeds", "mean", "least", "most"), rows, left=3) if rows else ""


ROUNDS = """Rounds: the most that a network was given, each begun only while the last one paid
(docs/training.md); where that is 1 the cell was measured before there were more, and is yet to be run again."""


def times(evidence: Evidence) -> str:
    """Wall time of each cell by stage, and the machines."""
    cells = list(evidence.cells.values())
    if not cells:
        return NONE
    stages = list(dict.fromkeys(name for cell in cells for name in cell.record["seconds"] if name != "this call"))
    rows = [
        [
            cell.name,
            number(cell.seconds, 0),
            *(number(cell.record["seconds"].get(stage), 0) for stage in stages),
            str(cell.record["config"]["train"].get("rounds", 1)),
            f"{cell.record['windows']:,}",
            f"{cell.record['points']:,}",
            str(cell.record["date"]),
            str(cell.record["commit"] or "–"),
        ]
        for cell in cells
    ]
    headers = ("cell", "seconds", *stages, "rounds", "windows", "points", "date", "commit")
    return page((*_machines(cells), ROUNDS, table(headers, rows)))


def _machines(cells: Sequence[Measured]) -> list[str]:
    said = dict.fromkeys(
        f"{cell.record['machine']['processors']} processors ({cell.record['machine']['model']}), "
        f"{cell.record['machine']['system']}; "
        + ", ".join(f"{name} {version}" for name, version in cell.record["versions"].items())
        + "."
        for cell in cells
    )
    return list(said)
