"""Gives each device its part of every batch, the next batch being gathered meanwhile.

TensorFlow's own way, a data set over a Python generator, copies a batch several times; distributed, it also holds
threads that call Python, and destroying it waits for them while they wait for Python, for seconds or for good. Here
TensorFlow only counts the steps.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np

from sextet.members.backend import tf

Batch = Any
"""Arrays in dicts, lists or tuples, with one row a sample; as many rows as can be cut into equal parts."""


class Spread:
    """Spreads batches over the replicas of a strategy."""

    def __init__(self, at: Callable[[int], Batch], strategy: Any) -> None:
        """Spread the batches that `at` gives for the numbers of steps, asked in a thread of its own, one at a time."""
        self._at = at
        self._strategy = strategy
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="windows")
        self._ahead: tuple[int, Future[Batch]] | None = None

    def batch(self, number: int) -> Any:
        """Return the batch of step `number` as values of each replica, in the order of the rows."""
        known = self._ahead
        coming = known[1] if known and known[0] == number else self._thread.submit(self._at, number)
        whole = coming.result()
        self._ahead = number + 1, self._thread.submit(self._at, number + 1)
        count = self._strategy.num_replicas_in_sync
        if count == 1:
            return tf.nest.map_structure(tf.convert_to_tensor, whole)

        def of(context: Any) -> Any:
            place = context.replica_id_in_sync_group
            return tf.nest.map_structure(lambda values: tf.constant(np.split(values, count)[place]), whole)

        return self._strategy.experimental_distribute_values_from_function(of)
