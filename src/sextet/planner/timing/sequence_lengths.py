"""Seconds that TensorFlow's recurrent layers spend on the lengths of their sequences, whatever the card.

Keras hands every sequence's length to cuDNN (`CudnnRNNV3`), though all are equal, and the time that takes grows with
the square of the batch: steps of LSTM, GRU, CNN-LSTM and Spike Detector at 4,096, 16,384 and 65,536 windows took about
6, 80 and 1,100 ms more on an H200 than cards and calls account for, at widths of 96 to 512 alike, and those of
PatchTST, which has no recurrent layer, nothing more (benchmarks/planner_batches.py).
"""

from __future__ import annotations

from collections.abc import Iterable

from sextet.planner.operations import Operation, Recurrent

PER_PASS_S = 8.8e-11
"""Seconds of one pass of a layer for the square of one sequence: a third of what a training step's three took."""


def lengths_seconds(operations: Iterable[tuple[Operation, int]], framework: str) -> float:
    """Return the seconds for operations, each with how often it runs; 0 outside TensorFlow."""
    if framework != "tensorflow":
        return 0.0
    return PER_PASS_S * sum(count * one.batch**2 for one, count in operations if isinstance(one, Recurrent))
