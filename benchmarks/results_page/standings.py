"""How the ensemble stands: the short table, where it loses, and each set against members, baselines, others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from results_page.bars import BARS, OURS
from results_page.evidence import Evidence, Measured
from results_page.markdown import number, page, table


def short(evidence: Evidence, names: Sequence[str]) -> str:
    """One line a cell: ours, bar, floor, the best member, the best published, how it stands."""
    rows = []
    for name in names:
        cell = evidence.cells.get(name)
        if cell is None:
            goal = BARS.get(name)
            bars = [number(goal.value), number(goal.floor)] if goal else ["–"] * 2
            rows.append([name, goal.metric if goal else "–", "–", *bars, "–", "–", "not measured yet"])
            continue
        bar, other, member = cell.bar, cell.best_published(), cell.best(cell.members)
        rows.append(
            [
                name,
                cell.metric,
                f"**{number(cell.score())}**",
                number(bar.value if bar else None),
                number(bar.floor if bar else None),
                "–" if member is None else f"{number(member[1])} {member[0]}",
                "–" if other is None else f"{number(other.value)} {other.model}",
                standing(cell),
            ]
        )
    headers = ("cell", "metric", OURS, "bar", "floor", "best member", "best published", "standing")
    return table(headers, rows, left=2)


def standing(cell: Measured) -> str:
    """How a cell stands to its bar and to the best published figure, in words."""
    ours, other = cell.score(), cell.best_published()
    if ours is None:
        return f"{OURS} was not scored"
    parts = [cell.bar.verdict(ours)] if cell.bar else []
    if other is not None:
        parts.append(_against(ours, other.value, "the best published"))
    return ", ".join(parts) or "–"


def losses(evidence: Evidence) -> str:
    """Every comparison that the ensemble loses, cell by cell."""
    lines = [line for cell in evidence.cells.values() for line in _losses_of(cell)]
    if not evidence.cells:
        return "Nothing is measured yet."
    return (
        "\n".join(lines) or "In no cell measured does a bar, a member, a baseline or a published model come before it."
    )


def _losses_of(cell: Measured) -> Iterator[str]:
    ours = cell.score()
    if ours is None:
        return
    if cell.bar and ours > cell.bar.value:
        yield f"- {cell.name}: {cell.metric} {number(ours)}, {cell.bar.verdict(ours).replace('**', '')}."
    for metric in cell.record["metrics"]:
        own, other = cell.score(metric=metric), cell.best_published(metric)
        if own is not None and other is not None and own > other.value:
            count = sum(one.value < own for one in cell.published if one.metric == metric)
            yield (
                f"- {cell.name}: {count} published {metric} figure{'s are' if count > 1 else ' is'} better; the best, "
                f"{other.model}, {number(other.value)} against {number(own)}."
            )
    rivals = sorted(
        (value, name) for name in (*cell.members, *cell.baselines) if (value := cell.score(name)) is not None
    )
    for value, name in [(value, name) for value, name in rivals if value < ours]:
        kind = "member" if name in cell.members else "baseline"
        yield f"- {cell.name}: the {kind} {name} has {cell.metric} {number(value)} against {number(ours)}."


def sections(evidence: Evidence) -> Iterator[str]:
    """Each set: what is measured, our models, others."""
    for name in dict.fromkeys(cell.record["set"] for cell in evidence.cells.values()):
        cells = [cell for cell in evidence.cells.values() if cell.record["set"] == name]
        yield f"## {name}"
        yield from dict.fromkeys(f"{cell.record['protocol']}{_refit(cell)}" for cell in cells)
        yield "Proof: " + "; ".join(_proof(cell, len(cells) > 1) for cell in cells) + "."
        yield _ours(cells)
        if any(cell.published for cell in cells):
            yield "Published by others:"
            yield _published(cells)


def _proof(cell: Measured, several: bool) -> str:
    """The known figures that came out, as the cell has them."""
    proof = cell.record["proof"]
    figures = [
        f"{name} {number(proof['found'][name])} (known {number(known)})"
        for name, known in proof["known"].items()
        if not name.endswith("day")
    ]
    return (f"horizon {cell.record['horizon']}: " if several else "") + ", ".join(figures)


def _refit(cell: Measured) -> str:
    """Say how often the members are fitted where the published models are recalibrated daily."""
    if not str(cell.record["set"]).startswith("EPF"):
        return ""
    refit = int(cell.record["refit"])
    epochs = int(cell.record["config"].get("train", {}).get("catch_up") or 0)
    if refit and epochs:
        often = (
            f"trained on for {epochs} epochs (Rule-Based: fitted anew) before the test and every {refit} days, weights "
            "then fitted on what has passed as well"
        )
    else:
        often = f"fitted anew every {refit} days" if refit else "fitted once, before the test, and not anew"
    return f" The members are {often}; the published models were fitted anew every day."


def _ours(cells: list[Measured]) -> str:
    """Our models by the first cell's order; a column for each cell and metric."""
    columns = [(cell, metric) for cell in cells for metric in cell.record["metrics"]]
    names = list(dict.fromkeys(name for cell in cells for name in _ranked(cell)))
    headers = ["model", *_heads(columns, len(cells) > 1)]
    rows = []
    for name in names:
        kind = "" if name.startswith(OURS) else " (member)" if any(name in cell.members for cell in cells) else ""
        figures = [number(cell.score(name, metric)) for cell, metric in columns]
        rows.append([f"**{name}**" if name == OURS else name + kind, *figures])
    return table(headers, rows)


def _ranked(cell: Measured) -> list[str]:
    return sorted(cell.record["scores"], key=lambda name: cell.score(name) or float("inf"))


def _published(cells: list[Measured]) -> str:
    """Figures of others, the best by the first column first, and below them where they stand."""
    columns = [(cell, metric) for cell in cells for metric in cell.record["metrics"] if cell.best_published(metric)]
    figures: dict[tuple[str, ...], float] = {
        (one.model, one.note, one.source, cell.name, one.metric): one.value for cell in cells for one in cell.published
    }
    models = dict.fromkeys((one.model, one.note, one.source) for cell in cells for one in cell.published)
    ranked = sorted(models, key=lambda key: _first(figures, key, columns))
    sources = list(dict.fromkeys(source for _, _, source in ranked))
    rows = []
    for model, note, source in ranked:
        values = [number(figures.get((model, note, source, cell.name, metric))) for cell, metric in columns]
        rows.append([model, note, *values, str(1 + sources.index(source))])
    listed = "\n".join(f"{place}. {source}" for place, source in enumerate(sources, 1))
    table_of = table(["model", "note", *_heads(columns, len(cells) > 1), "source"], rows, left=2)
    return page((table_of, listed))


def _heads(columns: list[tuple[Measured, str]], several: bool) -> list[str]:
    return [f"{metric} {cell.record['horizon']}" if several else metric for cell, metric in columns]


def _first(
    figures: dict[tuple[str, ...], float], key: tuple[str, str, str], columns: list[tuple[Measured, str]]
) -> tuple[float, ...]:
    return tuple(figures.get((*key, cell.name, metric), float("inf")) for cell, metric in columns)


def _against(ours: float, theirs: float, whom: str) -> str:
    if ours == theirs:
        return f"level with {whom}"
    return f"{100 * abs(ours / theirs - 1):.1f} % {'ahead of' if ours < theirs else '**behind**'} {whom}"
