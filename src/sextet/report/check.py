"""Checking a plain JSON-able value against the TypedDict that declares its shape."""

from __future__ import annotations

import math
import types
from collections.abc import Callable
from functools import cache
from typing import Any, Literal, NoReturn, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from sextet.core.errors import RunError


def require(condition: bool, place: str, expected: str, came: object) -> None:
    """Raise RunError, naming the place, unless `condition` holds."""
    if not condition:
        _refuse(place, expected, came)


def check_shape(value: object, declared: Any, place: str) -> None:
    """Check `value` against `declared`: a TypedDict, list[...], dict[str, ...], Literal, union, str, int or float.

    Numbers must be finite; a bool is not a number; keys that are not declared are refused.

    Raises:
        RunError: it does not fit; the message names the place, what was expected and what came.
    """
    origin = get_origin(declared)
    check: Callable[[Any, Any, str], None]
    if is_typeddict(declared):
        check = _check_dict
    elif origin in (Union, types.UnionType):
        check = _check_union
    elif origin is list:
        check = _check_list
    elif origin is dict:
        check = _check_map
    elif origin is Literal:
        check = _check_literal
    else:
        check = _check_plain
    check(value, declared, place)


def _check_dict(value: Any, declared: Any, place: str) -> None:
    hints = _hints(declared)
    require(isinstance(value, dict), place, f"an object with {', '.join(hints)}", value)
    for key in value:
        require(key in hints, place, f"only the keys {', '.join(hints)}", key)
    for key, hint in hints.items():
        if key in value or key not in _optional(declared):
            require(key in value, place, f"the key {key!r}", ", ".join(map(str, value)))
            check_shape(value[key], hint, f"{place}.{key}")


def _check_union(value: Any, declared: Any, place: str) -> None:
    options = get_args(declared)
    dicts = [option for option in options if is_typeddict(option)]
    if isinstance(value, dict) and dicts:  # the option that shares most keys gives the clearest message
        check_shape(value, max(dicts, key=lambda option: len(set(value) & set(_hints(option)))), place)
        return
    for option in options:
        try:
            check_shape(value, option, place)
        except RunError:
            continue
        return
    _refuse(place, " or ".join(_spelled(option) for option in options), value)


def _check_list(value: Any, declared: Any, place: str) -> None:
    require(isinstance(value, list), place, "a list", value)
    (item,) = get_args(declared)
    for number, entry in enumerate(value):
        if not _is_quick(entry, item):
            check_shape(entry, item, f"{place}[{number}]")


def _check_map(value: Any, declared: Any, place: str) -> None:
    require(isinstance(value, dict), place, "an object", value)
    _, item = get_args(declared)
    for key, entry in value.items():
        require(isinstance(key, str), place, "text keys", key)
        check_shape(entry, item, f"{place}.{key}")


def _check_literal(value: Any, declared: Any, place: str) -> None:
    require(value in get_args(declared), place, " or ".join(map(repr, get_args(declared))), value)


def _check_plain(value: Any, declared: Any, place: str) -> None:
    if declared is float:
        fits = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    elif declared is int:
        fits = isinstance(value, int) and not isinstance(value, bool)
    elif declared in (None, types.NoneType):
        fits = value is None
    else:
        fits = isinstance(value, declared)
    require(fits, place, _spelled(declared), value)


def _is_quick(value: Any, declared: Any) -> bool:
    """Long lists hold plain numbers: settle those without walking the declaration."""
    if type(value) is float:
        return math.isfinite(value) and (declared is float or float in get_args(declared))
    return value is None and types.NoneType in get_args(declared)


@cache
def _hints(declared: Any) -> dict[str, Any]:
    return dict(get_type_hints(declared))


@cache
def _optional(declared: Any) -> frozenset[str]:
    """Keys that may be left out, as views of older runs do."""
    hints = get_type_hints(declared, include_extras=True)
    return frozenset(key for key, hint in hints.items() if get_origin(hint) is NotRequired)


def _spelled(declared: Any) -> str:
    words = {str: "text", int: "a whole number", float: "a finite number", types.NoneType: "null"}
    return words.get(declared, getattr(declared, "__name__", str(declared)))


def _refuse(place: str, expected: str, came: object) -> NoReturn:
    shown = repr(came)
    shown = shown if len(shown) <= 80 else f"{shown[:77]}..."
    raise RunError(f"Expected {expected} at {place}; got {shown}. Run `sextet train` again to make the run anew.")
