"""Backtest: forecast the past as if it were not known, and score every forecast."""

from __future__ import annotations

import json
import shutil
import tempfile
import weakref
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sextet.app.configuration import config_of, with_parts
from sextet.app.hiring import hired, pool_of
from sextet.app.requests import BacktestRequest, BacktestResult
from sextet.app.train import source_name
from sextet.baselines.statistical import affordable
from sextet.core.errors import ConfigError, nearest
from sextet.core.kinds import checked
from sextet.core.progress import Progress, Silent
from sextet.data.fingerprint import fingerprint
from sextet.data.fitting import read_to_fit
from sextet.data.options import DataOptions
from sextet.ensemble.device import settle, verify
from sextet.rules.contradictions import contradictions
from sextet.rules.given_rules import rules_text
from sextet.rules.idle import idle_notes
from sextet.rules.user_rules import parse_rules
from sextet.specs.run_config import RunConfig

if TYPE_CHECKING:
    from sextet.backtesting.fold_scores import FoldScores
    from sextet.backtesting.run import Backtest

SILENT = Silent()


def backtest(request: BacktestRequest, progress: Progress = SILENT) -> BacktestResult:
    """Run a backtest, or go on with the one that was stopped at `request.out`.

    Raises:
        DataError, ConfigError: the data or an option cannot be used, or the folder holds another backtest.
        DependencyError: TensorFlow, or statsforecast where a baseline needs it, is not installed.
        HardwareError: a GPU is there, or was asked for, and would be left unused.
        TrainingError: a member did not learn.
    """
    config, rules = backtest_config(request), rules_text(request.rules)
    on_gpu = settle(request.device, members=config.members)
    work = _laid(request, config, rules, progress)
    if on_gpu:
        verify()
    _claim(request, work, rules, progress)
    with hired(request.device, request.ray, progress, work.config.compute.gpus) as hands:
        scores = replace(work, hands=hands, pool=pool_of(hands)).run(progress)
    return _told(request, work, scores)


def claimed(request: BacktestRequest, progress: Progress = SILENT) -> Backtest:
    """Lay a backtest and make the folder `request.out` its own, or find that it is.

    Raises:
        DataError, ConfigError, DependencyError: as of `laid`; or the folder holds something else.
    """
    rules = rules_text(request.rules)
    work = _laid(request, backtest_config(request), rules, progress)
    _claim(request, work, rules, progress)
    return work


def laid(request: BacktestRequest, progress: Progress = SILENT) -> Backtest:
    """Read the data of a backtest and plan it; nothing is fitted and nothing written.

    Raises:
        DataError, ConfigError: the data or an option cannot be used.
        DependencyError: statsforecast, where a baseline needs it, is not installed.
    """
    return _laid(request, backtest_config(request), rules_text(request.rules), progress)


def _laid(request: BacktestRequest, config: RunConfig, rules: str, progress: Progress) -> Backtest:
    """Lay a backtest whose files of settings and of `rules`, their text, are read."""
    from sextet.backtesting.folder import BacktestFolder
    from sextet.backtesting.plan import make_plan
    from sextet.backtesting.run import Backtest
    from sextet.ensemble.baselines import check_baselines

    check_baselines(request.baselines)
    parsed = parse_rules(rules, source=str(request.rules))
    progress.stage("reading the data")
    panel = read_to_fit(request.source, request.data, config.split, request.horizon)
    parsed.check_names(panel)
    idle = idle_notes(parsed.rules, panel, [spec.name for spec in config.members])
    for note in (*panel.notes, *contradictions(parsed.rules), *idle):
        progress.note(note)
    plan = make_plan(panel, config.split, request.horizon, request.refit)
    baselines, left_out = affordable(request.baselines, plan.count(panel))
    for note in left_out:
        progress.note(note)
    return Backtest(
        panel=panel.with_notes(*left_out),
        config=config,
        plan=plan,
        folder=BacktestFolder(request.out),
        baselines=baselines,
        rules=parsed,
        forecasts=request.forecasts,
    )


def _claim(request: BacktestRequest, work: Backtest, rules: str, progress: Progress) -> None:
    if work.folder.claim(_asked(request, work, rules), fresh=request.fresh):
        progress.note(f"Going on with the backtest at {request.out}.")


def _asked(request: BacktestRequest, work: Backtest, rules: str) -> dict[str, Any]:
    """Plain values of all that a backtest depends on."""
    from sextet.ensemble.asked import question_of

    return {
        "data": fingerprint(work.panel),
        **question_of(work.config),
        "refit": request.refit,
        "baselines": request.baselines,
        "rules": rules,
        "forecasts": request.forecasts,
    }


@checked("backtest")
def backtest_data(
    data: Any,
    horizon: int,
    *,
    options: DataOptions | None = None,
    out: str | Path | None = None,
    progress: Progress = SILENT,
    **more: Any,
) -> BacktestResult:
    """Backtest from Python, as `sextet.backtest`.

    Example:
        >>> import sextet
        >>> from sextet.samples import glucose
        >>> result = sextet.backtest(glucose(), 12, windows=50, refit=10)  # doctest: +SKIP
        >>> result.leaderboard[0]["model"], len(result.forecasts())  # doctest: +SKIP

    Args:
        data: a long or wide pandas, polars or pyarrow frame, or a file path.
        horizon: steps to forecast.
        options: how the data are read.
        out: folder of the backtest, from which the same call goes on where it was stopped; None: a temporary one,
            which goes with the result.
        progress: told how it goes.
        more: further fields of `BacktestRequest`: windows, step, refit, members, train_end, scaled, baselines ...

    Raises:
        ConfigError: a name in `more` is not known; further as of `backtest`.
    """
    own = ("source", "horizon", "out", "data")  # which are arguments here
    known = [field.name for field in fields(BacktestRequest) if field.name not in own]
    for name in more:
        if name not in known:
            raise ConfigError(f"backtest has no option {name!r}{nearest(name, known) or '.'}")
    folder = Path(tempfile.mkdtemp(prefix="sextet-backtest-")) if out is None else Path(out)
    try:
        request = BacktestRequest(source=data, horizon=horizon, out=folder, data=options or DataOptions(), **more)
        result = backtest(request, progress)
    except BaseException:
        if out is None:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    if out is None:
        weakref.finalize(result, shutil.rmtree, folder, ignore_errors=True)
    return result


def backtest_config(request: BacktestRequest) -> RunConfig:
    """Return the configuration of a backtest's fits; its split is that of the first.

    Raises:
        ConfigError: a value is refused.
    """
    config = config_of(request)
    split = with_parts(config.split, windows=request.windows, step=request.step or request.horizon)
    return replace(config, split=split)


def _told(request: BacktestRequest, work: Backtest, scores: FoldScores) -> BacktestResult:
    """Write metrics and report, and return the result."""
    from sextet.backtesting.report import fit_rows, write_report
    from sextet.backtesting.summary import by_group, leaderboard_rows, plain, scaled_rows, warning_rows
    from sextet.metrics.comparison import compare

    members = tuple(spec.name for spec in work.config.members)
    rows = leaderboard_rows(scores, members)
    scaled = scaled_rows(scores, work.yardstick().standard.scale) if request.scaled else []
    comparison = compare(scores.models, seed=work.config.seed)
    seconds = {"fit": sum(scores.fit_seconds.values()), "answer": sum(scores.answer_seconds.values())}
    notes = (*work.panel.notes, *scores.notes)
    metrics: dict[str, Any] = {
        "rows": rows,
        "scaled_rows": scaled,
        "windows": scores.windows,
        "points": int(rows[0]["n"]),
        "folds": len(work.plan),
        "fits": fit_rows(work),
        "cutoffs": work.plan.cutoffs,
        "comparison": comparison,
        "by": by_group(scores, work.panel.ids),
        "spikes": warning_rows(scores),
        "seconds": {**seconds, "fit_by_model": scores.fit_seconds, "answer_by_model": scores.answer_seconds},
        "config": _settings(request, work),
        "notes": notes,
    }
    told = plain(metrics)
    work.folder.write_metrics(told)
    return BacktestResult(
        folder=request.out,
        report=write_report(work, told, request.title or f"Backtest of {source_name(request.source)}"),
        leaderboard=tuple(rows),
        scaled_rows=tuple(scaled),
        comparison=tuple(comparison),
        cutoffs=work.plan.cutoffs,
        series=work.panel.series,
        windows=scores.windows,
        points=int(rows[0]["n"]),
        notes=notes,
        seconds=seconds,
    )


def _settings(request: BacktestRequest, work: Backtest) -> dict[str, Any]:
    """What was asked, and of which data, as the metrics and the report say it."""
    return {
        **json.loads(work.config.to_json()),
        "refit": request.refit,
        "step": work.plan.step,
        "baselines": request.baselines,
        "series": work.panel.series,
        "frequency": work.panel.frequency.name,
        "source": source_name(request.source),
        "title": request.title or "",
        "unit": request.unit,
    }
