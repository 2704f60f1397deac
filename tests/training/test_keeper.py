"""A training that was stopped goes on from a checkpoint as if nothing had happened, to the last bit."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="training is not installed")

from sextet.core.progress import Silent
from sextet.members.backend import tf
from sextet.training import keeper, monitor
from sextet.training.checkpoint import Checkpoint, Checkpoints
from sextet.training.conditions import Conditions
from sextet.training.diary import entries
from sextet.training.fit import FittedMember, fit_member
from sextet.training.keep import Keep

EPOCHS, STEPS, ROUNDS = 2, 3, 2


class PowerCut(Exception):  # noqa: N818
    """Ends a training."""


class Listener(Silent):
    """Hears notes and how much time is left."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


def fit(setting: Any, keep: Keep | None = None, listener: Silent | None = None) -> FittedMember:
    """Train a network with dropout and averaged weights, so that all that is random or remembered counts."""
    config = replace(setting.config, epochs=EPOCHS, steps=STEPS, rounds=ROUNDS, ema=0.9)
    spec = replace(setting.spec, dropout=0.3)
    parts = (setting.prepared, setting.train, setting.select, setting.shape)
    return fit_member(spec, *parts, config, Conditions(progress=listener or Silent(), keep=keep))


def keep_in(folder: Path) -> Keep:
    """Checkpoints after every step."""
    return Keep(checkpoints=folder / "kept", log=folder / "log.jsonl", board=folder / "board", minutes=1e-9)


def cut_after(setting: Any, folder: Path, checkpoints: int, monkeypatch: pytest.MonkeyPatch) -> Keep:
    """Train until so many checkpoints are written, and no further."""
    keep, save, written = keep_in(folder), Checkpoints.save, iter(range(checkpoints))
    with monkeypatch.context() as patch, pytest.raises(PowerCut):

        def saving(store: Checkpoints, checkpoint: Checkpoint) -> Path:
            if next(written, None) is None:
                raise PowerCut
            return save(store, checkpoint)

        patch.setattr(Checkpoints, "save", saving)
        fit(setting, keep)
    return keep


@pytest.fixture(scope="module", autouse=True)
def every_round() -> Iterator[None]:
    """Have every round followed by another: so few steps need not pay."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(monitor, "pays", lambda *_: True)
        yield


@pytest.fixture(scope="module")
def undisturbed(setting: Any, every_round: None) -> FittedMember:
    return fit(setting)


def assert_same(one: FittedMember, other: FittedMember) -> None:
    for first, second in zip(one.model.get_weights(), other.model.get_weights(), strict=True):
        np.testing.assert_array_equal(first, second)
    told = [[(row["epoch"], row["loss"], row["select"]) for row in member.history] for member in (one, other)]
    assert told[0] == told[1]
    assert (one.best_epoch, one.select, one.notes) == (other.best_epoch, other.select, other.notes)


# every step but an epoch's last is followed by a checkpoint, and so is an epoch's begin: 1, 2, (3 =) 0, 1, 2, ...
# The last falls into the second round.
@pytest.mark.parametrize(("checkpoints", "epoch", "step"), [(2, 0, 2), (3, 1, 0), (7, 2, 1)])
def test_it_goes_on_to_the_last_bit(
    setting: Any,
    undisturbed: FittedMember,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    checkpoints: int,
    epoch: int,
    step: int,
) -> None:
    keep = cut_after(setting, tmp_path, checkpoints, monkeypatch)
    found = Checkpoints(tmp_path / "kept").latest()
    assert found is not None and (found.epoch, found.step) == (epoch, step)
    resumed = fit(setting, keep)
    assert_same(resumed, undisturbed)
    log = entries(keep.log)
    assert [row["epoch"] for row in log] == [1, 2, 3, 4]
    assert [(row["loss"], row["select"]) for row in log] == [(r["loss"], r["select"]) for r in undisturbed.history]
    assert [row["step"] for row in log] == [3, 6, 9, 12] and {row["member"] for row in log} == {"gru"}
    assert all(row["learning_rate"] > 0 and row["examples_per_second"] > 0 for row in log)
    assert shown(tmp_path / "board", "select") == [(row["epoch"], np.float32(row["select"])) for row in log]


def interrupted_at(setting: Any, keep: Keep | None, epoch: int, step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Train until so far, where Ctrl-C is pressed."""
    after_step = monitor.Monitor.on_train_batch_end

    def pressing(self: monitor.Monitor, batch: int, logs: Any = None) -> None:
        after_step(self, batch, logs)
        if (self.epoch, batch) == (epoch, step):
            os.kill(os.getpid(), signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell in the background has ignored
    try:
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(monitor.Monitor, "on_train_batch_end", pressing)
            fit(setting, keep)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT, which Windows has not")
@pytest.mark.parametrize(("step", "kept"), [(0, (1, 1)), (STEPS - 1, (2, 0))])
def test_what_was_trained_is_kept_where_ctrl_c_is_pressed(
    setting: Any,
    undisturbed: FittedMember,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: int,
    kept: tuple[int, int],
) -> None:
    monkeypatch.setattr(keeper, "WORTH", 0.0)
    keep = replace(keep_in(tmp_path), minutes=1e9)
    interrupted_at(setting, keep, 1, step, monkeypatch)
    found = Checkpoints(tmp_path / "kept").latest()
    assert found is not None and (found.epoch, found.step) == kept
    assert_same(fit(setting, keep), undisturbed)


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT, which Windows has not")
def test_a_few_seconds_are_not_worth_keeping(setting: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "WORTH", 1e9)
    interrupted_at(setting, replace(keep_in(tmp_path), minutes=1e9), 1, 0, monkeypatch)
    assert Checkpoints(tmp_path / "kept").latest() is None
    interrupted_at(setting, None, 1, 0, monkeypatch)


def test_a_damaged_checkpoint_is_said_and_the_one_before_goes_on(
    setting: Any, undisturbed: FittedMember, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = cut_after(setting, tmp_path, 5, monkeypatch)
    newest = tmp_path / "kept" / "000005.checkpoint"
    newest.write_bytes(newest.read_bytes()[:-100])
    listener = Listener()
    assert_same(fit(setting, keep, listener), undisturbed)
    assert any("000005.checkpoint was damaged" in note for note in listener.notes)


def shown(board: Path, tag: str) -> list[tuple[int, np.float32]]:
    """Read the points of a curve from TensorBoard's event files, without TensorBoard."""
    points = []
    for record in tf.data.TFRecordDataset([str(path) for path in board.iterdir()]):
        event = tf.compat.v1.Event.FromString(record.numpy())
        for value in event.summary.value:
            if value.tag == tag:
                points.append((event.step, np.float32(tf.make_ndarray(value.tensor))))
                assert value.metadata.plugin_data.plugin_name == "scalars"
    return points
