"""Runs one cell: prove the protocol, backtest the ensemble, score, and keep what was found as JSON."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from protocols.cell import Cell, Outcome, Problem, ProtocolError
from protocols.machine import commit, machine, versions
from sextet.core.files import write_text
from sextet.core.progress import Progress, Silent

DIGITS = 7


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a person chooses for all cells.

    Attributes:
        data: folder below which the files lie.
        out: folder of results and backtests.
        seed: of everything random.
        members: as in `BacktestRequest`.
        quick: a small budget, to try things out; such figures are marked and never published.
        refit_days: days after which EPF models are fitted anew; None leaves the protocol's own constant.
    """

    data: Path
    out: Path = Path("out")
    seed: int = 0
    members: str = "v6"
    quick: bool = False
    refit_days: int | None = None

    def stem(self, cell: Cell) -> str:
        """Name of the cell's files: seed 0 has none in it."""
        return cell.name if self.seed == 0 else f"{cell.name}.seed{self.seed}"

    def result(self, cell: Cell) -> Path:
        """The JSON file of a cell."""
        return self.out / "results" / f"{self.stem(cell)}.json"

    def folder(self, cell: Cell) -> Path:
        """The folder of a cell's backtest."""
        return self.out / "backtests" / self.stem(cell)


def run_cell(cell: Cell, setting: Setting, progress: Progress | None = None, *, fresh: bool = False) -> dict[str, Any]:
    """Prove, backtest and score a cell, write its JSON and return what it holds.

    A backtest that was stopped goes on where it was, unless it is to start `fresh`.

    Raises:
        ProtocolError: the files do not give the figures that are known.
        SextetError: as `sextet.app.backtest.backtest`.
    """
    from sextet.app.backtest import backtest

    problem = cell.load(setting.data)
    problem.proof.check()
    start = time.perf_counter()
    request = replace(request_of(cell, problem, setting), fresh=fresh)
    result = backtest(request, progress or Silent())
    outcome = Outcome(rows=tuple(result.leaderboard), scaled_rows=tuple(result.scaled_rows), folder=Path(result.folder))
    _every_point(problem, outcome)
    metrics = json.loads((outcome.folder / "metrics.json").read_text(encoding="utf-8"))
    times = metrics["seconds"]
    found = {
        "cell": cell.name,
        "set": cell.set,
        "horizon": cell.horizon,
        "protocol": cell.protocol,
        "proof": {"what": problem.proof.what, "known": problem.proof.known, "found": problem.proof.found},
        "metrics": cell.metrics,
        "scores": cell.scores(problem, outcome),
        "rows": outcome.rows,
        "scaled_rows": outcome.scaled_rows,
        "comparison": result.comparison,
        "windows": result.windows,
        "points": result.points,
        "step": request.step,
        "refit": request.refit,
        "folds": metrics["folds"],
        "seconds": {**result.seconds, "this call": time.perf_counter() - start},
        "seconds_by_model": {name: times[name] for name in ("fit_by_model", "answer_by_model")},
        "quick": setting.quick,
        "config": {**metrics["config"], "members": resolved(request)},
        "notes": result.notes,
        "seed": setting.seed,
        "versions": versions(),
        "machine": machine(),
        "commit": commit(),
        "date": datetime.now(UTC).date().isoformat(),
    }
    text = json.dumps(plain(found), indent=1) + "\n"
    write_text(setting.result(cell), text)
    shown: dict[str, Any] = json.loads(text)
    return shown


CATCH_UP = 2
"""Epochs of training on, see `TrainConfig.catch_up`, where the protocol does not state the rows to train on."""


def request_of(cell: Cell, problem: Problem, setting: Setting) -> Any:
    """Return the `BacktestRequest` of a cell: what the protocol states, and nothing else that differs between sets."""
    from sextet.app.requests import BacktestRequest

    refit = problem.refit
    if setting.refit_days is not None and cell.set.startswith("EPF"):
        refit = setting.refit_days  # a cutoff is a day there
    return BacktestRequest(
        source=problem.frame,
        data=problem.data,
        horizon=problem.horizon,
        out=setting.folder(cell),
        members=setting.members,
        seed=setting.seed,
        quick=setting.quick,
        windows=problem.windows,
        step=problem.step,
        refit=refit,
        # a protocol that states where training ends is kept to; elsewhere everything before the test may teach
        catch_up=CATCH_UP if problem.train_end is None and not setting.quick else None,
        train_end=problem.train_end,
        validation_end=problem.validation_end,
        test_end=problem.test_end,
        scaled=True,
        forecasts=problem.forecasts,
        unit=problem.unit,
        title=f"{cell.set}, horizon {cell.horizon}",
    )


def _every_point(problem: Problem, outcome: Outcome) -> None:
    """Refuse scores that leave windows of the protocol out, or hold more."""
    for row in outcome.rows:
        if problem.points is not None and row["n"] != problem.points:
            raise ProtocolError(
                f"Expected every one of {problem.points:,} forecasts scored; {row['model']} has {row['n']:,}."
            )


def resolved(request: Any) -> list[dict[str, Any]]:
    """Return the members' specs with every field that the request left open as it was chosen from the data."""
    from sextet.app.backtest import backtest_config
    from sextet.backtesting.plan import make_plan
    from sextet.data.fitting import read_to_fit
    from sextet.ensemble.ground import lay_ground
    from sextet.specs.codec import spec_to_json

    config = backtest_config(request)
    panel = read_to_fit(request.source, request.data, config.split, request.horizon)
    first = make_plan(panel, config.split, request.horizon, request.refit).splits[0]
    return [spec_to_json(spec) for spec in lay_ground(panel, config, first).specs]


def plain(value: Any) -> Any:
    """Return `value` as JSON holds it: mappings, lists, texts, numbers of seven digits; what is no number is null."""
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if value is None or isinstance(value, str | bool | int):
        return value
    number = float(value)
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() else float(f"{number:.{DIGITS}g}")
