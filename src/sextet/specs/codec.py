"""Specs and configs as plain JSON values and back; unknown keys are refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, fields
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from sextet.core.errors import ConfigError, nearest
from sextet.core.kinds import expected
from sextet.specs.custom import CustomSpec
from sextet.specs.presets import MEMBERS, MemberSpec

T = TypeVar("T")

_WORDS = {bool: "true or false", int: "a whole number", float: "a number", str: "text", NoneType: "null"}


def to_plain(config: Any, leave_out: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Return the fields of a flat frozen dataclass, tuples as lists; not those with the metadata "plain": False."""
    plain = {f.name: getattr(config, f.name) for f in _plain_fields(config) if f.name not in leave_out}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()}


def from_plain(kind: type[T], values: Mapping[str, Any], what: str) -> T:
    """Build `kind` from `values`; lists become tuples.

    Raises:
        ConfigError: a key is unknown or missing, a value is of another kind than its field or is refused; `what`
            names the thing in the message.
    """
    if not isinstance(values, Mapping):
        raise ConfigError(f"{what} must be an object of fields; got {values!r}.")
    known = [f.name for f in _plain_fields(kind)]
    for key in values:
        if key not in known:
            raise ConfigError(f"{what} has no field {key!r}{nearest(key, known) or '.'} Known are {', '.join(known)}.")
    hints, empty = get_type_hints(kind), {f.name for f in fields(kind) if f.default is None}  # type: ignore[arg-type]
    for key, value in values.items():
        if not (_fits(value, hints[key]) or (value is None and key in empty)):
            raise ConfigError(f"{what}: {key} must be {expected(hints[key], _WORDS)}; got {value!r}.")
    try:
        return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in values.items()})
    except TypeError as error:
        raise ConfigError(f"{what} cannot be read: {error}.") from error


def _plain_fields(config: Any) -> list[Field[Any]]:
    return [f for f in fields(config) if f.metadata.get("plain", True)]


def _fits(value: Any, hint: Any) -> bool:
    """Whether a JSON value is of the kind that a field's annotation says; other annotations accept anything."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return any(_fits(value, one) for one in inner)
    if origin is tuple:
        return isinstance(value, list | tuple) and all(_fits(item, inner[0]) for item in value)
    if hint in (int, float):
        return isinstance(value, int if hint is int else int | float) and not isinstance(value, bool)
    return isinstance(value, hint) if hint in _WORDS else isinstance(value, str) if origin is Literal else True


def spec_to_json(spec: MemberSpec) -> dict[str, Any]:
    """Return a spec as plain values; `member` says which it is. A custom model itself is left out."""
    if isinstance(spec, CustomSpec):
        return {"member": "custom", **to_plain(spec, frozenset({"build"}))}
    return {"member": spec.name, **to_plain(spec)}


def spec_from_json(values: Mapping[str, Any]) -> MemberSpec:
    """Return the spec that `spec_to_json` wrote.

    Raises:
        ConfigError: the member or a field is unknown, or a value is refused.
    """
    kinds: dict[str, type[MemberSpec]] = {**MEMBERS, "custom": CustomSpec}
    if not isinstance(values, Mapping):
        raise ConfigError(f"A member's spec must be an object of fields; got {values!r}.")
    member = values.get("member")
    if not isinstance(member, str) or member not in kinds:
        raise ConfigError(f"A member's spec says in 'member' which it is, one of {', '.join(kinds)}; got {member!r}.")
    rest = {key: value for key, value in values.items() if key != "member"}
    return from_plain(kinds[member], rest, f"The spec of {member}")
