"""The public facade; what it does on several devices is tested in tests/multi_device."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from sextet import devices
from sextet.core.errors import ConfigError
from sextet.hardware import visible
from sextet.hardware.capability import Capability

from .doctor.described import described


def test_detection_tells_of_cards_without_tensorflow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visible, "ThisHost", lambda: described("p40"))
    found = devices.detect()
    assert {gpu.name for gpu in found} == {"Tesla P40"}
    assert all(gpu.capability == Capability(6, 1) and gpu.memory_total and gpu.pcie_width for gpu in found)


def test_hidden_cards_are_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    host = described("p40")
    host.environ["CUDA_VISIBLE_DEVICES"] = ""
    monkeypatch.setattr(visible, "ThisHost", lambda: host)
    assert devices.detect() == ()


def test_batches_and_rates_grow_with_the_devices() -> None:
    three = SimpleNamespace(num_replicas_in_sync=3)
    assert devices.global_batch(32, three) == 96
    assert devices.learning_rate(1e-3, of=three) == 1e-3
    assert devices.learning_rate(1e-3, "linear", three) == pytest.approx(3e-3)
    assert devices.learning_rate(1e-3, "sqrt", three) == pytest.approx(1e-3 * 3**0.5)


@pytest.mark.parametrize("wrong", [0, -1, True, 2.5])
def test_a_batch_is_a_whole_number(wrong: object) -> None:
    with pytest.raises(ConfigError, match="at least one sample a device"):
        devices.global_batch(wrong)  # type: ignore[arg-type]


def test_what_is_asked_for_is_checked() -> None:
    pytest.importorskip("tensorflow", reason="training is not installed")
    with pytest.raises(ConfigError, match="communication"):
        devices.strategy(communication="ring")
    with pytest.raises(ConfigError, match="gpus"):
        devices.strategy(gpus=0)
    with pytest.raises(ConfigError, match="cpus"):
        devices.strategy(cpus=0)
    with pytest.raises(ConfigError, match="at least 64 MiB"):
        devices.limit_memory(3)


def test_a_machine_without_gpus_needs_no_strategy() -> None:
    pytest.importorskip("tensorflow", reason="training is not installed")
    import tensorflow as tf

    if tf.config.list_physical_devices("GPU"):
        pytest.skip("there are GPUs")
    assert devices.grow_memory() == 0
    assert devices.strategy() is tf.distribute.get_strategy()
    assert devices.global_batch(32) == 32
    assert devices.communication().way == ""
    assert devices.precision().policy == "float32"
