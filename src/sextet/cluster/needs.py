"""What a task asks of a cluster: cores, memory, and a share of a GPU."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from sextet.cluster.session import Cluster
from sextet.core.window import WindowShape
from sextet.planner.layout import PROCESS_BYTES, Budget
from sextet.planner.memory import USABLE, memory_parts
from sextet.planner.timing.device import Software
from sextet.planner.work import compiles, member_work
from sextet.specs.custom import CustomSpec
from sextet.specs.presets import MemberSpec
from sextet.specs.rule_based import RuleBasedSpec

MOST_ON_A_CARD = 2
"""Members that share a GPU at most: their steps wait for the host more than for the card, but not endlessly so."""

SPARE = 1.5
"""How much more of a card's memory a member is given than the best guess of its peak."""

COPIES = 3
"""How often a task holds the data while it prepares its windows."""


@dataclass(frozen=True, kw_only=True)
class Needs:
    """What a task asks for.

    Attributes:
        cpus: cores.
        memory: bytes of main memory.
        gpus: share of a GPU, or whole ones; 0 for none.
    """

    cpus: int
    memory: int
    gpus: float = 0.0

    @property
    def options(self) -> dict[str, Any]:
        """As Ray's options."""
        found: dict[str, Any] = {"num_cpus": self.cpus, "memory": self.memory}
        return {**found, "num_gpus": self.gpus} if self.gpus else found


def member_needs(spec: MemberSpec, shape: WindowShape, budget: Budget, cluster: Cluster, members: int) -> Needs:
    """Return what training a member asks for, where `members` networks are trained on the cluster at once.

    Without GPUs the cores are divided among the members, as far as one node has them.
    """
    memory = task_memory(budget.data, cluster)
    if isinstance(spec, RuleBasedSpec):
        return Needs(cpus=1, memory=memory)
    if not cluster.gpus:
        return Needs(cpus=cores_each(cluster, members), memory=memory)
    return Needs(cpus=1, memory=memory, gpus=gpu_share(spec, shape, budget, cluster, members))


def task_memory(data: int, cluster: Cluster) -> int:
    """Return the bytes of main memory that a task asks for; never more than the largest node has."""
    most = max((node.memory for node in cluster.nodes), default=0.0)
    return int(min(PROCESS_BYTES + COPIES * data, most))


def cores_each(cluster: Cluster, tasks: int) -> int:
    """Return the cores of each of so many tasks: the cluster's divided by them, at most a node's, at least one."""
    largest = max((node.cpus for node in cluster.nodes), default=1.0)
    return max(min(int(cluster.cpus // max(tasks, 1)), int(largest)), 1)


def gpu_share(spec: MemberSpec, shape: WindowShape, budget: Budget, cluster: Cluster, members: int) -> float:
    """Return the share of a GPU for a member: a whole one where there are enough, else as little as it has room in."""
    waiting = math.ceil(members / cluster.gpus)
    room = min((memory for node in cluster.nodes for _, memory in node.cards if memory), default=None)
    if waiting < 2 or room is None or isinstance(spec, CustomSpec):
        return 1.0
    work = member_work(spec, shape, budget.batch, compiled=compiles(spec))
    needed = SPARE * memory_parts(work, Software(), budget.precision).total
    return 1.0 / max(min(int(USABLE * room // needed), waiting, MOST_ON_A_CARD), 1)
