"""The ensemble against its members, and what "accuracy" comes to."""

from __future__ import annotations

from math import exp, log

from results_page.bars import COVERAGE, MEMBERS, ONLINE, OURS, WORST_CELL
from results_page.evidence import Evidence, Measured
from results_page.markdown import number, page, percent, table

CLAIM = 93.7


def members(evidence: Evidence) -> str:
    """Pinball of the ensemble against every member over all cells, the worst cell, and coverage."""
    cells = [cell for cell in evidence.cells.values() if _losses(cell)]
    if not cells:
        return "Nothing is measured yet."
    return page((_by_cell(cells), _over_cells(cells), _coverage(cells)))


def _losses(cell: Measured) -> dict[str, float]:
    """Pinball of the ensemble and the members on the standardised scale, where sets can be averaged."""
    found = {name: cell.row(name, "scaled_rows").get("pinball") for name in (OURS, *MEMBERS)}
    known = {name: float(value) for name, value in found.items() if value is not None}
    return known if OURS in known and len(known) > 1 else {}


def _excess(cell: Measured) -> tuple[str, float]:
    """The best member, and by how many percent the ensemble's pinball is above its own."""
    losses = _losses(cell)
    best = min((name for name in losses if name != OURS), key=losses.__getitem__)
    return best, 100 * (losses[OURS] / losses[best] - 1)


def _chance(cell: Measured, member: str) -> str:
    """The p-value of no difference in pinball to a member, as the backtest tested it in the unit of the data."""
    rows = cell.record.get("comparison") or ()
    found = [row["p_value"] for row in rows if row["model"] == member and row["loss"] == "pinball"]
    if not found or found[0] is None:
        return "–"
    return "< 0.001" if found[0] < 0.001 else number(float(found[0]), 3)


def _by_cell(cells: list[Measured]) -> str:
    rows = []
    for cell in cells:
        losses, (best, excess) = _losses(cell), _excess(cell)
        online = cell.row(ONLINE, "scaled_rows").get("pinball")
        rows.append(
            [
                cell.name,
                number(losses[OURS]),
                number(online),
                f"{number(losses[best])} {best}",
                f"{excess:+.2f} %",
                _chance(cell, best),
                *(
                    percent(value) if (value := cell.row(name).get("coverage_80")) is not None else "–"
                    for name in (OURS, ONLINE)
                ),
            ]
        )
    headers = ("cell", OURS, ONLINE, "best member", "difference", "p", "80 % covers", "80 % online covers")
    return table(headers, rows)


def _over_cells(cells: list[Measured]) -> str:
    """Means over the cells that every member was scored in, and the worst cell."""
    names = [name for name in MEMBERS if all(name in _losses(cell) for cell in cells)]
    rows = []
    for name in (OURS, *names):
        values = [_losses(cell)[name] for cell in cells]
        ratio = exp(
            sum(log(value / _losses(cell)[OURS]) for value, cell in zip(values, cells, strict=True)) / len(cells)
        )
        rows.append([name, number(sum(values) / len(cells)), f"{100 * (ratio - 1):+.1f} %"])
    ahead = all(float(row[2].rstrip(" %")) > 0 for row in rows[1:])
    worst = max(cells, key=lambda cell: _excess(cell)[1])
    best, excess = _excess(worst)
    verdict = "at most" if excess <= WORST_CELL else "**more than**"
    better = "better than" if ahead else "**not better than**"
    text = (
        f"Averaged over {len(cells)} cells the ensemble's pinball is {better} "
        f"that of every member. Its worst cell is {worst.name}: {excess:+.2f} % against {best}, {verdict} the "
        f"{WORST_CELL:g} % that is allowed."
    )
    return page((table(("model", "mean pinball", f"against {OURS}, geometric mean"), rows), text))


def _coverage(cells: list[Measured]) -> str:
    low, high = COVERAGE
    found = {cell.name: cell.row(ONLINE).get("coverage_80") for cell in cells}
    outside = [
        f"{name} {percent(value)}" for name, value in found.items() if value is not None and not low <= value <= high
    ]
    if all(value is None for value in found.values()):
        return ""
    text = "Coverage of nominal 80 % intervals with online calibration lies"
    if not outside:
        return f"{text} within {100 * low:.0f} to {100 * high:.0f} % in every cell."
    return f"{text} **outside** {100 * low:.0f} to {100 * high:.0f} % on {', '.join(outside)}."


def accuracy(evidence: Evidence) -> str:
    """Accuracy as defined, on named data, beside the best baseline's: what the claim of 93.7 % needs to say."""
    rows, reached = [], []
    for cell in evidence.cells.values():
        ours = cell.row(OURS).get("accuracy_percent")
        if ours is None:
            continue
        others = {row["model"]: row.get("accuracy_percent") for row in cell.record["rows"]}
        known = {name: value for name, value in others.items() if name in cell.baselines and value is not None}
        best = max(known, key=known.__getitem__) if known else None
        if ours >= CLAIM:
            reached.append(cell.name)
        rows.append([cell.name, f"{ours:.1f} %", "–" if best is None else f"{known[best]:.1f} % {best}"])
    text = (
        f'The claim that started this project was "{CLAIM} % accuracy", without data, horizon or definition. Here '
        "accuracy is 100 x (1 - WAPE) in percent, WAPE = sum of |error| / sum of |target|, of the median, in the unit "
        "of the data, over every test window of the protocol. It says as much of the data as of the forecaster, so the "
        "best baseline stands beside it: a series far from zero has a high one whoever forecasts, one around zero a "
        "low one."
    )
    if not rows:
        return page((text, "Nothing is measured yet."))
    verdict = (
        f"{CLAIM} % or more is reached on {', '.join(reached)}, and on no other cell measured."
        if reached
        else f"**{CLAIM} % is reached on no cell measured.**"
    )
    return page((text, table(("cell", f"accuracy of {OURS}", "best baseline"), rows), verdict))
