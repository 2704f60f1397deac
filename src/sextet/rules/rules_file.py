"""Reading the rules file: TOML, checked key by key, every complaint with its line."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from typing import Any

from sextet.core.errors import ConfigError, nearest
from sextet.rules.rule import DAY_MINUTES, DAYS, Action, Rule

_ACTIONS: tuple[Action, ...] = ("floor", "cap", "closed", "alert_above", "alert_below")
_KEYS = ("name", *_ACTIONS, "value", "hours", "days", "series", "probability", "severity")
_SEVERITIES = ("watch", "warning", "critical")
_FULL = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY_SETS = {"weekday": (0, 1, 2, 3, 4), "weekend": (5, 6)}
_HOURS = re.compile(r"\s*(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)\s*")

EXAMPLE = """[[rule]]
name = "never negative"
floor = 0"""


def read_rules(text: str, source: str = "rules.toml") -> tuple[Rule, ...]:
    """Read the rules of a TOML text, in its order.

    Args:
        text: the content of a rules file; an empty one has no rules.
        source: its name, for messages.

    Raises:
        ConfigError: it is not TOML, or a rule cannot be understood; line, rule, key and remedy are named.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{source} is not valid TOML: {error}. A rules file looks like this:\n{EXAMPLE}") from error
    lines = _Lines(text, source)
    for key in content:
        if key != "rule":
            raise ConfigError(
                f"{lines.at(None, key)}: expected only tables named [[rule]], got {key!r}"
                f"{nearest(key, ['rule'])}. A rules file looks like this:\n{EXAMPLE}"
            )
    tables = content.get("rule", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ConfigError(f"{lines.at(None, 'rule')}: expected [[rule]], with two brackets, before each rule.")
    rules = tuple(_Reader(table, number, lines).rule() for number, table in enumerate(tables))
    _check_bounds(rules, source)
    return rules


class _Lines:
    """Where things stand in the text; tomllib itself does not tell."""

    def __init__(self, text: str, source: str) -> None:
        self._lines = text.splitlines()
        self._source = source
        self._starts = [n for n, line in enumerate(self._lines) if re.match(r"\s*\[\[\s*[\"']?rule[\"']?\s*\]\]", line)]

    def at(self, number: int | None, key: str | None = None) -> str:
        """The source, and the line of a key of rule `number` (None: of the whole text), as far as it is found."""
        low, high = 0, len(self._lines)
        found = None
        if number is not None and number < len(self._starts):
            low = found = self._starts[number]
            high = self._starts[number + 1] if number + 1 < len(self._starts) else high
        if key is not None:
            pattern = re.compile(rf"\s*\[*\s*[\"']?{re.escape(key)}[\"']?\s*[]=.]")
            found = next((n for n in range(low, high) if pattern.match(self._lines[n])), found)
        return self._source if found is None else f"{self._source}, line {found + 1}"


class _Reader:
    """Reads one table."""

    def __init__(self, table: Mapping[str, Any], number: int, lines: _Lines) -> None:
        self._table, self._number, self._lines = table, number, lines
        name = table.get("name")
        self._name = name if isinstance(name, str) and name.strip() else f"rule {number + 1}"

    def rule(self) -> Rule:
        """Read the rule.

        Raises:
            ConfigError: something in it cannot be understood.
        """
        self._check_keys()
        action = self._action()
        alert = action.startswith("alert")
        self._only("value", action == "closed", "goes with closed")
        self._only("hours", action != "closed", "is not needed with closed, which has the hours itself")
        self._only("probability", alert, "goes with alert_above or alert_below")
        self._only("severity", alert, "goes with alert_above or alert_below")
        closed = action == "closed"
        return Rule(
            name=self._name,
            action=action,
            value=self._number_of("value", 0.0) if closed else self._number_of(action, 0.0),
            hours=self._hours("closed" if closed else "hours"),
            days=self._days(),
            series=self._series(),
            probability=self._probability(),
            severity=self._severity(),
        )

    def _fail(self, key: str | None, message: str) -> ConfigError:
        return ConfigError(f"{self._lines.at(self._number, key)}, rule {self._name!r}: {message}")

    def _check_keys(self) -> None:
        for key in self._table:
            if key not in _KEYS:
                raise self._fail(key, f"unknown key {key!r}{nearest(key, _KEYS)}. A rule may have: {', '.join(_KEYS)}.")
        name = self._table.get("name", "rule")
        if not isinstance(name, str) or not name.strip():
            raise self._fail("name", f"expected a text as name, got {_shown(name)}.")

    def _action(self) -> Action:
        given = [action for action in _ACTIONS if action in self._table]
        if len(given) != 1:
            got = "none" if not given else " and ".join(given)
            raise self._fail(
                given[1] if given else None,
                f"expected exactly one of {', '.join(_ACTIONS)}; got {got}. Write one [[rule]] for each.",
            )
        return given[0]

    def _only(self, key: str, fits: bool, why: str) -> None:
        if key in self._table and not fits:
            raise self._fail(key, f"{key} {why}; take it out, or change what the rule does.")

    def _number_of(self, key: str, default: float) -> float:
        value = self._table.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise self._fail(key, f"expected a number for {key}, in the unit of the data, got {_shown(value)}.")
        return float(value)

    def _hours(self, key: str) -> tuple[int, int] | None:
        if key not in self._table:
            return None
        value = self._table[key]
        match = (
            re.fullmatch(r"\s*(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)\s*", value) if isinstance(value, str) else None
        )
        if match:
            hour, minute, last_hour, last_minute = (int(part) for part in match.groups())
            start, end = 60 * hour + minute, 60 * last_hour + last_minute
            if minute < 60 and last_minute < 60 and start < DAY_MINUTES and end <= DAY_MINUTES and start != end:
                return start, end
        raise self._fail(
            key,
            f'expected hours from "00:00" to "24:00" such as "22:00-06:00" for {key}, got {_shown(value)}. '
            'The whole day is "00:00-24:00".',
        )

    def _days(self) -> tuple[int, ...] | None:
        if "days" not in self._table:
            return None
        found: set[int] = set()
        for text in self._texts("days", '["sat", "sun"]'):
            name = text.strip().lower()
            if name in _DAY_SETS:
                found.update(_DAY_SETS[name])
            elif name in DAYS or name in _FULL:
                found.add((DAYS if name in DAYS else _FULL).index(name))
            else:
                known = (*DAYS, *_DAY_SETS)
                raise self._fail(
                    "days", f"unknown day {text!r}{nearest(name, (*known, *_FULL))}. Days are: {', '.join(known)}."
                )
        return tuple(sorted(found))

    def _series(self) -> tuple[str, ...] | None:
        return self._texts("series", '["NP", "DE*"]') if "series" in self._table else None

    def _texts(self, key: str, example: str) -> tuple[str, ...]:
        value = self._table[key]
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
            raise self._fail(
                key, f"expected a text or a list of texts for {key}, such as {example}; got {_shown(value)}."
            )
        return tuple(texts)

    def _probability(self) -> float:
        value = self._number_of("probability", 0.5)
        if not 0 < value < 1:
            raise self._fail("probability", f"expected a probability above 0 and below 1, such as 0.5; got {value:g}.")
        return value

    def _severity(self) -> str:
        value = self._table.get("severity", "warning")
        if value not in _SEVERITIES:
            close = nearest(value, _SEVERITIES) if isinstance(value, str) else ""
            raise self._fail("severity", f"expected one of {', '.join(_SEVERITIES)}, got {_shown(value)}{close}.")
        return str(value)


def _check_bounds(rules: tuple[Rule, ...], source: str) -> None:
    """Refuse a floor above a cap where both hold always and for every series."""
    always = [rule for rule in rules if rule.hours is None and rule.days is None and rule.series is None]
    floors = [rule for rule in always if rule.action == "floor"]
    caps = [rule for rule in always if rule.action == "cap"]
    if floors and caps:
        floor = max(floors, key=lambda rule: rule.value)
        cap = min(caps, key=lambda rule: rule.value)
        if floor.value > cap.value:
            raise ConfigError(
                f"{source}: the floor {floor.value:g} of {floor.name!r} lies above the cap {cap.value:g} of "
                f"{cap.name!r}; no forecast can keep both. Change one of them."
            )


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
