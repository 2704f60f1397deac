"""Values as people give them, made what an annotation says, or refused in one sentence.

What means the same is taken: an integer of numpy for one of Python, a text for a path, a lone value or "a,b" for a
list, a list for a tuple. Annotations that say less than a kind of value, such as Any, let everything through.
"""

from __future__ import annotations

import inspect
import math
import numbers
import os
import reprlib
import typing
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from functools import cache, wraps
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, ParamSpec, TypeVar, Union, get_args, get_origin

from sextet.core.errors import ConfigError, nearest

P = ParamSpec("P")
R = TypeVar("R")

_WORDS: dict[Any, str] = {
    bool: "True or False", int: "a whole number", float: "a number", str: "text", NoneType: "None", Path: "a path",
}  # fmt: skip
_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 80


class _Misfit(Exception):
    """A value is not of the kind."""


def checked(
    owner: str, skip: Collection[str] = (), unloaded: tuple[str, ...] = ()
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make each argument of a function what its annotation says; None, where that is no kind of it, is the default.

    Args:
        owner: how messages call the function.
        skip: names of arguments that the function looks at itself.
        unloaded: names in the annotations that only type checkers know; anything is taken for them.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)

        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            hints = _hints(function, unloaded)
            _refuse_unknown(signature, kwargs, owner, hints)
            _refuse_absent(signature, args, kwargs, owner)
            bound = signature.bind(*args, **kwargs)
            for name, value in bound.arguments.items():
                parameter = signature.parameters[name]
                if name not in skip and name in hints and parameter.kind is not inspect.Parameter.VAR_KEYWORD:
                    bound.arguments[name] = _given(value, parameter.default, hints[name], owner, name)
            return function(*bound.args, **bound.kwargs)

        return call

    return decorate


def settle_fields(config: Any, owner: str, skip: Collection[str] = (), *, unsaid: bool = False) -> None:
    """Make each field of a frozen dataclass what its annotation says, from its `__post_init__`.

    Args:
        config: the dataclass.
        owner: how messages call it.
        skip: names of fields that it looks at itself.
        unsaid: None, where that is no kind of a field, is its default.

    Raises:
        ConfigError: one cannot be.
    """
    kind: Any = type(config)
    hints = _hints(kind, ())
    for field in fields(config):
        if field.name not in skip:
            value, default = getattr(config, field.name), field.default if unsaid else MISSING
            made = _given(value, default, hints[field.name], owner, field.name)
            if made is not value:
                object.__setattr__(config, field.name, made)


def of_kind(value: Any, hint: Any, owner: str, name: str) -> Any:
    """Return `value` as what the annotation `hint` says.

    Raises:
        ConfigError: it is something else, or a number that is not finite; `owner` and `name` say which value.
    """
    try:
        return _made(value, hint)
    except _Misfit:
        what = expected(hint)
        if isinstance(value, numbers.Real) and not math.isfinite(value):
            what = what.replace("a number", "a finite number")
        raise ConfigError(f"{owner}: {name} must be {what}; got {shown(value)}.{_remedy(value, hint, name)}") from None


def _given(value: Any, default: Any, hint: Any, owner: str, name: str) -> Any:
    if value is None and default is not MISSING and default is not inspect.Parameter.empty and not _none_fits(hint):
        return default
    return of_kind(value, hint, owner, name)


def _refuse_unknown(
    signature: inspect.Signature, kwargs: Mapping[str, Any], owner: str, hints: Mapping[str, Any]
) -> None:
    known = [name for name in signature.parameters if name not in ("self", "cls")]
    if any(one.kind is inspect.Parameter.VAR_KEYWORD for one in signature.parameters.values()):
        return
    for name in kwargs:
        if name not in known:
            meant = _field_of(name, known, hints) or nearest(name, known) or "."
            raise ConfigError(f"{owner} has no option {name!r}{meant} Options are {', '.join(known)}.")


def _refuse_absent(signature: inspect.Signature, args: tuple[Any, ...], kwargs: Mapping[str, Any], owner: str) -> None:
    """Name arguments that have to be given and were not; of one that was given under a similar name, that one."""
    try:
        there = signature.bind_partial(*args, **kwargs).arguments
    except TypeError:
        return  # Python says what is wrong
    several = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    needed = [
        name for name, one in signature.parameters.items() if one.default is one.empty and one.kind not in several
    ]
    absent = [name for name in needed if name not in there and name not in ("self", "cls")]
    if absent:
        slips = [(given, hint) for given in kwargs if given not in needed and (hint := nearest(given, absent))]
        got = f"; got {slips[0][0]!r}{slips[0][1]}" if slips else "."
        raise ConfigError(f"{owner} needs {' and '.join(absent)}{got}")


def _field_of(name: str, options: Sequence[str], hints: Mapping[str, Any]) -> str:
    """Say of which option, a dataclass, `name` is a field; nothing where it is of none."""
    for option in options:
        hint = hints.get(option)
        for kind in (hint, *get_args(hint)):
            if isinstance(kind, type) and is_dataclass(kind) and name in (field.name for field in fields(kind)):
                return f"; it is one of {option!r}: {option}={kind.__name__}({name}=...)."
    return ""


def expected(hint: Any, words: Mapping[Any, str] = _WORDS) -> str:
    """Return what an annotation asks for, in `words`."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return " or ".join(dict.fromkeys(expected(one, words) for one in inner))
    if origin in (tuple, Sequence):
        several = f" of {len(inner)}" if len(inner) > 1 and inner[1] is not ... else ""
        return f"a list{several}" + (f", each {expected(inner[0], words)}" if inner[0] is not Any else "")
    if origin is Mapping:
        return "a dictionary"
    if origin is Literal:
        return f"one of {', '.join(map(str, inner))}"
    return words.get(hint) or _with_article(getattr(hint, "__name__", "value"))


def _made(value: Any, hint: Any) -> Any:
    if hint is Any:
        return value
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _one_of(value, inner)
    if origin in (tuple, Sequence):
        return _several(value, inner)
    if origin is Mapping:
        _held(value, isinstance(value, Mapping))
        return {_made(key, inner[0]): _made(one, inner[1]) for key, one in value.items()}
    if origin is Literal:
        return _held(value, value in inner if isinstance(value, str) else False)
    if hint is bool:
        return bool(_held(value, type(value).__name__ in ("bool", "bool_")))  # the second is numpy's
    if hint in (int, float):
        return _number(value, hint)
    return _of_class(value, hint)


def _of_class(value: Any, hint: Any) -> Any:
    if hint is str and isinstance(value, os.PathLike):
        return os.fspath(value)
    if hint is Path and isinstance(value, str | os.PathLike):
        return value if isinstance(value, Path) else Path(value)
    if getattr(hint, "_is_protocol", False):
        return _held(value, all(callable(getattr(value, name, None)) for name in vars(hint) if name[0] != "_"))
    return _held(value, isinstance(value, hint)) if isinstance(hint, type) else value


def _held(value: Any, fits: bool) -> Any:
    if not fits:
        raise _Misfit
    return value


def _one_of(value: Any, hints: Collection[Any]) -> Any:
    if Any in hints:
        return value
    if any(type(value) is hint or (hint is Path and isinstance(value, Path)) for hint in hints):
        return _number(value, float) if isinstance(value, float) else value
    for hint in hints:
        try:
            return _made(value, hint)
        except _Misfit:
            continue
    raise _Misfit


def _number(value: Any, hint: Any) -> Any:
    """Return a number of numpy as one of Python; a whole one stays whole where a float is asked for."""
    kind: Any = numbers.Integral if hint is int else numbers.Real
    _held(value, isinstance(value, kind) and not isinstance(value, bool))
    plain = int(value) if isinstance(value, numbers.Integral) else float(value)
    return _held(plain, isinstance(plain, int) or math.isfinite(plain))


def _several(value: Any, inner: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a list, "a,b" or a lone value as a tuple."""
    if isinstance(value, Mapping | set | frozenset | bytes) or value is None:
        raise _Misfit
    if isinstance(value, str):
        parts: list[Any] = [part.strip() for part in value.split(",") if part.strip()]
        parts = [_as_number(part) for part in parts] if inner[0] is float else parts
    else:
        parts = list(value) if isinstance(value, Iterable) else [value]
    if len(inner) > 1 and inner[1] is not ...:
        _held(parts, len(parts) == len(inner))
    return tuple(_made(part, inner[0]) for part in parts)


def _as_number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise _Misfit from None


def _none_fits(hint: Any) -> bool:
    union = get_origin(hint) in (Union, UnionType)
    return any(map(_none_fits, get_args(hint))) if union else hint in (Any, NoneType)


@cache
def _hints(owner: Any, unloaded: tuple[str, ...]) -> dict[str, Any]:
    return typing.get_type_hints(owner, localns=dict.fromkeys(unloaded, Any))


def shown(value: Any) -> str:
    """A value in few words: a frame would fill the screen."""
    plain = isinstance(value, str | numbers.Number | tuple | list | dict | set | os.PathLike | NoneType)
    return _SHORT.repr(value) if plain else _with_article(type(value).__name__)


def _with_article(name: str) -> str:
    return f"{'an' if name[0] in 'AEIOUaeiou' else 'a'} {name}"


def _remedy(value: Any, hint: Any, name: str) -> str:
    """How to write a group of fields that was given as a dictionary."""
    kind = next((one for one in (hint, *get_args(hint)) if isinstance(one, type) and is_dataclass(one)), None)
    if kind is None or not isinstance(value, Mapping):
        return ""
    given = ", ".join(f"{key}={_SHORT.repr(one)}" for key, one in value.items())
    return f" Write it as: from {kind.__module__} import {kind.__name__}; {name}={kind.__name__}({given})."
