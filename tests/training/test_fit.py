from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="training is not installed")

from sextet.core.errors import DataError, TrainingError
from sextet.core.progress import Silent, Tick
from sextet.core.window import WindowIndex
from sextet.data.windows import windows
from sextet.members.backend import keras
from sextet.specs.custom import CustomSpec
from sextet.specs.train_config import TrainConfig
from sextet.training.conditions import Conditions
from sextet.training.fit import fit_member, member_seed
from sextet.training.optimiser import optimizer

NONE = WindowIndex(series=np.zeros(0, dtype=np.int32), row=np.zeros(0, dtype=np.int64))


class Listener(Silent):
    """Records what it is told."""

    def __init__(self) -> None:
        self.ticks: list[Tick] = []
        self.done: list[tuple[str, float, float]] = []

    def tick(self, tick: Tick) -> None:
        self.ticks.append(tick)

    def member_done(self, member: str, seconds: float, select: float) -> None:
        self.done.append((member, seconds, select))


def fit(setting: Any, spec: Any = None, progress: Any = None, **changes: Any) -> Any:
    parts = {name: changes.pop(name, getattr(setting, name)) for name in ("train", "select")}
    config = replace(setting.config, **changes)
    return fit_member(
        spec or setting.spec,
        setting.prepared,
        parts["train"],
        parts["select"],
        setting.shape,
        config,
        Conditions(progress=progress or Silent()),
    )


def line(kernel: float) -> Any:
    """A user's point model whose first weights are known."""

    def build(shape: Any) -> Any:
        past = keras.Input((shape.lookback, 1), name="past")
        dense = keras.layers.Dense(shape.horizon, kernel_initializer=keras.initializers.Constant(kernel))
        return keras.Model(past, dense(keras.layers.Flatten()(past)))

    return build


def test_listener_hears_of_every_epoch_and_of_the_end(setting: Any) -> None:
    listener = Listener()
    member = fit(setting, progress=listener)
    ends = [tick for tick in listener.ticks if tick.select is not None and tick.step == tick.steps]
    assert [tick.epoch for tick in ends][-1] == 2
    assert {tick.member for tick in listener.ticks} == {"gru"}
    assert all(tick.epochs == 2 and tick.steps == 3 and tick.seconds_left >= 0 for tick in listener.ticks)
    assert ends[-1].seconds_left == 0
    assert listener.done == [("gru", member.seconds, member.select)]
    assert [row["epoch"] for row in member.history] == [1, 2]
    assert all(set(row) == {"epoch", "loss", "select", "seconds"} for row in member.history)


def test_the_first_epoch_tells_what_a_step_takes_without_compiling(setting: Any) -> None:
    member = fit(setting, steps=60)
    first, second = member.history
    assert "step_seconds" not in second
    assert 0 < first["step_seconds"] * 60 < first["seconds"]  # compiling and judging are left out


def test_too_few_steps_tell_nothing(setting: Any) -> None:
    assert "step_seconds" not in fit(setting, CustomSpec(name="line", build=line(0.1)), epochs=1, steps=12).history[0]
    assert "step_seconds" in fit(setting, CustomSpec(name="line", build=line(0.1)), epochs=1, steps=13).history[0]


def test_the_callers_random_streams_go_on_undisturbed(setting: Any) -> None:
    random.seed(1)
    np.random.seed(1)
    expected = (random.random(), np.random.random())  # noqa: S311
    random.seed(1)
    np.random.seed(1)
    fit(setting, CustomSpec(name="line", build=line(0.1)), epochs=1)
    assert (random.random(), np.random.random()) == expected  # noqa: S311


def test_another_seed_gives_another_model(setting: Any) -> None:
    spec = CustomSpec(name="line", build=line(0.1))
    first, second = fit(setting, spec, seed=1), fit(setting, spec, seed=2)
    assert first.history[0]["loss"] != second.history[0]["loss"]
    assert member_seed(1, "gru") != member_seed(1, "lstm")


def test_training_stops_when_select_no_longer_improves_and_keeps_the_best(setting: Any) -> None:
    # a learning rate that throws the weights about: the first epochs are the best
    member = fit(setting, CustomSpec(name="line", build=line(0.08)), epochs=30, patience=2, learning_rate=5.0, clip=0.0)
    assert len(member.history) == member.best_epoch + 2 < 30
    assert member.history[member.best_epoch - 1]["select"] == min(row["select"] for row in member.history)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_loss_that_is_no_number_is_told_plainly(setting: Any) -> None:
    with pytest.raises(TrainingError, match="line was not a number in epoch 1.*learning rate"):
        fit(setting, CustomSpec(name="line", build=line(np.nan)))


def test_divergence_later_on_keeps_the_best_epoch(setting: Any) -> None:
    def build(shape: Any) -> Any:
        network = line(0.08)(shape)
        epochs = iter(range(100))

        class Poison(keras.layers.Layer):  # type: ignore[misc]
            """Passes values through; from the third call in training on, none of them is a number."""

            def build(self, input_shape: Any) -> None:
                self.count = self.add_weight(shape=(), initializer="zeros", trainable=False, name="count")

            def call(self, inputs: Any, training: bool = False) -> Any:
                if training:
                    self.count.assign_add(1.0)
                    return inputs + keras.ops.where(self.count > 4.0, np.float32(np.nan), np.float32(0.0))
                return inputs

        assert next(epochs) == 0
        return keras.Model(network.input, Poison()(network.output))

    member = fit(setting, CustomSpec(name="poisoned", build=build), epochs=5)
    assert member.best_epoch == 1
    assert len(member.history) == 1
    assert "epoch 2" in member.notes[0]
    assert all(np.isfinite(weights).all() for weights in member.model.get_weights())


def test_an_interrupt_leaves_at_once(setting: Any) -> None:
    class Impatient(Silent):
        def tick(self, tick: Tick) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(setting, CustomSpec(name="line", build=line(0.1)), progress=Impatient(), epochs=100)


def test_parts_without_windows_are_refused(setting: Any) -> None:
    with pytest.raises(DataError, match="'train'"):
        fit(setting, train=NONE)
    with pytest.raises(DataError, match="'select'"):
        fit(setting, select=NONE)


def test_a_select_part_without_a_known_target_is_refused(setting: Any) -> None:
    blind = windows(setting.prepared.panel, np.array([52, 0]), np.array([58, 0]), 4)
    assert len(blind) == 3
    with pytest.raises(DataError, match="No target is known"):
        fit(setting, CustomSpec(name="line", build=line(0.1)), select=blind)


@pytest.mark.parametrize(("rounds", "trained"), [(1, 2), (2, 4), (9, 6)])
def test_another_round_is_trained_while_they_pay(
    setting: Any, monkeypatch: pytest.MonkeyPatch, rounds: int, trained: int
) -> None:
    from sextet.training import monitor

    losses = iter([0.9, 0.8, 0.85, 0.7, 0.75, 0.699])  # the third round brought too little
    monkeypatch.setattr(monitor, "mean_pinball", lambda *_: next(losses))
    listener = Listener()
    member = fit(setting, CustomSpec(name="line", build=line(0.1)), listener, rounds=rounds, patience=1)
    assert len(member.history) == trained == member.best_epoch
    ends = [tick for tick in listener.ticks if tick.judged]
    assert [(tick.epoch, tick.epochs) for tick in ends] == [(1, 2), (2, 2), (3, 4), (4, 4), (5, 6), (6, 6)][:trained]
    assert [tick.seconds_left == 0 for tick in ends] == [False, True] * (trained // 2)


def test_learning_rate_warms_up_and_cools_down() -> None:
    config = TrainConfig(epochs=10, steps=10, learning_rate=1e-2, warmup=1.0)
    rate = optimizer(config)._learning_rate
    values = [float(rate(step)) for step in range(101)]
    assert values[0] < 1e-3
    assert max(values) == pytest.approx(1e-2)
    assert values.index(max(values)) == 10
    assert values[100] == pytest.approx(2e-4)
    flat = optimizer(replace(config, warmup=0.0))._learning_rate
    assert float(flat(0)) == pytest.approx(1e-2)


def test_time_left_does_not_count_the_compilation(setting: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from sextet.training import monitor

    class Clock:
        """Ten minutes for the first step, one second for each after it."""

        now = 0.0

        def perf_counter(self) -> float:
            return self.now

    clock, listener = Clock(), Listener()
    monkeypatch.setattr(monitor, "time", clock)
    config = TrainConfig(epochs=4, steps=10)
    watch = monitor.Monitor("gru", setting.prepared, setting.select, setting.shape, config, listener, lambda: None)
    watch.on_epoch_begin(0)
    for step in range(5):
        clock.now += 600.0 if step == 0 else 1.0
        watch.on_train_batch_end(step, {"loss": 1.0})
    assert [tick.step for tick in listener.ticks] == [2, 3, 4, 5]
    assert [tick.seconds_left for tick in listener.ticks] == [38.0, 37.0, 36.0, 35.0]
