"""Trains the members of a run one after the other, exports each, and returns them as they will be shipped."""

from __future__ import annotations

import gc
import io
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from sextet.baselines.phase_regression import fit_phase_regression
from sextet.core.files import write_bytes
from sextet.core.progress import Progress
from sextet.core.window import WindowIndex
from sextet.data.windows import gather
from sextet.ensemble.ground import Ground
from sextet.rules.rule_based import LINEAR, PHASED, Fitted, RuleBasedModel, fit_rule_based
from sextet.rules.user_rules import UserRules
from sextet.runtime.crew import Crew
from sextet.runtime.onnx_member import OnnxMember
from sextet.specs.presets import MemberSpec
from sextet.specs.rule_based import RuleBasedSpec

SAMPLE = 64
"""Windows on which a graph is held against its network."""


@dataclass(frozen=True, kw_only=True)
class Training:
    """How one member was trained.

    Attributes:
        history: an entry an epoch: epoch, loss, select, seconds; empty for a member without a network.
        best_epoch: the epoch kept, from 1; 0 without a network.
        select: mean pinball loss on `select` in scaled space, NaN where not measured.
        seconds: wall time, export included.
        difference: largest difference between network and exported graph, in scaled space.
        parameters: number of trained numbers.
        notes: one sentence each.
    """

    history: tuple[dict[str, float], ...] = ()
    best_epoch: int = 0
    select: float | None = None
    seconds: float = 0.0
    difference: float = 0.0
    parameters: int = 0
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True, kw_only=True)
class Recruits:
    """The trained members.

    Attributes:
        crew: ready to answer from what was written.
        trainings: name -> how it was trained.
        files: names of the files written, relative to the run.
    """

    crew: Crew
    trainings: dict[str, Training]
    files: tuple[str, ...]


def recruit(ground: Ground, folder: Path, progress: Progress, rules: UserRules | None = None) -> Recruits:
    """Train every member of `ground.specs` and write it under `folder/members`; `rules` act in the Rule-Based one.

    Raises:
        SextetError: a member cannot be trained or exported; it is named.
    """
    train, select = ground.train_windows(), ground.select_windows()
    members: dict[str, OnnxMember | RuleBasedModel] = {}
    trainings: dict[str, Training] = {}
    files: list[str] = []
    for spec in ground.specs:
        progress.stage(f"training {spec.name}")
        file = member_file(spec)
        path = folder / file
        if isinstance(spec, RuleBasedSpec):
            members[spec.name], trainings[spec.name] = _rule_based(spec, ground, path)
        else:
            trainings[spec.name] = _network(spec, ground, train, select, path, progress)
            members[spec.name] = OnnxMember(path)
        files.append(file)
    crew = Crew(members=members, shape=ground.shape, rules=rules or UserRules())
    return Recruits(crew=crew, trainings=trainings, files=tuple(files))


def member_file(spec: MemberSpec) -> str:
    """Return the name of a member's file within the run."""
    return f"members/{spec.name}.{'npz' if isinstance(spec, RuleBasedSpec) else 'onnx'}"


def rule_based(spec: RuleBasedSpec, ground: Ground) -> RuleBasedModel:
    """Choose the forecast of the Rule-Based member.

    Raises:
        DataError: no window of `select` has an observed target.
    """
    prepared, horizon = ground.prepared, ground.config.horizon
    train, select = ground.train_windows(), ground.select_windows()
    fitted: dict[str, Fitted] = {}
    if LINEAR in spec.kinds and len(train):
        fitted[LINEAR] = ground.ridge
    if PHASED in spec.kinds and (phased := fit_phase_regression(prepared, train, select, horizon)):
        fitted[PHASED] = phased
    return fit_rule_based(prepared, select, horizon, kinds=spec.kinds, season=spec.season, fitted=fitted)


def write_rule_based(model: RuleBasedModel, path: Path) -> None:
    """Write the model as an npz file."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **model.to_arrays())  # type: ignore[arg-type]
    write_bytes(path, buffer.getvalue())


def _rule_based(spec: RuleBasedSpec, ground: Ground, path: Path) -> tuple[RuleBasedModel, Training]:
    start = time.perf_counter()
    model = rule_based(spec, ground)
    write_rule_based(model, path)
    note = f"The Rule-Based member, the best of its kinds on select: {model.label}."
    return model, Training(seconds=time.perf_counter() - start, notes=(note,))


def _network(
    spec: Any, ground: Ground, train: WindowIndex, select: WindowIndex, path: Path, progress: Progress
) -> Training:
    from sextet.members.backend import keras
    from sextet.training.catch_up import write_weights
    from sextet.training.export import export_onnx
    from sextet.training.fit import fit_member

    start = time.perf_counter()
    fitted = fit_member(spec, ground.prepared, train, select, ground.shape, ground.config.train, progress)
    sample = gather(ground.prepared, select.take(slice(0, SAMPLE)), ground.shape)
    difference = export_onnx(fitted.model, path, sample)
    if ground.config.train.catch_up:
        write_weights(fitted.model, path.with_name(f"{spec.name}.weights.npz"))
    parameters = int(fitted.model.count_params())
    training = Training(
        history=fitted.history,
        best_epoch=fitted.best_epoch,
        select=fitted.select,
        seconds=time.perf_counter() - start,
        difference=difference,
        parameters=parameters,
        notes=fitted.notes,
    )
    del fitted
    keras.backend.clear_session()
    gc.collect()
    return training
