"""Fits a run from data: members, weights, calibration, examination, and everything written to its folder."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from sextet.core.files import write_bytes
from sextet.core.panel import Panel
from sextet.core.progress import Progress
from sextet.ensemble.advice import advice
from sextet.ensemble.baselines import fit_baselines
from sextet.ensemble.catching_up import caught_up
from sextet.ensemble.combining import learn
from sextet.ensemble.examining import Examination, examine
from sextet.ensemble.ground import Ground, lay_ground
from sextet.ensemble.member_training import log_of
from sextet.ensemble.outcome import Outcome, Source
from sextet.ensemble.recruiting import IN_TURN, Hands, Recruits, recruit
from sextet.ensemble.ruling import Ruling, ruling_of
from sextet.ensemble.warning import learn_policies
from sextet.ensemble.writing import LOG, write_log, write_run
from sextet.metrics.leaderboard import Row
from sextet.planner.timing.step_times import STEPS
from sextet.rules.contradictions import contradictions
from sextet.rules.idle import idle_notes
from sextet.rules.user_rules import UserRules, parse_rules
from sextet.runtime.combination import Combination
from sextet.runtime.run import RULES, Run
from sextet.runtime.run_folder import RunFolder
from sextet.specs.run_config import RunConfig

CAUGHT_UP = "caught-up"  # folder, in that of the training, of the members as they were trained on


@dataclass(frozen=True, kw_only=True)
class Fit:
    """What a fit made, besides the files.

    Attributes:
        run: ready to forecast.
        leaderboard: best first; empty without a test part.
        notes: what the user should know.
        seconds: wall time by stage.
    """

    run: Run
    leaderboard: tuple[Row, ...]
    notes: tuple[str, ...]
    seconds: dict[str, float]


@dataclass
class _Watch:
    """Wall time by stage, told as the stages begin."""

    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str, text: str = "") -> Iterator[None]:
        if text:
            self.progress.stage(text)
        start = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start


def fit_run(
    panel: Panel,
    config: RunConfig,
    folder: RunFolder,
    source: Source,
    progress: Progress,
    *,
    work: Path,
    hands: Hands = IN_TURN,
) -> Fit:
    """Train, combine, examine and write a run.

    Args:
        panel: the data.
        config: what is asked.
        folder: the run, empty.
        source: where the data came from.
        progress: told how it goes.
        work: folder in which members are trained; what is finished there is taken as it is, so that a fit of the same
            data and configuration that was stopped goes on.
        hands: who trains the members.

    Raises:
        DataError: the data do not suit what was asked.
        ConfigError: a rule cannot be understood, or a spec does not suit the data.
        TrainingError: a member did not learn or could not be exported.
    """
    watch = _Watch(progress)
    rules = _rules_of(source, panel, config, progress)
    with watch.stage("prepare", "preparing the data"):
        ground = lay_ground(panel, config)
    with watch.stage("train"):
        recruits = recruit(ground, work, progress, hands, rules)
    with watch.stage("combine", "learning weights and calibration"):
        learned = learn(recruits.crew, ground)
        recruits = replace(recruits, crew=learned.crew)
        combination, policies = learned.combination, learn_policies(ground, learned.combination, learned.heard)
        del learned
    members = work
    if config.train.catch_up:
        with watch.stage("catch up"):
            members = work / CAUGHT_UP
            crew, _ = caught_up(ground, recruits.crew, work, members, progress)
            recruits = replace(recruits, crew=crew)
    with watch.stage("test", "examining on the test part"):
        exam = _examined(ground, recruits, combination, ruling_of(ground, rules, policies))
    with watch.stage("write", "writing the run"):
        outcome = Outcome(
            ground=ground,
            recruits=recruits,
            combination=replace(combination, online=exam.state) if exam else combination,
            policies=policies,
            rules=rules,
            source=source,
            exam=exam,
        )
        run = outcome.run()
        for name in recruits.files:
            write_bytes(folder.path / name, (members / name).read_bytes())
        if (work / STEPS).is_file():
            write_bytes(folder.path / STEPS, (work / STEPS).read_bytes())
        write_log(folder.path / LOG, [work / log_of(spec.name) for spec in ground.specs])
        write_run(run, outcome, folder, watch.seconds)
    return Fit(
        run=run,
        leaderboard=tuple(exam.rows) if exam else (),
        notes=_notes(outcome),
        seconds=watch.seconds,
    )


def _rules_of(source: Source, panel: Panel, config: RunConfig, progress: Progress) -> UserRules:
    rules = parse_rules(source.rules, source=RULES)
    rules.check_names(panel)
    members = [spec.name for spec in config.members]
    for odd in (*contradictions(rules.rules), *idle_notes(rules.rules, panel, members)):
        progress.note(odd)
    return rules


def _examined(ground: Ground, recruits: Recruits, combination: Combination, ruling: Ruling) -> Examination | None:
    index = ground.scored_windows("test")
    if not len(index):
        return None
    baselines, _ = fit_baselines(ground)
    return examine(recruits.crew, combination, baselines, ruling, index, ground.split.train)


def _notes(outcome: Outcome) -> tuple[str, ...]:
    trained = [note for training in outcome.recruits.trainings.values() for note in training.notes]
    combination, ground = outcome.combination, outcome.ground
    advised = advice(outcome.exam.rows, ground.panel, ground.config) if outcome.exam else ()
    return (*ground.panel.notes, *trained, *combination.weights.notes, *combination.calibration.notes, *advised)
