"""The fit that forecasts a fold: members, weights, calibration, baselines, and when to warn.

A member is kept in the fold's folder as soon as it is trained, with a record beside it, so that a backtest that was
stopped trains none twice.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from sextet.baselines.history import targets, thinned
from sextet.combine.evidence import Evidence
from sextet.core.answer import Answer, joined
from sextet.core.progress import Progress
from sextet.core.window import WindowIndex
from sextet.data.split import part_windows
from sextet.data.windows import ordinals_of
from sextet.ensemble.baselines import Baseline, fit_baselines
from sextet.ensemble.catching_up import caught_up
from sextet.ensemble.combining import Answered, evidence_of, learn, refitted
from sextet.ensemble.ground import WEIGH_VALUES, Ground
from sextet.ensemble.recruiting import IN_TURN, Hands, recruit
from sextet.ensemble.warning import Policies, learn_policies, warning_evidence
from sextet.rules.user_rules import UserRules
from sextet.runtime.combination import Combination
from sextet.runtime.crew import Crew, spike_probability

COMBINING = "combining"
CAUGHT_UP = "caught-up"  # folder, in that of the first fold, of the members as they were trained on


@dataclass(frozen=True, kw_only=True)
class FoldFit:
    """What a fold's windows are forecast with.

    Attributes:
        ground: data and choices.
        crew: the trained members.
        combination: weights and calibration; its online state has seen `calibrate`.
        evidence: what weights were fitted on.
        policies: how likely a spike is, and when to alert.
        baselines: name -> fitted baseline.
        seconds: wall time to train each member and to fit each baseline, by name, and `COMBINING`.
        notes: what the user should know.
        folder: where the members are, for the next fold to train on from; None where they are never trained on.
        turns: how often the members were trained on.
    """

    ground: Ground
    crew: Crew
    combination: Combination
    evidence: Evidence
    policies: Policies
    baselines: Mapping[str, Baseline]
    seconds: Mapping[str, float]
    notes: tuple[str, ...]
    folder: Path | None = None
    turns: int = 0


def fit_fold(
    ground: Ground,
    folder: Path,
    baselines: Sequence[str],
    progress: Progress,
    *,
    hands: Hands = IN_TURN,
    rules: UserRules | None = None,
) -> FoldFit:
    """Fit everything on the parts before the fold's first target.

    Args:
        ground: laid with the fold's split.
        folder: of the fold; members found there are used as they are.
        baselines: names, see `ensemble.baselines`.
        progress: told how it goes.
        hands: who trains the members.
        rules: the user's, which act in the Rule-Based member.

    Raises:
        SextetError: a member cannot be trained; it is named.
    """
    recruits = recruit(ground, folder, progress, hands, rules)
    trainings = recruits.trainings
    progress.stage("learning weights and calibration")
    start = time.perf_counter()
    learned = learn(recruits.crew, ground)
    crew, combination, evidence = learned.crew, learned.combination, learned.evidence
    policies = learn_policies(ground, combination, learned.heard)
    seconds = {name: training.seconds for name, training in trainings.items()}
    seconds[COMBINING] = time.perf_counter() - start
    del learned
    progress.stage("fitting the baselines")
    fitted, spent = fit_baselines(ground, baselines)
    notes = [note for training in trainings.values() for note in training.notes]
    fit = FoldFit(
        ground=ground,
        crew=crew,
        combination=combination,
        evidence=evidence,
        policies=policies,
        baselines=fitted,
        seconds=seconds | spent,
        notes=(*notes, *combination.weights.notes, *combination.calibration.notes),
    )
    return _caught_up(fit, folder, folder / CAUGHT_UP, progress) if ground.config.train.catch_up else fit


def fit_on(fit: FoldFit, index: WindowIndex, ground: Ground, folder: Path, progress: Progress) -> FoldFit:
    """Return the fit of the next fold: members trained on, online calibration gone on.

    Weights, how likely a spike is, and when to warn are learned anew with what came of the passed windows. How far
    weights are drawn together stays as it was.

    Args:
        fit: of the fold before, whose members have been trained on before.
        index: the windows of that fold; their targets are known by now.
        ground: as of `fit`, with the split of the next fold.
        folder: of the next fold.
        progress: told how it goes.
    """
    crew, combination, prepared = fit.crew, fit.combination, fit.ground.prepared
    raw = np.empty((len(index), crew.shape.horizon, len(crew.shape.levels)), dtype=np.float32)
    warned = np.full(raw.shape[:2], np.nan, dtype=np.float32)
    few = thinned(index, max(1, WEIGH_VALUES // (crew.shape.horizon * len(crew.shape.levels))))
    drawn = np.isin(index.row, few.row)  # weights need no more windows than those of a part
    said: dict[str, list[Answer]] = {name: [] for name in crew.names}
    for part, answers in crew.batches(prepared, index):
        for name, answer in answers.items():
            said[name].append(answer.part(drawn[part]))
        raw[part] = combination.raw(answers, index.series[part])
        if (probability := spike_probability(answers)) is not None:
            warned[part] = probability
    target = targets(prepared, index, crew.shape.horizon)
    adapted, online = combination.online.advance(raw, target, index.series, ordinals_of(prepared.panel, index))
    policies = fit.policies
    if policies.evidence is not None:
        passed = warning_evidence(index, warned, adapted, target, ground.spikes, prepared)
        policies = policies.after(passed, ground.config.costs)
    heard = Answered(index=few, answers={name: joined(parts) for name, parts in said.items()}, target=target[drawn])
    told = evidence_of(crew, heard, np.arange(prepared.panel.series), prepared.panel.series)
    evidence = fit.evidence.with_more(replace(told, seen=round(told.seen * len(index) / len(few))))
    weights = refitted(combination.weights, evidence, prepared.panel.series)
    fitted, spent = fit_baselines(ground, tuple(fit.baselines))
    after = replace(
        fit,
        ground=ground,
        combination=replace(combination, weights=weights, online=online),
        evidence=evidence,
        policies=policies,
        baselines=fitted,
        seconds=spent,
        notes=(),
    )
    return _caught_up(after, fit.folder or folder, folder, progress)


def _caught_up(fit: FoldFit, before: Path, folder: Path, progress: Progress) -> FoldFit:
    ground = fit.ground
    asked = part_windows(ground.panel, ground.split, "test", ground.config.horizon, step=ground.config.split.step)
    crew, seconds = caught_up(ground, fit.crew, before, folder, progress, turn=fit.turns, asked=asked)
    spent = {name: fit.seconds.get(name, 0.0) + seconds.get(name, 0.0) for name in {**fit.seconds, **seconds}}
    return replace(fit, crew=crew, seconds=spent, folder=folder, turns=fit.turns + 1)
