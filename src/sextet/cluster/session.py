"""A Ray cluster while it is used: connected to, its nodes checked, and left again.

The command runs on one of the cluster's machines: what comes back is written there, since nodes share no disk.
"""

from __future__ import annotations

import contextlib
import os
import platform
import socket
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import sextet
from sextet.core.errors import ConfigError, DependencyError, HardwareError, installing
from sextet.core.progress import Progress
from sextet.hardware.site import Accelerator, Site

LOCAL = "local"
PACKAGES = ("tensorflow", "keras", "numpy", "ray")
PATIENCE = 60.0
"""Seconds that a node has to say what is installed on it."""

REACH_SECONDS = 5.0
"""Seconds that the head of a cluster has to be reached."""

Versions = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Node:
    """A machine of a cluster.

    Attributes:
        id: Ray's.
        host: its name.
        versions: what is installed, by package, and Python's.
        cpus, gpus: what Ray counts there.
        memory: bytes that Ray hands out there.
        cards: (name, bytes of memory) of its GPUs, as NVML says.
    """

    id: str
    host: str
    versions: Versions
    cpus: float
    gpus: float
    memory: float
    cards: tuple[tuple[str, int | None], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """What was found.

    Attributes:
        nodes: the machines there are now; more may join.
        here: id of the node that this process runs on.
        versions: what every node must have.
    """

    nodes: tuple[Node, ...]
    here: str
    versions: Versions

    @property
    def cpus(self) -> float:
        """Cores of all nodes."""
        return sum(node.cpus for node in self.nodes)

    @property
    def gpus(self) -> float:
        """GPUs of all nodes."""
        return sum(node.gpus for node in self.nodes)

    @property
    def site(self) -> Site:
        """The cluster as one machine, for what is asked of each kind of card."""
        names = [
            Accelerator(name=name, visible="", memory=memory) for node in self.nodes for name, memory in node.cards
        ]
        return Site(accelerators=tuple(names) if self.gpus else (), cores=max(int(self.cpus), 1))

    @property
    def title(self) -> str:
        """How messages call it."""
        count = len(self.nodes)
        gpus = f", {self.gpus:g} GPUs" if self.gpus else ""
        return f"{count} node{'s' if count > 1 else ''} with {self.cpus:g} cores{gpus}"


def ray_module() -> Any:
    """Return the module Ray.

    Raises:
        DependencyError: it is not installed.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    # Ray would otherwise hide every GPU by an empty variable from tasks that ask for none, and warn that it will not
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
    except ImportError as error:
        raise without_ray(str(error)) from error
    return ray


def without_ray(reason: str) -> DependencyError:
    """Return the error that says that Ray is not installed, and how it is."""
    return DependencyError(f"--ray needs Ray ({reason}). Install it with: {installing('ray')}.")


@contextlib.contextmanager
def session(address: str, progress: Progress) -> Iterator[Cluster]:
    """Connect to the cluster at `address`, and let it go at the end; one that was connected already stays so.

    Args:
        address: "local" begins a cluster of this machine alone; "auto" or HOST:PORT is one that runs.
        progress: told what was found.

    Raises:
        ConfigError: no cluster answers there.
        DependencyError: Ray is missing, or a node has other versions.
        HardwareError: a node does not answer.
    """
    ray = ray_module()
    begun = not ray.is_initialized()
    if begun:
        _connect(ray, address)
    try:
        cluster = look(ray)
        progress.note(f"Ray: {cluster.title}. What is done there comes back to this machine.")
        yield cluster
    finally:
        if begun:
            ray.shutdown()


def fetched(ref: Any) -> Any:
    """Return what a call of an actor gives, from within a task.

    It waits in a thread: a task that waits in its main thread lends its cores to another task, and both then train on
    the cores of one.
    """
    found: list[Any] = []

    def wait() -> None:
        try:
            found.append(ray_module().get(ref))
        except Exception as error:  # raised below, in the thread that asked
            found.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    thread.join()
    if isinstance(found[0], Exception):
        raise found[0]
    return found[0]


def look(ray: Any, nodes: Sequence[str] | None = None) -> Cluster:
    """Ask every node what it has.

    Raises:
        DependencyError: a node has other versions than this process.
        HardwareError: a node does not answer.
    """
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy as On

    alive = [node for node in ray.nodes() if node["Alive"] and (nodes is None or node["NodeID"] in nodes)]
    ask = ray.remote(num_cpus=0, max_retries=0)(_asked())
    answers = [ask.options(scheduling_strategy=On(node["NodeID"], soft=False)).remote(PACKAGES) for node in alive]
    expected = own_versions()
    found = []
    for node, answer in zip(alive, answers, strict=True):
        host = str(node["NodeManagerHostname"])
        try:
            told = ray.get(answer, timeout=PATIENCE)
        except Exception as error:  # Ray has many
            raise HardwareError(
                f"The node {host} does not answer ({type(error).__name__}). Take it out of the cluster (ray stop, on "
                "it), or start it anew (ray stop, then ray start --address=...), and run again."
            ) from error
        refuse_other(expected, told["versions"], host)
        share = node["Resources"]
        found.append(
            Node(
                id=node["NodeID"],
                host=host,
                versions=told["versions"],
                cpus=float(share.get("CPU", 0)),
                gpus=float(share.get("GPU", 0)),
                memory=float(share.get("memory", 0)),
                cards=tuple(tuple(card) for card in told["cards"]),
            )
        )
    return Cluster(nodes=tuple(found), here=ray.get_runtime_context().get_node_id(), versions=expected)


def own_versions() -> Versions:
    """Return the versions of this process: Python's to the minor one, sextet's, and of `PACKAGES`."""
    found = {"python": ".".join(platform.python_version_tuple()[:2]), "sextet": sextet.__version__}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "none"
    return found


def refuse_other(expected: Versions, found: Versions, host: str) -> None:
    """Refuse a node whose versions are not those expected: results would not be those of one machine.

    Raises:
        DependencyError: one differs; all that do are named.
    """
    other = [name for name in expected if found.get(name) != expected[name]]
    if other:
        there = ", ".join(f"{name} {found.get(name, 'none')}" for name in other)
        here = ", ".join(f"{name} {expected[name]}" for name in other)
        raise DependencyError(
            f"The node {host} has {there}; this machine has {here}. All nodes need the same: install there what is "
            f"installed here, {installing('ray')}, and start it anew."
        )


def _connect(ray: Any, address: str) -> None:
    if address.startswith("ray://"):
        raise ConfigError(
            f"--ray {address}: run the command on a machine of the cluster and give auto or HOST:6379; a client from "
            "outside has no place that results could come back to."
        )
    if address.count(":") == 1:
        _refuse_silent(address)
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR", "namespace": "sextet"}
    try:
        if address == LOCAL:
            ray.init(address=LOCAL, include_dashboard=False, **quiet)
        else:
            ray.init(address=address, **quiet)
    except ConnectionError as error:
        raise ConfigError(
            f"--ray {address}: no Ray cluster answers there ({_short(error)}). Start one with `ray start --head` on "
            "one machine and `ray start --address=HOST:6379` on the others, or give --ray local."
        ) from error
    except (RuntimeError, ValueError) as error:
        kind = DependencyError if "ersion mismatch" in str(error) else ConfigError
        raise kind(f"--ray {address}: {_short(error)}") from error


def _refuse_silent(address: str) -> None:
    """Refuse an address where nothing listens at once: Ray itself would wait for minutes.

    Raises:
        ConfigError: nothing does, or it is no address.
    """
    host, _, port = address.partition(":")
    try:
        socket.create_connection((host, int(port)), timeout=REACH_SECONDS).close()
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"--ray {address}: nothing answers there ({error}). Start a cluster with `ray start --head` on one machine "
            "and `ray start --address=HOST:6379` on the others, or give --ray local."
        ) from error


def _asked() -> Any:
    """Return a function that Ray sends whole, so that it also runs on a node without sextet."""

    def ask(packages: tuple[str, ...]) -> dict[str, Any]:
        import platform
        from importlib.metadata import PackageNotFoundError, version

        versions = {"python": ".".join(platform.python_version_tuple()[:2]), "sextet": "none"}
        cards = []
        try:
            import sextet
            from sextet.hardware.nvml import read

            versions["sextet"] = sextet.__version__
            cards = [(gpu.name, gpu.memory_total) for gpu in read().gpus if not gpu.lost]
        except ImportError:
            pass
        for name in packages:
            try:
                versions[name] = version(name)
            except PackageNotFoundError:
                versions[name] = "none"
        return {"versions": versions, "cards": cards}

    return ask


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]
