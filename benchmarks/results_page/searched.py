"""What a search adds: the table of `benchmarks/tuning.py`."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean

from results_page.evidence import Evidence, Record
from results_page.markdown import NONE, number, page, table

METRICS = {"mae": "MAE", "pinball": "pinball"}

INTRO = """`sextet tune` looks at validation alone. Then the defaults and what it found are trained side by side, for
the same epochs and steps, with seeds that the search did not use, and scored by their ensembles on the test part of
the set's protocol. Means over the trainings; the last column counts those where what was found is better."""


def searched(evidence: Evidence) -> str:
    """Found settings beside the defaults on each set, and what was found."""
    rows = sorted(evidence.tuning, key=lambda row: str(row["set"]))
    if not rows:
        return NONE
    cells = [_line(row, key, name) for row in rows for key, name in METRICS.items()]
    headers = ("set", "metric", "defaults", "found", "change", "better in")
    return page((INTRO, table(headers, cells, left=2), _verdict(rows), *map(_found, rows)))


def _line(row: Record, key: str, name: str) -> list[str]:
    old, new = _scores(row, "defaults", key), _scores(row, "found", key)
    won = sum(after < before for before, after in zip(old, new, strict=True))
    change = f"{_change(row, key):+.2f} %"
    return [str(row["set"]), name, number(mean(old)), number(mean(new)), change, f"{won} of {len(old)}"]


def _scores(row: Record, form: str, key: str) -> list[float]:
    """A form's figures, by seed."""
    own = [score for score in row["scores"] if score["form"] == form]
    return [float(score[key]) for score in sorted(own, key=lambda score: int(score["seed"]))]


def _change(row: Record, key: str) -> float:
    return 100 * (mean(_scores(row, "found", key)) / mean(_scores(row, "defaults", key)) - 1)


def _verdict(rows: Sequence[Record]) -> str:
    worse = [f"{row['set']} ({name})" for row in rows for key, name in METRICS.items() if _change(row, key) >= 0]
    sets = f"{len(rows)} sets" if len(rows) > 1 else "1 set"
    if not worse:
        return f"What was found beats the defaults on {sets}, in both metrics."
    return f"What was found does **not** beat the defaults on {', '.join(worse)}, of {sets}."


def _found(row: Record) -> str:
    """Say how long was searched, what a training is, and what was changed."""
    train, search = row["config"]["train"], row["search"]
    trials = sum(int(finding["trials"]) for finding in search["findings"])
    workers = f"{row['workers']} worker{'s' if row['workers'] != 1 else ''}"
    told = [
        f"- {row['set']}: searched {search['seconds'] / 60:.0f} minutes with {workers} on "
        f"{row['processors']} processor{'s' if row['processors'] != 1 else ''}, {trials} trials; a training is at most "
        f"{train['epochs']} epochs of {train['steps']} steps a member, and took "
        f"{number(mean(_scores(row, 'defaults', 'seconds')), 0)} s with the defaults, "
        f"{number(mean(_scores(row, 'found', 'seconds')), 0)} s with what was found."
    ]
    for finding in search["findings"]:
        if finding["changed"] or finding["verdict"] == "left out":
            left = "left out" if finding["verdict"] == "left out" else ""
            told.append(f"  - {finding['name']}: {'; '.join(filter(None, (left, finding['changed'])))}")
    if len(told) == 1:
        told.append("  - all stays as the defaults have it")
    return "\n".join(told)
