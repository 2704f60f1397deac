"""Who trains the members: this process, several beside it, or a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from sextet.core.progress import Progress
from sextet.hardware.host import ThisHost
from sextet.hardware.site import Site, survey

if TYPE_CHECKING:
    from sextet.backtesting.run import Pool
    from sextet.ensemble.recruiting import Hands
    from sextet.tuning.search import Hire


@contextmanager
def hired(device: str, ray: str | None, progress: Progress, gpus: int | None = None) -> Iterator[Hands]:
    """Yield who trains the members, for as long as it lasts.

    Args:
        device: "auto", "cpu" or "gpu".
        ray: address of a Ray cluster, or None.
        progress: told what is found.
        gpus: how many were asked for; that there are fewer on this machine is told.

    Raises:
        ConfigError: no cluster answers there.
        DependencyError: Ray is not installed, or a node has other versions.
    """
    if ray is not None:
        from sextet.cluster.hands import OnRay
        from sextet.cluster.session import session

        with session(ray, progress) as cluster:
            yield OnRay(cluster)
        return
    from sextet.ensemble.placing import Placed

    yield Placed(_site(device, progress, gpus))


def _site(device: str, progress: Progress, gpus: int | None) -> Site:
    """Return this machine; that it has fewer GPUs than were asked for is told."""
    site = survey(ThisHost(), device)
    if told := site.shortage(gpus):
        progress.note(told)
    return site


def pool_of(hands: Hands) -> Pool | None:
    """Return who does folds at once, where `hands` are those of a cluster."""
    from sextet.ensemble.placing import Placed

    if isinstance(hands, Placed):
        return None
    from sextet.cluster.folds import FoldsOnRay
    from sextet.cluster.hands import OnRay

    return FoldsOnRay(hands.cluster) if isinstance(hands, OnRay) else None


@contextmanager
def hiring(device: str, ray: str | None, progress: Progress, gpus: int | None = None) -> Iterator[Hire | None]:
    """Yield how those are hired who run trials, for as long as it lasts; None for processes of this machine.

    Arguments are as of `hired`.

    Raises:
        ConfigError: no cluster answers at the address `ray`.
        DependencyError: Ray is not installed, or a node has other versions.
    """
    if ray is None:
        _site(device, progress, gpus)
        yield None
        return
    from sextet.cluster.session import session
    from sextet.cluster.trials import OnRay

    with session(ray, progress) as cluster:
        yield partial(OnRay, cluster)
