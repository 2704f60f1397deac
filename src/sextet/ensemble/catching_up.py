"""Trains the members of a crew on, on everything known by the first forecast; they are shipped so."""

from __future__ import annotations

import gc
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from sextet.core.progress import Progress
from sextet.core.window import WindowIndex
from sextet.data.windows import gather
from sextet.ensemble.ground import Ground
from sextet.ensemble.member_training import SAMPLE, member_file, write_rule_based
from sextet.rules.rule_based import RuleBasedModel
from sextet.runtime.crew import Crew, member_from


def caught_up(
    ground: Ground,
    crew: Crew,
    before: Path,
    folder: Path,
    progress: Progress,
    *,
    turn: int = 0,
    asked: WindowIndex | None = None,
) -> tuple[Crew, dict[str, float]]:
    """Train every network on from its weights in `before/members`, and write it under `folder/members`.

    The coefficients of the Rule-Based member, where it has any, are fitted anew. A member found in `folder` is taken as
    it is, unless that is `before`.

    Args:
        ground: whose split says what is known: everything before the test part.
        crew: the members as they are.
        before: folder of the members to start from.
        folder: folder of the members to come.
        progress: told how it goes.
        turn: how often the members were trained on before.
        asked: all windows that the members will forecast, where that is known; see `RuleBasedModel.refit`.

    Returns:
        The crew, and the seconds spent on each member.

    Raises:
        TrainingError: a member did not learn, or could not be exported.
    """
    members, seconds = dict(crew.members), {}
    index = ground.known_windows()
    for spec in ground.specs:
        path = folder / member_file(spec)
        start = time.perf_counter()
        if folder == before or not path.is_file():
            progress.stage(f"training {spec.name} on")
            member = members[spec.name]
            if isinstance(member, RuleBasedModel):
                write_rule_based(member.refit(ground.prepared, index, asked), path)
            else:
                _network(spec, ground, index, before / weights_file(spec), path, turn)
        members[spec.name] = member_from(path)
        seconds[spec.name] = time.perf_counter() - start
    return replace(crew, members=members), seconds


def weights_file(spec: Any) -> str:
    """Return the name of the file of a network's weights, relative to the folder."""
    return f"members/{spec.name}.weights.npz"


def _network(spec: Any, ground: Ground, index: Any, weights: Path, path: Path, turn: int) -> None:
    from sextet.members.backend import keras
    from sextet.training.catch_up import catch_up, read_weights, write_weights
    from sextet.training.export import export_onnx

    start = read_weights(weights)
    network = catch_up(spec, start, ground.prepared, index, ground.shape, ground.config, turn=turn)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_weights(network, path.with_name(f"{spec.name}.weights.npz"))
    # the graph comes last: where it is, the weights are
    export_onnx(network, path, gather(ground.prepared, index.take(slice(0, SAMPLE)), ground.shape))
    del network
    keras.backend.clear_session()
    gc.collect()
