"""What TensorFlow was built for, read from the file in its package, without importing it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from sextet.hardware.version import Version, version

PLACE = "tensorflow/python/platform/build_info.py"


@dataclass(frozen=True, kw_only=True)
class BuildInfo:
    """The build of the TensorFlow that is installed.

    Attributes:
        cuda: the CUDA it was built with; None where it was built without.
        cudnn: the cuDNN, often its major number only.
        with_cuda: whether it can use an NVIDIA GPU at all.
        capabilities: what it has code for, as it writes it: sm_60, compute_90.
    """

    cuda: Version | None
    cudnn: Version | None
    with_cuda: bool
    capabilities: tuple[str, ...]


def build_info(text: str | None) -> BuildInfo | None:
    """Read the file; None where there is none, or it is not as expected."""
    values = _pairs(text or "")
    if values is None:
        return None
    return BuildInfo(
        cuda=version(str(values.get("cuda_version", ""))),
        cudnn=version(str(values.get("cudnn_version", ""))),
        with_cuda=bool(values.get("is_cuda_build")),
        capabilities=tuple(values.get("cuda_compute_capabilities", ())),
    )


def _pairs(text: str) -> dict[str, Any] | None:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return None
    for node in tree.body:
        named = isinstance(node, ast.Assign) and any(getattr(to, "id", "") == "build_info" for to in node.targets)
        if named and isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and node.value.args:
            try:
                return dict(ast.literal_eval(node.value.args[0]))
            except (ValueError, TypeError):
                return None
    return None
