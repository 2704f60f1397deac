"""Trains the members of a run as tasks of a Ray cluster; their files come back to the folder of the run.

A task whose node is lost is begun again on another one, from the last checkpoint that was mirrored to this machine.
Tasks wait until a node has what they ask for, so that one which joins later is used.
"""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sextet.cluster.needs import Needs, member_needs
from sextet.cluster.post import Files, Mirror, post_office, put_files, read_files
from sextet.cluster.session import Cluster, Versions, fetched, own_versions, ray_module, refuse_other
from sextet.core.errors import ResourceError
from sextet.core.progress import Progress
from sextet.ensemble.apart import check_sendable, portable
from sextet.ensemble.ground import Ground
from sextet.ensemble.member_training import (
    Training,
    checkpoints_of,
    log_of,
    member_file,
    record_file,
    recorded,
    train_member,
)
from sextet.ensemble.placing import budget_of
from sextet.ensemble.relay import Relay, tell
from sextet.specs.presets import MemberSpec
from sextet.specs.rule_based import RuleBasedSpec

RETRIES = 4
"""How often a task is begun again after its node or process was lost."""

LOOK_SECONDS = 0.3
"""How often the driver looks for what was told."""

Outcome = tuple[Any, Files] | Exception
"""What a task gives back: a value and files, or the error that it ended with."""


class OnRay:
    """A Ray cluster.

    Attributes:
        cluster: which.
    """

    def __init__(self, cluster: Cluster) -> None:
        """Train on `cluster`."""
        self.cluster = cluster

    def train(self, ground: Ground, folder: Path, progress: Progress) -> dict[str, Training]:
        """Train the members of `ground.specs` at once, as far as nodes have room, and write them under `folder`.

        Raises:
            ConfigError: a member cannot be sent to another machine.
            ResourceError: a task was lost again and again; what others finished is kept.
            SextetError: a member cannot be trained; it is named.
        """
        known = {spec.name: recorded(folder / member_file(spec), folder / record_file(spec)) for spec in ground.specs}
        trained = {name: training for name, training in known.items() if training}
        todo = [spec for spec in ground.specs if spec.name not in trained]
        check_sendable(todo)
        budget = budget_of(ground, self.cluster.site)
        networks = sum(not isinstance(spec, RuleBasedSpec) for spec in todo)
        needs = {spec.name: member_needs(spec, ground.shape, budget, self.cluster, networks) for spec in todo}
        post = post_office(self.cluster)
        data = ray_module().put(ground)
        # networks first: the member without one takes a core for seconds
        ordered = sorted(todo, key=lambda spec: isinstance(spec, RuleBasedSpec))
        tasks = {
            spec.name: submitted(train_there, needs[spec.name], spec, data, post, str(folder), self.cluster.versions)
            for spec in ordered
        }

        def take(name: str, training: Training) -> None:
            trained[name] = training
            shutil.rmtree(folder / checkpoints_of(name), ignore_errors=True)

        gather_tasks(tasks, post, progress, folder, take)
        return {spec.name: trained[spec.name] for spec in ground.specs}


def submitted(task: Callable[..., Outcome], needs: Needs, *arguments: Any) -> Any:
    """Hand a task to the cluster; one with a GPU gets a process of its own, since TensorFlow never gives one back."""
    options: dict[str, Any] = {"max_retries": RETRIES, "scheduling_strategy": "SPREAD", **needs.options}
    if needs.gpus:
        options["max_calls"] = 1
    return ray_module().remote(**options)(task).remote(*arguments)


def gather_tasks(
    tasks: dict[str, Any], post: Any, progress: Progress, folder: Path, take: Callable[[str, Any], None]
) -> None:
    """Wait for tasks; pass on what is told meanwhile, write their files to `folder`, and `take` their values.

    Raises:
        ResourceError: a task was lost again and again.
        SextetError: a task ended so.
    """
    ray = ray_module()
    names = {ref: name for name, ref in tasks.items()}
    try:
        while names:
            done, _ = ray.wait(list(names), num_returns=1, timeout=LOOK_SECONDS)
            hear(post, progress)
            for ref in done:
                name = names.pop(ref)
                value, files = brought(ref, name)
                put_files(folder, files)
                take(name, value)
        hear(post, progress)
    finally:
        for ref in names:
            ray.cancel(ref, force=True)
        ray.kill(post)


def brought(ref: Any, name: str) -> tuple[Any, Files]:
    """Return what a task gave back.

    Raises:
        ResourceError: its node or process was lost again and again.
        SextetError: it ended so.
    """
    ray = ray_module()
    try:
        outcome: Outcome = ray.get(ref)
    except ray.exceptions.RayError as error:
        raise ResourceError(
            f"What trained {name} was lost {RETRIES + 1} times ({type(error).__name__}): a node fails, or has too "
            "little memory. What was finished is kept. `ray status` shows the nodes; lower --batch where memory is it."
        ) from error
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def hear(post: Any, progress: Progress) -> None:
    """Pass on what was told."""
    for told in ray_module().get(post.drain.remote()):
        tell(progress, told)


def ready(expected: Versions) -> str:
    """Make the process of a task ready, and return the name of its machine.

    Raises:
        DependencyError: this node has other versions than the driver.
    """
    host = socket.gethostname()
    refuse_other(expected, own_versions(), host)
    threads = os.environ.get("OMP_NUM_THREADS", "1")  # Ray sets it to the cores of the task
    for name in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
        os.environ[name] = threads
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")  # tasks may share a card
    return host


def train_there(spec: MemberSpec, ground: Ground, post: Any, target: str, expected: Versions) -> Outcome:
    """Train a member on the node this runs on; begun again after a loss, from its mirrored checkpoint."""
    folder = Path(tempfile.mkdtemp(prefix="sextet-member-"))
    try:
        host, place = ready(expected), checkpoints_of(spec.name)
        kept = (f"{place}/*.checkpoint", log_of(spec.name))
        put_files(folder, fetched(post.begin.remote(spec.name, host, target, kept)))
        with Mirror(post, folder, place, target):
            training = train_member(spec, ground, folder, Relay(post.tell.remote))
        return training, read_files(folder, files_of(spec))
    except Exception as error:
        return portable(error, spec.name)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def files_of(spec: MemberSpec) -> tuple[str, ...]:
    """Return globs for what a trained member consists of, its record last."""
    return f"members/{spec.name}.*", log_of(spec.name)
