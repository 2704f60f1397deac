"""A finding: what was seen, what was expected, why it matters and the one command that mends it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from string import Formatter

from sextet.core.errors import ConfigError, nearest


class Level(StrEnum):
    """How bad a finding is: an error stops or disables the GPU, a warning may, a note is good to know."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that a check found.

    Attributes:
        id: stable, such as SXT103.
        level: how bad it is.
        title: what it is, in a few words.
        seen, expected: what was found, and what would be right.
        why: what comes of it.
        fix: the one command that mends it, or the one thing to do.
        source: where this is known from.
    """

    id: str
    level: Level
    title: str
    seen: str
    expected: str
    why: str
    fix: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What catalogue.toml says of a finding; `{names}` in its texts are filled in by the check.

    Attributes:
        id, level, title, seen, expected, why, fix, source: as of `Finding`.
        patterns: of a finding in a log, the regular expressions it is known by.
    """

    id: str
    level: Level
    title: str
    seen: str
    expected: str
    why: str
    fix: str
    source: str
    patterns: tuple[str, ...] = ()


@cache
def catalogue() -> dict[str, Entry]:
    """Return every kind of finding by its id."""
    entries = {}
    for name in ("catalogue.toml", "logs.toml"):
        text = resources.files("sextet.doctor").joinpath(name).read_text(encoding="utf-8")
        for key, row in tomllib.loads(text).items():
            values = {"seen": "{line}", "expected": "a log without it", **row}
            patterns = tuple(values.pop("patterns", ()))
            entries[key] = Entry(id=key, level=Level(values.pop("level")), patterns=patterns, **values)
    return entries


_TEXTS = ("title", "seen", "expected", "why", "fix", "source")


def found(id: str, *, level: Level | None = None, **values: object) -> Finding:
    """Return the finding `id` with its texts filled in.

    Args:
        id: of the catalogue.
        level: where it differs from the catalogue's.
        values: what stands in place of the `{names}` of its texts; a value named as a text, such as `fix`, is that
            text.
    """
    entry = catalogue()[id]
    texts = {name: str(values[name]) if name in values else getattr(entry, name).format(**values) for name in _TEXTS}
    return Finding(id=id, level=level or entry.level, **texts)


def explanation(id: str) -> Entry:
    """Return what is known of a kind of finding on any machine, its `{names}` as <names>.

    Raises:
        ConfigError: there is no such id; the nearest is told.
    """
    entry = catalogue().get(id.upper())
    if entry is None:
        known = catalogue()
        raise ConfigError(
            f"Expected the id of a finding, {min(known)} to {max(known)}; got {id!r}{nearest(id.upper(), known) or '.'}"
        )
    texts = {name: _open(getattr(entry, name)) for name in _TEXTS}
    return Entry(id=entry.id, level=entry.level, patterns=entry.patterns, **texts)


def _open(text: str) -> str:
    opened = "".join(before + (f"<{name}>" if name else "") for before, name, _, _ in Formatter().parse(text))
    return opened.replace("><", "> <")
