"""A neural member as its exported graph, answered by ONNX Runtime."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import onnxruntime

from sextet.core.answer import Answer
from sextet.core.errors import RunError
from sextet.core.window import WindowBatch

THREADS = max(1, min(4, os.cpu_count() or 1))


class OnnxMember:
    """Answers windows from an ONNX graph.

    The graph has inputs among `past`, `future`, `static` and the output `quantiles [B, H, Q]`; one that warns also
    has `spike_probability` and `spike_size`, both `[B, H]`. It can be pickled and copied: the graph goes along.
    """

    def __init__(self, source: Path | bytes) -> None:
        """Load the graph at a path, or of which the bytes are given.

        Raises:
            RunError: it is not a graph that ONNX Runtime loads, or lacks the output.
        """
        self._source = source
        path = source if isinstance(source, Path) else "The graph of a member"
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = THREADS
        options.log_severity_level = 3
        try:
            given = str(source) if isinstance(source, Path) else source
            self._session = onnxruntime.InferenceSession(given, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime raises its own untyped exceptions
            raise RunError(f"{path} is not a graph that ONNX Runtime loads: {error}") from error
        self._inputs = [item.name for item in self._session.get_inputs()]
        self._outputs = [item.name for item in self._session.get_outputs()]
        if "quantiles" not in self._outputs:
            raise RunError(f"{path} has the outputs {self._outputs}; expected one named 'quantiles'.")

    def __reduce__(self) -> tuple[type[OnnxMember], tuple[bytes]]:
        """Return what makes the same member anywhere, whatever became of its file."""
        return OnnxMember, (self._source.read_bytes() if isinstance(self._source, Path) else self._source,)

    def answer(self, batch: WindowBatch) -> Answer:
        """Answer the windows of `batch`, in scaled space."""
        fed = batch.inputs()
        values = self._session.run(self._outputs, {name: fed[name] for name in self._inputs})
        named = dict(zip(self._outputs, values, strict=True))
        return Answer(
            quantiles=np.asarray(named["quantiles"], dtype=np.float32),
            spike_probability=named.get("spike_probability"),
            spike_size=named.get("spike_size"),
        )
