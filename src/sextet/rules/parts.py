"""The pieces an expression is compiled to: what each is, and how it is read off a scene."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sextet.rules.scene import Scene
from sextet.rules.truth import Truth

Kind = Literal["number", "condition", "time", "date", "weekday", "series", "text", "unknown"]
"""What a part is; all but conditions, series and texts are read as numbers. Unknown is what was refused: it fits
anywhere, so that one mistake is one problem, and is never read."""

Reals = NDArray[np.float64]


class Refused(Exception):
    """A part of an expression cannot be meant as it is written.

    Attributes:
        message: what was expected, what came, what to do.
        node: the part.
    """

    def __init__(self, message: str, node: ast.expr) -> None:
        """Say what is wrong with `node`."""
        super().__init__(message)
        self.message, self.node = message, node


@dataclass(frozen=True, kw_only=True)
class Part:
    """A compiled part of an expression.

    Attributes:
        kind: what it is.
        read: a number gives an array that broadcasts to `[W, H]`, NaN where missing; a condition gives a `Truth`.
        node: where it stands.
        literal: its value where it is written out, else None.
    """

    kind: Kind
    read: Callable[[Scene], Any]
    node: ast.expr
    literal: float | str | None = None


def number(node: ast.expr, read: Callable[[Scene], Reals]) -> Part:
    """Make a part that is a number; what cannot be computed is missing."""

    def finite(scene: Scene) -> Reals:
        with np.errstate(all="ignore"):
            values = np.asarray(read(scene), dtype=np.float64)
        return np.where(np.isfinite(values), values, np.nan)

    return Part(kind="number", read=finite, node=node)


def constant(node: ast.expr, value: float) -> Part:
    """Make a part that is a number written out."""
    array = np.full((1, 1), value)
    return Part(kind="number", read=lambda scene: array, node=node, literal=value)


def unknown(node: ast.expr) -> Part:
    """Make what stands for a part that was refused."""

    def read(scene: Scene) -> Any:
        raise AssertionError("an expression with problems is never read")

    return Part(kind="unknown", read=read, node=node)


def condition(node: ast.expr, read: Callable[[Scene], Truth]) -> Part:
    """Make a part that is a condition."""
    return Part(kind="condition", read=read, node=node)


def always(node: ast.expr, value: bool) -> Part:
    """Make a condition that always holds, or never."""
    truth = Truth.of(np.full((1, 1), value))
    return condition(node, lambda scene: truth)
