"""The report of a backtest that is done, and the record of its fits."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sextet.backtesting.fold_scores import FoldScores
from sextet.backtesting.folder import REPORT
from sextet.backtesting.run import Backtest
from sextet.data.windows import ordinals_of
from sextet.ensemble.environment import environment
from sextet.report.backtest import backtest_view, write_backtest
from sextet.report.backtest_fan import backtest_fan
from sextet.report.backtest_tables import kind_of
from sextet.report.plain import milliseconds
from sextet.report.zone import zone_of


def fit_rows(work: Backtest) -> list[dict[str, float | int]]:
    """Return a row a fit, in order of time: first_cutoff (ms since 1970), windows, fit_seconds, answer_seconds."""
    rows: list[dict[str, float | int]] = []
    for number in range(len(work.plan)):
        told = FoldScores.told(work.folder.scores(number))
        first = ordinals_of(work.panel, work.plan.windows(work.panel, number)).min() - 1
        rows.append(
            {
                "first_cutoff": int(milliseconds(work.panel.frequency.stamps(first))),
                "windows": told["windows"],
                "fit_seconds": sum(told["fit_seconds"].values()),
                "answer_seconds": sum(told["answer_seconds"].values()),
            }
        )
    return rows


def write_report(work: Backtest, metrics: Mapping[str, Any], title: str) -> Path:
    """Write the HTML report beside the metrics, and return its path.

    Args:
        work: the backtest, every fold done.
        metrics: as they are written, with None where a number is missing.
        title: heading of the report.
    """
    baselines, where = metrics["config"]["baselines"], environment()
    names = [str(row["model"]) for row in metrics["rows"]]
    members, others = ([name for name in names if kind_of(name, baselines) == kind] for kind in ("member", "baseline"))
    files = [work.folder.forecasts(number) for number in range(len(work.plan))]
    fan = backtest_fan(work.panel, files, work.config.horizon, members, others, str(metrics["config"]["unit"]))
    view = backtest_view(
        metrics,
        title,
        created=str(where["created"]),
        fan=fan,
        versions=where["versions"],  # type: ignore[arg-type]
        zone=zone_of(work.panel),
    )
    return write_backtest(view, work.folder.path / REPORT)
