"""Checks of configuration values, with messages that name the field."""

from __future__ import annotations

from collections.abc import Sequence

from sextet.core.errors import ConfigError, nearest


def whole(owner: str, field: str, value: int | None, least: int = 1) -> None:
    """Check that `value` is a whole number of at least `least`, or None.

    Raises:
        ConfigError: it is not.
    """
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ConfigError(f"{owner}: {field} must be a whole number of at least {least}; got {value!r}.")


def share(owner: str, field: str, value: float, below: float = 1.0) -> None:
    """Check that `value` is at least 0 and below `below`.

    Raises:
        ConfigError: it is not.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < below:
        raise ConfigError(f"{owner}: {field} must be at least 0 and below {below:g}; got {value!r}.")


def above_zero(owner: str, field: str, value: float | None) -> None:
    """Check that `value` is a number above 0, or None.

    Raises:
        ConfigError: it is not.
    """
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        raise ConfigError(f"{owner}: {field} must be a number above 0; got {value!r}.")


def one_of(owner: str, field: str, value: object, known: Sequence[str]) -> None:
    """Check that `value` is one of `known`.

    Raises:
        ConfigError: it is not; names the nearest.
    """
    if value not in known:
        hint = nearest(str(value), known) or "."
        raise ConfigError(f"{owner}: {field} must be one of {', '.join(known)}; got {value!r}{hint}")
