"""Which strategy and which operation; training on several devices is tested in tests/multi_device."""

from __future__ import annotations

import pytest

pytest.importorskip("tensorflow", reason="training is not installed")

from sextet.core.errors import ConfigError, HardwareError
from sextet.hardware.capability import Capability
from sextet.hardware.gpu import Gpu
from sextet.members.backend import tf
from sextet.specs.compute_config import ComputeConfig
from sextet.training.devices import logical, policy, station, strategy

P40 = [
    Gpu(index=place, name="Tesla P40", capability=Capability(6, 1), links=((1 - place, "none"),)) for place in (0, 1)
]


def test_no_gpu_takes_the_default() -> None:
    assert strategy.names() == ()
    assert strategy.strategy() is strategy.strategy(gpus=2) is tf.distribute.get_strategy()
    assert strategy.strategy(cpus=1).num_replicas_in_sync == 1
    here = station.station(ComputeConfig())
    assert here.plain and not here.on_gpu and here.compiled() is False


@pytest.mark.parametrize(
    ("way", "kind"),
    [
        ("nccl", tf.distribute.NcclAllReduce),
        ("hierarchical", tf.distribute.HierarchicalCopyAllReduce),
        ("one", tf.distribute.ReductionToOneDevice),
    ],
)
def test_what_is_asked_for_goes_before_what_is_found(way: str, kind: type) -> None:
    assert isinstance(strategy.operation(("GPU:0", "GPU:1"), way), kind)


def test_the_links_decide_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strategy, "visible_gpus", lambda: tuple(P40))
    assert isinstance(strategy.operation(("GPU:0", "GPU:1"), "auto"), tf.distribute.HierarchicalCopyAllReduce)
    assert "main memory" in strategy.chosen(("GPU:0", "GPU:1"), "auto").reason
    assert strategy.chosen(("CPU:0", "CPU:1"), "auto").way == "one"


def test_nccl_without_gpus_is_refused() -> None:
    with pytest.raises(HardwareError, match="NCCL needs GPUs"):
        strategy.chosen(("CPU:0", "CPU:1"), "nccl")


def test_it_is_too_late_to_divide_a_cpu_in_use() -> None:
    tf.constant(1.0) + 1.0
    with pytest.raises(HardwareError, match="into 3 logical devices. Do it first"):
        strategy.strategy(cpus=3)


def test_a_wrong_number_of_stand_ins_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in ("one", "1", "-2"):
        monkeypatch.setenv(logical.VARIABLE, wrong)
        with pytest.raises(ConfigError, match="SEXTET_LOGICAL_CPUS as a number from 2"):
            logical.stand_ins()
    monkeypatch.delenv(logical.VARIABLE)
    assert logical.stand_ins() == ()


def test_precision_follows_the_visible_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    assert policy.precision().policy == "float32"
    assert policy.precision("mixed_float16").policy == "mixed_float16"
    monkeypatch.setattr(policy, "visible_gpus", lambda: tuple(P40))
    assert "Tesla P40" in policy.precision().reason
