"""Write the outputs and the table of widths in docs/plan.md from what `sextet plan` says now.

Usage: python scripts/plan_docs.py
"""

from __future__ import annotations

import io
import re
from pathlib import Path

from rich.console import Console

from sextet.app.plan import PlanRequest, run_plan
from sextet.planner.comparison import Comparison
from sextet.planner.wording import interval, money

PAGE = Path(__file__).parents[1] / "docs" / "plan.md"
RIGS = ("3x Tesla P40", "2x Tesla V100 32GB")
CASES = ((1, 1), (4, 1), (8, 1), (16, 1), (1, 10), (4, 10), (8, 10), (16, 10))  # width, host


def main() -> None:
    """Replace the two outputs, the sums of the question and the table."""
    page = PAGE.read_text(encoding="utf-8")
    question = shown(run_plan(PlanRequest(rigs=RIGS)), 100)
    # the first rig's cards are enough to see what comes
    cards = re.match(r".*?\n(?:  card \d[^\n]*\n)+", question, re.DOTALL)
    page = _replaced(page, 'sextet plan "3x Tesla P40" "2x Tesla V100 32GB"', cards[0] if cards else question)
    page = re.sub(
        r"(<!-- question -->\n).*?(<!-- end question -->)",
        lambda m: m[1] + _sums(PlanRequest(rigs=RIGS)) + m[2],
        page,
        flags=re.DOTALL,
    )
    request = PlanRequest(search=True, budget="3000000KRW", watts=700.0, hours_limit=1.0)
    front = shown(run_plan(request), 140)
    page = _replaced(page, "sextet plan --search --budget 3000000KRW --power 700 --deadline 1", _table_of(front))
    rows = "\n".join(row(wider, host) for wider, host in CASES)
    page = re.sub(r"(\| members, times as wide [^\n]*\n\|[-|]*\n)(?:\|[^\n]*\n)+", lambda m: m[1] + rows + "\n", page)
    PAGE.write_text(page, encoding="utf-8")


def shown(answer: Comparison, width: int) -> str:
    """Return an answer as the command shows it on so many columns."""
    console = Console(width=width, record=True, file=io.StringIO(), highlight=False, markup=False)
    console.print(answer, crop=False)
    return "\n".join(line.rstrip() for line in console.export_text().splitlines())


def _sums(request: PlanRequest) -> str:
    """Return the rigs of a request with what a round takes and costs, and their scores."""
    lines = ["| rig | a round takes | costs | score |", "|---|---|---|---|"]
    for rig in run_plan(request).rigs:
        cost = "not known" if rig.money.training is None else money(rig.money.training.quantity)
        lines.append(f"| {rig.name} | {interval(rig.seconds)} | {cost} | {rig.score.total:.1f} of 10 |")
    return "\n".join(lines) + "\n"


def row(wider: int, host: int) -> str:
    """Return the row of members so many times as wide, on a host so many times as fast."""
    answer = run_plan(PlanRequest(rigs=RIGS, wider=wider, host_speed=float(host)))
    first, second = answer.rigs
    told = answer.as_dict()
    chances, name = told["chances"], told["rigs"][0]["name"]
    low, middle, high = chances["ratios"][told["rigs"][1]["name"]]
    wins = " | ".join(_share(chances["wins"][what][name]) for what in ("time", "cost", "score"))
    kind = {"float32": "FP32", "float16": "FP16"}[second.precision.precision]
    scores = " : ".join(f"{one['score']['total']:.1f}" for one in told["rigs"])
    seconds = [f"{one.seconds.value:.3g} s" if one.seconds else "-" for one in (first, second)]
    ratio = f"{middle:.2f} ({low:.2f} to {high:.2f})"
    return f"| {wider} | {host} | {seconds[0]} | {seconds[1]}, {kind} | {ratio} | {wins} | {scores} |"


def _share(value: float) -> str:
    return "> 99.9 %" if value > 0.999 else "< 0.1 %" if value < 0.001 else f"{100 * value:.1f} %"


def _table_of(front: str) -> str:
    """Return the part of a search's answer that is the table of the front."""
    start = front.index("Best in time")
    lines = front[start:].splitlines()
    blank = [number for number, line in enumerate(lines) if not line.strip()]
    return "\n".join(lines[: blank[1] if len(blank) > 1 else None]) + "\n"


def _replaced(page: str, command: str, output: str) -> str:
    """Put an output in place of the one below its command."""
    pattern = re.compile(rf"(```sh\n{re.escape(command)}\n```\n\n```text\n).*?(```\n)", re.DOTALL)
    changed, count = pattern.subn(lambda m: m[1] + output.rstrip("\n") + "\n" + m[2], page)
    if count != 1:
        raise SystemExit(f"{PAGE} has {count} outputs of {command}; expected one.")
    return changed


if __name__ == "__main__":
    main()
