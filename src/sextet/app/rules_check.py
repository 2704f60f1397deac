"""Check a rules file, and try its rules on past data."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sextet.core.errors import ConfigError
from sextet.core.forecast import Forecast
from sextet.core.progress import Progress, Silent
from sextet.data.options import DataOptions
from sextet.rules.contradictions import contradictions
from sextet.rules.given_rules import rules_text
from sextet.rules.places import Problem
from sextet.rules.rules_file import EXAMPLE, examine
from sextet.rules.user_rules import UserRules

if TYPE_CHECKING:
    from sextet.core.panel import Panel
    from sextet.rules.rehearsal import Effect

SILENT = Silent()


@dataclass(frozen=True, kw_only=True)
class RulesCheckRequest:
    """What is checked.

    Attributes:
        rules: the file.
        data: past data to try the rules on (a path or a frame), or None.
        options: how the data are read; with a run, what is not said is as in training.
        run: folder of a run whose own forecasts the rules are tried on; None: a simple forecast.
        horizon: steps a window without a run; None: a season.
        windows: most windows that are tried.
    """

    rules: Path
    data: Any = None
    options: DataOptions = field(default_factory=DataOptions)
    run: Path | None = None
    horizon: int | None = None
    windows: int = 300


@dataclass(frozen=True, kw_only=True)
class RulesCheckResult:
    """What was found.

    Attributes:
        valid: whether every rule can be understood.
        problems: what cannot be.
        rules: name -> the rule in words, of those that can be.
        warnings: what is odd about them, one sentence each, or that there are none; also of those that can be
            understood beside some that cannot.
        effects: what each, and all together, would have done; empty without data.
        forecast: what they were tried on, in words; empty without data.
        windows, horizon: how many windows of how many steps; 0 without data.
    """

    valid: bool
    problems: tuple[Problem, ...]
    rules: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    effects: tuple[Effect, ...] = ()
    forecast: str = ""
    windows: int = 0
    horizon: int = 0


def check_rules(request: RulesCheckRequest, progress: Progress = SILENT) -> RulesCheckResult:
    """Check a rules file; with data, try its rules on them.

    Raises:
        ConfigError: there is no such file, or an option does not fit; what is wrong in the file is in the result.
        DataError: the data cannot be used, or are too short.
        RunError: the run is damaged.
    """
    if request.run is not None and request.data is None:
        raise ConfigError("--run needs --data: give past data, with their targets, to try the rules on.")
    if request.run is not None and request.horizon is not None:
        raise ConfigError("--horizon goes without --run: a run has its own horizon.")
    found, problems = examine(rules_text(request.rules, ""), str(request.rules))
    rules = UserRules(rules=found)
    told = tuple((rule.name, rule.text) for rule in found)
    if problems or request.data is None or not found:
        warnings = contradictions(found) if found or problems else [_no_rules(request.rules)]
        return RulesCheckResult(valid=not problems, problems=tuple(problems), rules=told, warnings=tuple(warnings))
    return _tried(request, rules, told, progress)


def _no_rules(path: Path) -> str:
    return f"There are no rules in {path}. A rules file looks like this:\n{EXAMPLE}"


def _tried(
    request: RulesCheckRequest, rules: UserRules, told: tuple[tuple[str, str], ...], progress: Progress
) -> RulesCheckResult:
    from sextet.rules.rehearsal import past_windows, rehearse, simple_forecast, usual_horizon

    progress.stage("reading the data")
    if request.run is None:
        panel = _read(request.data, request.options)
        horizon = request.horizon or usual_horizon(panel)
        rules.check_names(panel)
        index = past_windows(panel, horizon, request.windows)
        answering, label = simple_forecast(panel, index, horizon)
    else:
        panel, horizon, answer = _of_run(request)
        rules.check_names(panel)
        index = past_windows(panel, horizon, request.windows)
        label = f"the run {request.run}"

        def answering(some: UserRules) -> Forecast:
            made: Forecast = answer(some)(panel, index)
            return made

    progress.stage(f"trying {len(rules.rules)} rules on {len(index):,} windows of {horizon} steps")
    rehearsal = rehearse(rules, panel, index, answering)
    return RulesCheckResult(
        valid=True,
        problems=(),
        rules=told,
        warnings=tuple(contradictions(rules.rules, rehearsal.scene)),
        effects=(*rehearsal.effects, rehearsal.together),
        forecast=label,
        windows=len(index),
        horizon=horizon,
    )


def _read(data: Any, options: DataOptions) -> Panel:
    from sextet.data.read import read_panel

    return read_panel(data, options)


def _of_run(request: RulesCheckRequest) -> tuple[Panel, int, Any]:
    """The data as the run reads them, its horizon, and what answers windows under some rules."""
    from sextet.data.read import read_panel
    from sextet.runtime.reading import columns_of_training, options_for, trained_columns
    from sextet.runtime.run import Run

    run = Run.load(request.run or "")
    options = options_for(run.settings, request.options)
    optional = columns_of_training(run.settings)
    panel = read_panel(request.data, options, optional=optional, trained=trained_columns(run))

    def answer(some: UserRules) -> Any:
        return replace(run, rules=some, crew=replace(run.crew, rules=some)).answer

    return panel, run.config.horizon, answer
