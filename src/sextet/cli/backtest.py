"""`sextet backtest`: how good the forecasts of a data file would have been."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sextet.cli.data_flags import DataFlags
from sextet.cli.flags import BacktestGoalFlags, DomainFlags, FoldFlags, RollFlags, given
from sextet.cli.output import Output
from sextet.cli.train import Source, options_of

if TYPE_CHECKING:
    from rich.console import Console

    from sextet.app.requests import BacktestResult

NOTES_SHOWN = 8
CHANCE = 0.05  # a difference with a larger p-value may be chance


def backtest(
    source: Source,
    goal: BacktestGoalFlags,
    roll: RollFlags,
    budget: FoldFlags,
    data: DataFlags,
    domain: DomainFlags,
    output: Output,
) -> None:
    """Forecast the past from many cutoffs as if what follows were not known, and score every forecast.

    One leaderboard of the ensemble, its members and baselines, with significance; every forecast as Parquet,
    metrics.json and a report. Stopped, the same command goes on where it was.

    Example: sextet backtest sales.csv --horizon 28 --windows 12 --refit 4 --out runs/sales-backtest
    """
    from sextet.app.backtest import backtest as run_backtest
    from sextet.app.requests import BacktestRequest
    from sextet.data.options import names

    output.kept = lambda: kept(goal.out)
    request = BacktestRequest(
        source=source,
        data=options_of(data),
        **given(goal),
        **{**given(roll), "baselines": names(roll.baselines)},
        **given(budget),
        **given(domain),
    )
    progress = output.progress()
    with output.working():
        result = run_backtest(request, progress=progress)
    output.note(result.notes, NOTES_SHOWN, "metrics.json has them all.")
    output.news(vars(result), lambda console: show_result(console, result))


def show_result(console: Console, result: BacktestResult) -> None:
    """Print the leaderboards and where everything is."""
    from sextet.cli.tables import LEADERBOARD, Column, facts, print_leaderboard, print_scaled

    columns = [*LEADERBOARD]
    columns.insert(2, Column(key="against", title="MAE to ensemble", rank=2))
    columns += [
        Column(key="spike_mae", title="MAE on spikes", spec="4", rank=6),
        Column(key="fit_seconds", title="fit s", spec=",.1f", rank=6),
        Column(key="answer_seconds", title="answer s", spec=",.1f", rank=7),
    ]
    against = _differences(result.comparison)
    rows = [{**row, "against": against.get(str(row["model"]))} for row in result.leaderboard]
    print_leaderboard(console, rows, f"Leaderboard of {_windows(result)}, best MAE first", columns)
    if spikes := rows[0].get("spike_n"):
        console.print(f"MAE on spikes is of the {int(spikes):,} points that are spikes.")
    if against:
        console.print(
            f"~ the difference may be chance: p above {CHANCE:g} (Diebold-Mariano), or too few cutoffs to say."
        )
    if result.scaled_rows:
        console.print()
        print_scaled(console, result.scaled_rows)
    console.print()
    facts(console, (("backtest", str(result.folder)), ("report", str(result.report))))


def kept(out: Path) -> str:
    """Say what an unfinished backtest left at `out`."""
    if (out / "backtest.json").is_file():
        return f"What was finished is kept at {out}; the same command goes on from there."
    return ""


def _windows(result: BacktestResult) -> str:
    """Say how many windows there are, and of what: a window is a cutoff of a series."""
    few = "" if result.windows == result.cutoffs * result.series else "at most "
    cutoffs = f"{result.cutoffs:,} cutoff{'s' * (result.cutoffs > 1)}"
    return f"{result.windows:,} windows ({few}{cutoffs} x {result.series:,} series)"


def _differences(comparison: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """By model, how its MAE differs from the ensemble's, marked where that may be chance."""
    out = {}
    for row in comparison:
        if row["loss"] == "mae" and row["difference_percent"] == row["difference_percent"]:
            sure = row["p_value"] <= CHANCE
            out[str(row["model"])] = f"{row['difference_percent']:+.1f} %" + ("" if sure else " ~")
    return out
