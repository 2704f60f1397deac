"""The functions of the rules language: each checks what it is given and says how it is read off a scene."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any, Protocol

import numpy as np

from sextet.core.errors import ConfigError
from sextet.core.quantiles import read_quantiles
from sextet.metrics.exceedance import mass_above
from sextet.rules.comparing import by_name, minutes
from sextet.rules.parts import Part, Refused, condition, number
from sextet.rules.public_holidays import check_place, holidays_of
from sextet.rules.scene import Reals, Scene
from sextet.rules.truth import Truth
from sextet.rules.vocabulary import ARITHMETIC, CLOCK, FORECAST, HISTORY, STATISTICS, TIME_OF_DAY, USAGE

FARTHEST = 100_000  # steps back that a rule may look
LONGEST_STATISTIC = 10_000  # steps that a statistic goes over


class Compiling(Protocol):
    """What functions ask of the compiler, see `compiling.Compiler`."""

    def part(self, node: ast.expr) -> Part:
        """Compile a node."""

    def number(self, node: ast.expr) -> Part:
        """Compile a node that must be a number."""

    def note(self, **uses: Any) -> None:
        """Note what the expression needs."""


Build = Callable[[Compiling, ast.Call], Part]


def _arguments(node: ast.Call, least: int, most: int) -> list[ast.expr]:
    name = ast.unparse(node.func)
    if not least <= len(node.args) <= most:
        raise Refused(f"{name} takes another number of values: {USAGE[name]}", node)
    for one in node.args:
        if isinstance(one, ast.Starred):
            raise Refused("* before a value is not part of the language", one)
    return node.args


def _steps(node: ast.Call, most: int = FARTHEST) -> int:
    (given,) = _arguments(node, 1, 1)
    value = given.value if isinstance(given, ast.Constant) else None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise Refused(f"expected a whole number of steps from 1 to {most:,}: {USAGE[ast.unparse(node.func)]}", given)
    return value


def _text(given: ast.expr, usage: str) -> str:
    if isinstance(given, ast.Constant) and isinstance(given.value, str):
        return given.value
    raise Refused(f"expected a text in quotes: {usage}", given)


def _lag(compiler: Compiling, node: ast.Call) -> Part:
    steps = _steps(node)
    compiler.note(needs=frozenset({HISTORY}), reach=steps)
    return number(node, lambda scene: scene.lag(steps))


def _seasonal(compiler: Compiling, node: ast.Call) -> Part:
    steps = _steps(node)
    compiler.note(needs=frozenset({HISTORY}), reach=steps)
    return number(node, lambda scene: scene.seasonal(steps))


def _rolling(compiler: Compiling, node: ast.Call) -> Part:
    steps, name = _steps(node, LONGEST_STATISTIC), ast.unparse(node.func)
    compiler.note(needs=frozenset({HISTORY}), reach=steps, rows=steps)
    return number(node, lambda scene: scene.rolling(name, steps, STATISTICS[name]))


def _quantile(compiler: Compiling, node: ast.Call) -> Part:
    (given,) = _arguments(node, 1, 1)
    value = given.value if isinstance(given, ast.Constant) else None
    if not isinstance(value, float) or not 0 < value < 1:
        raise Refused(f"expected a number above 0 and below 1: {USAGE['quantile']}", given)
    compiler.note(needs=frozenset({FORECAST}))
    return number(node, lambda scene: read_quantiles(scene.quantiles, (value,), scene.levels)[..., 0])


def _probability(compiler: Compiling, node: ast.Call) -> Part:
    level = compiler.number(_arguments(node, 1, 1)[0])
    above = ast.unparse(node.func) == "probability_above"
    compiler.note(needs=frozenset({FORECAST}))

    def read(scene: Scene) -> Reals:
        mass = mass_above(scene.quantiles, np.broadcast_to(level.read(scene), scene.shape), scene.levels)
        return mass if above else 1.0 - mass

    return number(node, read)


def _hours(compiler: Compiling, node: ast.Call) -> Part:
    (given,) = _arguments(node, 1, 1)
    parts = _text(given, USAGE["hours"]).split("-")
    if len(parts) != 2:
        raise Refused(f"expected hours such as 22:00-06:00: {USAGE['hours']}", given)
    start, end = (minutes(part, given) for part in parts)
    compiler.note(needs=frozenset({TIME_OF_DAY}))

    def read(scene: Scene) -> Truth:
        now = scene.minutes
        inside = (now >= start) & (now < end) if start < end else (now >= start) | (now < end)
        return Truth.of(inside, ~np.isnan(now))

    return condition(node, read)


def _holiday(compiler: Compiling, node: ast.Call, shift: int = 0) -> Part:
    usage = USAGE[ast.unparse(node.func)]
    place = [_text(given, usage) for given in _arguments(node, 1, 2)]
    country, part = place[0], place[1] if len(place) > 1 else None
    try:
        check_place(country, part)
    except ConfigError as error:
        raise Refused(str(error).rstrip("."), node.args[-1]) from None
    compiler.note(needs=frozenset({CLOCK}))

    def read(scene: Scene) -> Truth:
        days = scene.days + shift
        if not days.size:
            return Truth.of(np.zeros(days.shape, dtype=bool))
        return Truth.of(np.isin(days, holidays_of(country, part, _year(days.min()), _year(days.max()))))

    return condition(node, read)


def _year(day: np.int64) -> int:
    return int(np.datetime64(int(day), "D").astype("datetime64[Y]").astype(int)) + 1970


def _covariate(compiler: Compiling, node: ast.Call) -> Part:
    name = _text(_arguments(node, 1, 1)[0], USAGE["covariate"])
    compiler.note(needs=frozenset({HISTORY}), reach=1, covariates=frozenset({name}))
    return number(node, lambda scene: scene.covariate(name))


def _static(compiler: Compiling, node: ast.Call) -> Part:
    name = _text(_arguments(node, 1, 1)[0], USAGE["static"])
    compiler.note(needs=frozenset({HISTORY}), static=frozenset({name}))
    return number(node, lambda scene: scene.static(name))


def _like(compiler: Compiling, node: ast.Call) -> Part:
    given, pattern = _arguments(node, 2, 2)
    if compiler.part(given).kind not in ("series", "unknown"):
        raise Refused(f"expected series: {USAGE['like']}", given)
    wanted = _text(pattern, USAGE["like"])
    return condition(node, lambda scene: Truth.of(by_name(scene, lambda name: fnmatchcase(name, wanted))))


def _missing(compiler: Compiling, node: ast.Call) -> Part:
    part = compiler.number(_arguments(node, 1, 1)[0])
    return condition(node, lambda scene: Truth.of(np.isnan(part.read(scene))))


def _if_missing(compiler: Compiling, node: ast.Call) -> Part:
    first, second = (compiler.number(given) for given in _arguments(node, 2, 2))

    def read(scene: Scene) -> Reals:
        value: Reals = first.read(scene)
        return np.where(np.isnan(value), second.read(scene), value)

    return number(node, read)


def _extreme(compiler: Compiling, node: ast.Call) -> Part:
    parts = [compiler.number(given) for given in _arguments(node, 2, 20)]
    act = np.minimum if ast.unparse(node.func) == "min" else np.maximum
    return number(node, lambda scene: functools.reduce(act, [part.read(scene) for part in parts]))


def _arithmetic(compiler: Compiling, node: ast.Call) -> Part:
    part = compiler.number(_arguments(node, 1, 1)[0])
    act = ARITHMETIC[ast.unparse(node.func)]
    return number(node, lambda scene: act(part.read(scene)))


FUNCTIONS: Mapping[str, Build] = {
    "lag": _lag,
    "seasonal": _seasonal,
    **dict.fromkeys(STATISTICS, _rolling),
    "quantile": _quantile,
    "probability_above": _probability,
    "probability_below": _probability,
    "hours": _hours,
    "holiday": _holiday,
    "before_holiday": functools.partial(_holiday, shift=1),
    "after_holiday": functools.partial(_holiday, shift=-1),
    "covariate": _covariate,
    "static": _static,
    "like": _like,
    "missing": _missing,
    "if_missing": _if_missing,
    "min": _extreme,
    "max": _extreme,
    **dict.fromkeys(ARITHMETIC, _arithmetic),
}
