"""Memory of GPUs, with TensorFlow's configuration played by a record of what it was asked."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("tensorflow", reason="training is not installed")

from sextet.core.errors import HardwareError
from sextet.training.devices import memory


class Config:
    """`tf.config` of a machine with two GPUs; too late for changes once it is `used`."""

    LogicalDeviceConfiguration = SimpleNamespace

    def __init__(self) -> None:
        self.growth = {"GPU:0": False, "GPU:1": False}
        self.logical: dict[str, Any] = {}
        self.used = False
        self.experimental = SimpleNamespace(get_memory_growth=self.growth.get, set_memory_growth=self._grow)

    def get_visible_devices(self, kind: str) -> list[str]:
        assert kind == "GPU"
        return list(self.growth)

    def get_logical_device_configuration(self, device: str) -> Any:
        return self.logical.get(device)

    def set_logical_device_configuration(self, device: str, parts: Any) -> None:
        self._change()
        self.logical[device] = parts

    def _grow(self, device: str, on: bool) -> None:
        self._change()
        self.growth[device] = on

    def _change(self) -> None:
        if self.used:
            raise RuntimeError("Physical devices cannot be modified after being initialized")


@pytest.fixture
def config(monkeypatch: pytest.MonkeyPatch) -> Config:
    made = Config()
    monkeypatch.setattr(memory, "tf", SimpleNamespace(config=made))
    return made


def test_memory_grows_on_every_gpu(config: Config) -> None:
    assert memory.grow_memory() == 2
    assert config.growth == {"GPU:0": True, "GPU:1": True}
    config.used = True
    assert memory.grow_memory() == 2  # it does already


def test_too_late_to_grow(config: Config) -> None:
    config.used = True
    with pytest.raises(HardwareError, match="TF_FORCE_GPU_ALLOW_GROWTH=true"):
        memory.grow_memory()


def test_a_limit_holds_for_every_gpu_and_stands(config: Config) -> None:
    assert memory.limit_memory(2048) == 2
    assert [parts[0].memory_limit for parts in config.logical.values()] == [2048, 2048]
    config.used = True
    assert memory.limit_memory(2048) == 2
    assert memory.grow_memory() == 2
    with pytest.raises(HardwareError, match="limited to 1024 MiB"):
        memory.limit_memory(1024)


def test_without_gpus_there_is_nothing_to_do() -> None:
    assert memory.grow_memory() == memory.limit_memory(512) == 0
