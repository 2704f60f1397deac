"""Trains one member and writes it, with a record beside it, so that what is trained once is never trained again.

In the folder of a training:

    members/NAME.onnx, NAME.npz       a finished member
    members/NAME.training.json        its record: how it was trained, and the hash of the member
    checkpoints/NAME/000012.checkpoint  of one that is being trained; the two newest, gone when it is finished
    log/NAME.jsonl                    its metrics, a line an epoch
"""

from __future__ import annotations

import gc
import io
import json
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sextet.baselines.phase_regression import fit_phase_regression
from sextet.core.files import sha256, write_bytes, write_text
from sextet.core.lock import held
from sextet.core.progress import Progress
from sextet.data.windows import gather
from sextet.ensemble.ground import Ground
from sextet.rules.rule_based import LINEAR, PHASED, Fitted, RuleBasedModel, fit_rule_based
from sextet.specs.codec import from_plain, to_plain
from sextet.specs.compute_config import ComputeConfig
from sextet.specs.presets import MemberSpec
from sextet.specs.rule_based import RuleBasedSpec

if TYPE_CHECKING:
    from sextet.training.keep import Keep

SAMPLE = 64
"""Windows on which a graph is held against its network."""


@dataclass(frozen=True, kw_only=True)
class Training:
    """How one member was trained.

    Attributes:
        history: an entry an epoch: epoch, loss, select, seconds, the first perhaps step_seconds; empty without a
            network.
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


def train_member(spec: MemberSpec, ground: Ground, folder: Path, progress: Progress) -> Training:
    """Train a member and write it under `folder/members`; one that is there, as its record says, is left as it is.

    A training of it that was stopped goes on from its last checkpoint in `folder`.

    Raises:
        ConfigError: another process is training it there.
        SextetError: it cannot be trained or exported; it is named.
    """
    path, record = folder / member_file(spec), folder / record_file(spec)
    if known := recorded(path, record):
        return known
    progress.stage(f"training {spec.name}")
    with held(folder / checkpoints_of(spec.name) / "lock", f"is training {spec.name} in {folder}"):
        if isinstance(spec, RuleBasedSpec):
            training = _rule_based(spec, ground, path)
        else:
            training = _network(spec, ground, folder, progress)
        write_text(record, json.dumps({"sha256": sha256(path), "training": to_plain(training)}, allow_nan=True))
        shutil.rmtree(folder / checkpoints_of(spec.name), ignore_errors=True)
    return training


def recorded(path: Path, record: Path) -> Training | None:
    """How a member was trained, where it is there and as it was written."""
    if not path.is_file() or not record.is_file():
        return None
    known: dict[str, Any] = json.loads(record.read_text(encoding="utf-8"))
    if known["sha256"] != sha256(path):
        return None
    return from_plain(Training, known["training"], "The record of a training")


def record_file(spec: MemberSpec) -> str:
    """Return the name of the file, within the run, that says how a member was trained."""
    return f"members/{spec.name}.training.json"


def member_file(spec: MemberSpec) -> str:
    """Return the name of a member's file within the run."""
    return f"members/{spec.name}.{'npz' if isinstance(spec, RuleBasedSpec) else 'onnx'}"


def checkpoints_of(name: str) -> str:
    """Return the folder, within that of the training, of a member's checkpoints."""
    return f"checkpoints/{name}"


def log_of(name: str) -> str:
    """Return the name of the file, within the folder of the training, of a member's metrics."""
    return f"log/{name}.jsonl"


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
    return fit_rule_based(prepared, select, horizon, kinds=spec.kinds, season=spec.season, fitted=fitted, train=train)


def write_rule_based(model: RuleBasedModel, path: Path) -> None:
    """Write the model as an npz file."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **model.to_arrays())  # type: ignore[arg-type]
    write_bytes(path, buffer.getvalue())


def _rule_based(spec: RuleBasedSpec, ground: Ground, path: Path) -> Training:
    start = time.perf_counter()
    model = rule_based(spec, ground)
    write_rule_based(model, path)
    note = f"The Rule-Based member, the best of its kinds on select: {model.label}."
    return Training(seconds=time.perf_counter() - start, notes=(note,))


def _network(spec: Any, ground: Ground, folder: Path, progress: Progress) -> Training:
    from sextet.members.backend import keras
    from sextet.training.catch_up import write_weights
    from sextet.training.conditions import Conditions
    from sextet.training.export import export_onnx
    from sextet.training.fit import fit_member

    path, config = folder / member_file(spec), ground.config
    train, select = ground.train_windows(), ground.select_windows()
    keep = keep_of(spec.name, folder, config.compute)
    conditions = Conditions(progress=progress, compute=config.compute, keep=keep)
    fitted = fit_member(spec, ground.prepared, train, select, ground.shape, config.train, conditions)
    start = time.perf_counter()
    sample = gather(ground.prepared, select.take(slice(0, SAMPLE)), ground.shape)
    difference = export_onnx(fitted.model, path, sample)
    if config.train.catch_up:
        write_weights(fitted.model, path.with_name(f"{spec.name}.weights.npz"))
    parameters = int(fitted.model.count_params())
    training = Training(
        history=fitted.history,
        best_epoch=fitted.best_epoch,
        select=fitted.select,
        seconds=fitted.seconds + time.perf_counter() - start,
        difference=difference,
        parameters=parameters,
        notes=fitted.notes,
    )
    del fitted
    keras.backend.clear_session()
    gc.collect()
    return training


def keep_of(name: str, folder: Path, compute: ComputeConfig) -> Keep:
    """Return where the training of a member is kept while it goes on."""
    from sextet.training.keep import Keep

    return Keep(
        checkpoints=folder / checkpoints_of(name) if compute.checkpoint_minutes else None,
        log=folder / log_of(name),
        minutes=compute.checkpoint_minutes,
        board=Path(compute.tensorboard) / name if compute.tensorboard else None,
    )
