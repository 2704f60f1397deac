"""Comparisons of parts: numbers with numbers, and times, dates, weekdays and series with texts that name one."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import numpy as np

from sextet.core.errors import nearest
from sextet.rules.parts import Part, Refused, constant
from sextet.rules.scene import Scene
from sextet.rules.truth import Mask, Truth
from sextet.rules.vocabulary import FULL_WEEKDAYS, WEEKDAYS

Read = Callable[[Scene], Truth]

_OPERATORS: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: np.equal,
    ast.NotEq: np.not_equal,
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
}
_EQUALITY = (ast.Eq, ast.NotEq)
_TIME = re.compile(r"(\d{1,2}):([0-5]\d)")


def compared(op: ast.cmpop, left: Part, right: Part) -> Read:
    """Return how a comparison is read; one with a missing value is unknown.

    Raises:
        Refused: the two cannot be compared so.
    """
    act = _OPERATORS.get(type(op))
    if act is None:
        raise Refused("is is not part of the language; write ==, or missing(x)", right.node)
    if left.kind == right.kind == "text":
        raise Refused("two texts are compared, which is the same for every step", left.node)
    left, right = _met(left, right.kind), _met(right, left.kind)
    for part in (left, right):
        if part.kind == "condition":
            raise Refused("a condition is not compared; write it alone, or with not before it", part.node)
    if left.kind != right.kind and {left.kind, right.kind} != {"series", "text"}:
        attribute = '; of an attribute that is a text write static("area=north") == 1'
        hint = attribute if {left.kind, right.kind} == {"number", "text"} else ""
        raise Refused(f"a {left.kind} cannot be compared with a {right.kind}{hint}", right.node)
    if left.kind in ("series", "weekday") or right.kind == "series":
        if not isinstance(op, _EQUALITY):
            raise Refused(f"a {left.kind} is compared with ==, != or in", right.node)
        if "text" in (left.kind, right.kind):
            text = left.literal if left.kind == "text" else right.literal
            same = _named(lambda name: name == text)
            return same if isinstance(op, ast.Eq) else denied(same)

    def read(scene: Scene) -> Truth:
        a, b = left.read(scene), right.read(scene)
        return Truth.of(act(a, b), ~(np.isnan(a) | np.isnan(b)))

    return read


def denied(read: Read) -> Read:
    """Return how the opposite of a condition is read."""
    return lambda scene: ~read(scene)


def contained(part: Part, options: list[Part]) -> Read:
    """Return how `part in [options]` is read; the options are written out.

    Raises:
        Refused: they cannot be compared with it.
    """
    if "unknown" in (part.kind, *(option.kind for option in options)):
        return part.read
    options = [_met(option, part.kind) for option in options]
    for option in options:
        if option.literal is None:
            raise Refused("expected numbers and texts written out in the list after in", option.node)
        fits = option.kind == part.kind or (part.kind == "series" and option.kind == "text")
        if not fits or part.kind in ("text", "condition"):
            raise Refused(f"a {part.kind} cannot be compared with a {option.kind}", option.node)
    if part.kind == "series":
        names = {str(option.literal) for option in options}
        return _named(lambda name: name in names)
    values = np.array([option.literal for option in options], dtype=np.float64)

    def read(scene: Scene) -> Truth:
        found = part.read(scene)
        return Truth.of(np.isin(found, values), ~np.isnan(found))

    return read


def _named(fits: Callable[[str], bool]) -> Read:
    """Return how a condition on the name of the series is read: `[W, 1]`."""

    def read(scene: Scene) -> Truth:
        return Truth.of(by_name(scene, fits))

    return read


def by_name(scene: Scene, fits: Callable[[str], bool]) -> Mask:
    """Return `[W, 1]` whether the name of each window's series fits; each name is asked once."""
    known = np.array([fits(name) for name in scene.panel.ids], dtype=bool)
    return known[scene.index.series][:, None]


def _met(part: Part, other: str) -> Part:
    """Read a text as what it is compared with."""
    if part.kind != "text" or other not in _READERS:
        return part
    value = _READERS[other](str(part.literal), part.node)
    return Part(kind=other, read=constant(part.node, value).read, node=part.node, literal=value)  # type: ignore[arg-type]


def minutes(text: str, node: ast.expr) -> float:
    """Return the minutes since midnight of "HH:MM", up to "24:00"."""
    match = _TIME.fullmatch(text.strip())
    if match and int(match[1]) * 60 + int(match[2]) <= 24 * 60:
        return float(int(match[1]) * 60 + int(match[2]))
    raise Refused(f'expected a time of day such as "22:00", got {text!r}', node)


def _day(text: str, node: ast.expr) -> float:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise Refused(f'expected a date such as "2025-12-24", got {text!r}', node) from None
    return float((day - date(1970, 1, 1)).days)


def _weekday(text: str, node: ast.expr) -> float:
    name = text.strip().lower()
    for names in (WEEKDAYS, FULL_WEEKDAYS):
        if name in names:
            return float(names.index(name))
    known = (*WEEKDAYS, *FULL_WEEKDAYS)
    raise Refused(f"unknown day {text!r}{nearest(name, known) or '.'} Days are: {', '.join(WEEKDAYS)}", node)


_READERS: Mapping[str, Callable[[str, ast.expr], float]] = {"time": minutes, "date": _day, "weekday": _weekday}
