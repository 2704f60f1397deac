"""Specs and configs as plain JSON values and back; unknown keys are refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

from sextet.core.errors import ConfigError, nearest
from sextet.specs.custom import CustomSpec
from sextet.specs.presets import MEMBERS, MemberSpec

T = TypeVar("T")


def to_plain(config: Any, leave_out: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Return the fields of a flat frozen dataclass, tuples as lists."""
    plain = {f.name: getattr(config, f.name) for f in fields(config) if f.name not in leave_out}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()}


def from_plain(kind: type[T], values: Mapping[str, Any], what: str) -> T:
    """Build `kind` from `values`; lists become tuples.

    Raises:
        ConfigError: a key is unknown or missing, or a value is refused; `what` names the thing in the message.
    """
    if not isinstance(values, Mapping):
        raise ConfigError(f"{what} must be an object of fields; got {values!r}.")
    known = [f.name for f in fields(kind)]  # type: ignore[arg-type]
    for key in values:
        if key not in known:
            raise ConfigError(f"{what} has no field {key!r}{nearest(key, known) or '.'} Known are {', '.join(known)}.")
    try:
        return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in values.items()})
    except TypeError as error:
        raise ConfigError(f"{what} cannot be read: {error}.") from error


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
