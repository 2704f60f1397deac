"""What is found of a cluster, and what is refused, without one."""

from __future__ import annotations

import subprocess
import sys

import pytest

from sextet.cluster.needs import MOST_ON_A_CARD, cores_each, gpu_share, member_needs, task_memory
from sextet.cluster.session import Cluster, Node, own_versions, ray_module, refuse_other, session
from sextet.core.errors import ConfigError, DependencyError
from sextet.core.progress import Silent
from sextet.core.window import WindowShape
from sextet.planner.layout import PROCESS_BYTES, Budget
from sextet.specs.defaults import resolved
from sextet.specs.presets import parse_members
from sextet.specs.situation import Situation

SHAPE = WindowShape(
    lookback=480, horizon=96, past_channels=6, future_channels=4, static_features=0, levels=tuple(range(1, 14))
)
SPECS = {
    spec.name: resolved(spec, Situation(horizon=96, season=24, length=12_000, rows=80_000))
    for spec in parse_members("v6")
}
BUDGET = Budget(epochs=8, steps=100, batch=256, data=50 * 2**20)
GIB = 2**30


def _cluster(*nodes: tuple[float, float, float], card: tuple[str, int] = ("Tesla P40", 24 * GIB)) -> Cluster:
    """A cluster of (cores, GPUs, GiB) a node."""
    made = tuple(
        Node(
            id=str(number),
            host=f"pc{number}",
            versions=own_versions(),
            cpus=cpus,
            gpus=gpus,
            memory=memory * GIB,
            cards=(card,) * int(gpus),
        )
        for number, (cpus, gpus, memory) in enumerate(nodes)
    )
    return Cluster(nodes=made, here="0", versions=own_versions())


def test_three_pcs_with_a_p40_each_train_two_members_a_card() -> None:
    cluster = _cluster((8, 1, 16), (8, 1, 16), (8, 1, 16))
    assert cluster.title == "3 nodes with 24 cores, 3 GPUs"
    needs = member_needs(SPECS["lstm"], SHAPE, BUDGET, cluster, 5)
    assert needs.gpus == 1 / MOST_ON_A_CARD and needs.options["num_gpus"] == 0.5
    assert "num_gpus" not in member_needs(SPECS["rule-based"], SHAPE, BUDGET, cluster, 5).options


@pytest.mark.parametrize(("members", "memory", "share"), [(3, 24, 1.0), (5, 24, 0.5), (5, 1, 1.0)])
def test_a_share_is_what_a_member_has_room_in(members: int, memory: int, share: float) -> None:
    cluster = _cluster((8, 1, 16), (8, 1, 16), (8, 1, 16), card=("a card", memory * GIB))
    assert gpu_share(SPECS["patchtst"], SHAPE, BUDGET, cluster, members) == share


def test_cores_are_divided_as_far_as_a_node_has_them() -> None:
    assert cores_each(_cluster((4, 0, 8), (4, 0, 8)), 2) == 4
    assert cores_each(_cluster((4, 0, 8), (4, 0, 8)), 1) == 4  # a task is on one node
    assert cores_each(_cluster((4, 0, 8), (4, 0, 8)), 5) == 1
    assert cores_each(_cluster((2, 0, 8)), 5) == 1


def test_no_task_asks_for_more_memory_than_a_node_has() -> None:
    assert task_memory(50 * 2**20, _cluster((4, 0, 8))) == PROCESS_BYTES + 150 * 2**20
    assert task_memory(50 * GIB, _cluster((4, 0, 8), (4, 0, 2))) == 8 * GIB


def test_a_node_with_another_version_is_refused_with_both() -> None:
    mine = own_versions()
    refuse_other(mine, mine, "pc1")
    with pytest.raises(DependencyError) as raised:
        refuse_other(mine, {**mine, "sextet": "0.0.9", "python": "3.9"}, "pc1")
    text = str(raised.value)
    assert "pc1 has python 3.9, sextet 0.0.9" in text and f"this machine has python {mine['python']}" in text
    assert "pip install" in text


def test_a_client_from_outside_is_refused() -> None:
    pytest.importorskip("ray", reason="the extra ray is not installed")
    with pytest.raises(ConfigError, match="on a machine of the cluster"), session("ray://pc1:10001", Silent()):
        pass


@pytest.mark.parametrize("address", ["127.0.0.1:1", "127.0.0.1:port"])
def test_an_address_where_nothing_answers_is_refused_at_once(address: str) -> None:
    pytest.importorskip("ray", reason="the extra ray is not installed")
    with pytest.raises(ConfigError, match="ray start --head"), session(address, Silent()):
        pass


def test_without_ray_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(DependencyError, match=r"install .\.\[ray\]"):
        ray_module()


def test_ray_is_loaded_only_where_it_is_asked_for() -> None:
    program = "import sys, sextet.cluster.hands, sextet.cluster.folds, sextet.app.hiring; print('ray' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
