"""Feeds windows to the fit loop: drawn anew each epoch, gathered on demand, in an order only the seed decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sextet.core.window import Floats, WindowBatch, WindowIndex, WindowShape
from sextet.data.prepare import Prepared
from sextet.data.windows import gather
from sextet.members.backend import Tensor, tf
from sextet.training import losses

Inputs = dict[str, Floats]
Truth = dict[str, Floats]


def network_inputs(batch: WindowBatch, shape: WindowShape) -> Inputs:
    """Return the arrays a network built for `shape` takes, by name: what holds no feature is left out."""
    named: Inputs = {"past": batch.past}
    if shape.future_channels:
        named["future"] = batch.future
    if shape.static_features:
        named["static"] = batch.static
    return named


def draw(count: int, wanted: int, seed: int, epoch: int) -> NDArray[np.int64]:
    """Draw `wanted` of `count` windows for one epoch; each once before any twice.

    Depends on nothing but its arguments, so that neither threads nor the number of epochs run before matter.
    """
    rng = np.random.default_rng([seed, epoch])
    full, rest = divmod(wanted, count)
    parts = [rng.permutation(count) for _ in range(full)]
    if rest:
        parts.append(rng.choice(count, size=rest, replace=False))
    return np.concatenate(parts).astype(np.int64)


class Feeder:
    """Batches of windows for training.

    Attributes:
        steps: batches an epoch.
        batch: windows a batch; every batch is full, so that the network compiles once.
        rows: rows a batch: `batch`, and padding that does not count up to the next multiple of the replicas.
    """

    def __init__(
        self,
        prepared: Prepared,
        index: WindowIndex,
        shape: WindowShape,
        *,
        steps: int,
        batch: int,
        seed: int,
        flip: bool = False,
    ) -> None:
        """Feed the windows `index` of `prepared`, cut to `shape`, `steps` batches of `batch` windows an epoch.

        With `flip` about every other window is shown upside down, its target's sign changed in the scaled space.
        """
        self.steps = steps
        self.batch = batch
        self.rows = batch
        self._running: tuple[int, Iterator[tuple[Inputs, Truth]]] | None = None
        self._prepared = prepared
        self._index = index
        self._shape = shape
        self._seed = seed
        self._flip = flip

    def shared_by(self, replicas: int) -> Feeder:
        """Let batches be such that they can be cut into `replicas` equal parts."""
        self.rows = -(-self.batch // replicas) * replicas
        return self

    def at(self, number: int) -> tuple[Inputs, Truth]:
        """Return the batch of step `number`, counted over all epochs from 0; quickest for one step after the other."""
        epoch, step = divmod(number, self.steps)
        if self._running is None or self._running[0] != number or step == 0:
            self._running = number, self.epoch(epoch, step)
        batches = self._running[1]
        self._running = number + 1, batches
        return next(batches)

    def epoch(self, number: int, first: int = 0) -> Iterator[tuple[Inputs, Truth]]:
        """Yield the batches of epoch `number`: inputs by name, and `target`, `weight`, `label`, each `[B, H]`.

        Those before step `first` are left out. With them come `totals [B, 3]`, in every row those of the whole batch,
        and where there is padding `real [B]`, 1 or 0. The padding repeats the first windows, so that its values are
        such as the network knows.
        """
        which = draw(len(self._index), self.steps * self.batch, self._seed, number)
        coins = np.random.default_rng([self._seed, number, 1])
        for step in range(self.steps):
            thrown = coins.random(self.batch) < 0.5
            if step < first:
                continue
            part = np.sort(which[step * self.batch : (step + 1) * self.batch])
            batch = gather(self._prepared, self._index.take(part), self._shape)
            if self._flip:
                batch = flipped(batch, thrown)
            yield self._padded(network_inputs(batch, self._shape), truth(batch))

    def _padded(self, inputs: Inputs, truth: Truth) -> tuple[Inputs, Truth]:
        sums = losses.totals(truth)
        rows = np.arange(self.rows) % self.batch
        if self.rows > self.batch:
            real = (np.arange(self.rows) < self.batch).astype(np.float32)
            inputs = {name: values[rows] for name, values in inputs.items()}
            truth = {name: values[rows] for name, values in truth.items()}
            truth = {**truth, "weight": truth["weight"] * real[:, None], "real": real}
        return inputs, {**truth, "totals": np.broadcast_to(sums, (self.rows, losses.TOTALS))}

    def dataset(self, first: int = 0) -> Tensor:
        """Return an endless `tf.data.Dataset` of the numbers of the steps, counted over all epochs, from `first` on.

        TensorFlow only counts; the windows themselves come through `at`. A data set over a Python generator copies each
        batch several times, which takes longer than a step of a small network on a GPU.
        """
        options = tf.data.Options()
        # its tuner sleeps twice as long each time, up to a minute, and the end of a fit waits for it to wake
        options.autotune.enabled = False
        return tf.data.Dataset.counter(first).with_options(options)


def flipped(batch: WindowBatch, which: NDArray[np.bool_]) -> WindowBatch:
    """Return the batch with the windows `which [B]` upside down: history, in place, and target of the other sign.

    A spike upside down is none, so their labels are unknown: -1.
    """
    sign = np.where(which, np.float32(-1), np.float32(1))[:, None]
    batch.past[..., 0] *= sign
    label = np.where(which[:, None], np.float32(-1), batch.label)
    return replace(batch, target=batch.target * sign, label=label)


def truth(batch: WindowBatch) -> Truth:
    """Return what a batch is scored against: `target`, `weight` and `label` (-1: unknown), each `[B, H]`."""
    return {"target": batch.target, "weight": batch.weight, "label": batch.label}


def spread_out(index: WindowIndex, most: int) -> WindowIndex:
    """Return at most `most` windows of `index`, evenly spaced."""
    if len(index) <= most:
        return index
    return index.take(np.linspace(0, len(index) - 1, most).round().astype(np.int64))
