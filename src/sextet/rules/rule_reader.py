"""Reads one table of a rules file, checked key by key."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from sextet.core.errors import nearest
from sextet.rules.action import Action, Kind
from sextet.rules.expression import Expression, ExpressionError, number_of, parse_condition, parse_number
from sextet.rules.places import Places, Problem, Refusal
from sextet.rules.rule import DAY_MINUTES, Rule
from sextet.rules.vocabulary import FULL_WEEKDAYS, WEEKDAYS

SHORT: tuple[Kind, ...] = ("floor", "cap", "closed", "alert_above", "alert_below")
THEN: tuple[Kind, ...] = ("floor", "cap", "set", "multiply", "add", "blend", "alert", "mute")
_KEYS = (
    *("name", "when", "then", *SHORT, "value", "hours", "days", "series", "probability", "severity"),
    *("priority", "valid-from", "valid-to", "final"),
)
_SPELLED = {"valid_from": "valid-from", "valid_to": "valid-to"}
_SEVERITIES = ("watch", "warning", "critical")
_DAY_SETS = {"weekday": (0, 1, 2, 3, 4), "weekend": (5, 6)}
_HOURS = re.compile(r"\s*(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)\s*")
_EARLIEST, _LATEST = datetime(1700, 1, 1), datetime(2250, 1, 1)  # what a stamp in nanoseconds holds
_HIGHEST_PRIORITY = 1_000_000
_LONGEST_NAME = 100


class RuleReader:
    """Reads one table, to its end whatever is wrong in it, so that all of it is said at once."""

    def __init__(self, table: Mapping[str, Any], number: int, places: Places) -> None:
        """Take the table of rule `number`, from 0."""
        self._table, self._place, self._places = table, number, places
        name = table.get("name")
        self._name = str(name) if _is_name(name) else f"rule {number + 1}"
        self._problems: list[Problem] = []

    def rule(self) -> Rule:
        """Read the rule.

        Raises:
            Refusal: something in it cannot be understood; it has all that is.
        """
        read = self._read
        self._check_keys()
        kinds = self._kinds()
        short = kinds[0] if kinds else None
        if len(kinds) < 2:
            self._check_company(short)
        actions = [read(self._short_action, kind) for kind in kinds]
        parts: dict[str, Any] = {
            "actions": tuple([*actions, *self._then()]),
            "when": read(self._when),
            "hours": read(self._hours, "closed" if short == "closed" else "hours"),
            "days": read(self._days),
            "series": read(self._texts, "series", '["NP", "DE*"]') if "series" in self._table else None,
            "priority": read(self._priority),
            "valid_from": read(self._moment, "valid-from"),
            "valid_to": read(self._moment, "valid-to", True),
            "final": read(self._flag, "final", short is not None),
        }
        if self._problems:
            raise Refusal(*sorted(self._problems, key=lambda problem: (problem.line or 0, problem.column or 0)))
        return Rule(name=self._name, **parts)

    def _read(self, part: Callable[..., Any], *arguments: Any) -> Any:
        """Return what a part of the rule says; where it cannot be understood, remember why."""
        try:
            return part(*arguments)
        except Refusal as refusal:
            self._problems += refusal.problems
            return None

    def _wrong(self, key: str | None, message: str) -> None:
        self._problems += self._fail(key, message).problems

    def _fail(self, key: str | None, message: str) -> Refusal:
        return Refusal(self._places.problem(message, key, number=self._place, rule=self._name))

    def _check_keys(self) -> None:
        for key in self._table:
            if _SPELLED.get(key, key) not in _KEYS:
                self._wrong(key, f"unknown key {_shown(key)}{nearest(key, _KEYS) or '.'} A rule has: {_all(_KEYS)}.")
        name = self._table.get("name", "rule")
        if not _is_name(name):
            self._wrong(
                "name",
                f"expected a text as name, of one line and at most {_LONGEST_NAME} characters; got {_shown(name)}.",
            )

    def _kinds(self) -> list[Kind]:
        """Return the short forms that are there, one or with `then` none, unless that is a problem."""
        given = [action for action in SHORT if action in self._table]
        there = [*given, *(["then"] if "then" in self._table else [])]
        # none at all is no news where a key is unknown: it was probably meant to be the one
        if len(there) > 1 or not (there or self._problems):
            self._wrong(
                given[1] if len(given) > 1 else given[0] if given else None,
                f"expected exactly one of {_all(SHORT)} and then; got {_all(there, ' and ') or 'none'}. Write one "
                "[[rule]] for each.",
            )
        return given

    def _check_company(self, short: Kind | None) -> None:
        closed = short == "closed"
        alert = short is not None and short.startswith("alert")
        self._only("value", closed, "goes with closed")
        self._only("hours", not closed, "is not needed with closed, which has the hours itself")
        self._only("probability", alert, "goes with alert_above or alert_below")
        self._only("severity", alert, "goes with alert_above or alert_below; then = { alert = ... } has its own")

    def _short_action(self, kind: Kind) -> Action:
        if kind == "closed":
            return Action(kind=kind, value=number_of(self._number_of("value", 0.0)))
        value = number_of(self._read(self._number_of, kind, 0.0) or 0.0)
        probability = self._read(self._probability) or 0.5
        return Action(kind=kind, value=value, probability=probability, severity=self._severity_of("severity"))

    def _then(self) -> list[Action]:
        if "then" not in self._table:
            return []
        table = self._table["then"]
        if not isinstance(table, Mapping) or not table:
            self._wrong("then", f"expected what it does, such as then = {{ cap = 512 }}; got {_shown(table)}.")
            return []
        actions = []
        for key, value in table.items():
            if key in THEN:
                actions.append(self._read(self._action, key, value))
            else:
                self._wrong(key, f"unknown action {_shown(key)}{nearest(key, THEN) or '.'} Actions are: {_all(THEN)}.")
        return actions

    def _action(self, kind: Kind, value: Any) -> Action:
        if kind == "mute":
            if value is not True:
                raise self._fail(kind, f"expected mute = true, got {_shown(value)}.")
            return Action(kind=kind)
        if kind == "alert":
            table = value if isinstance(value, Mapping) else {"severity": "warning" if value is True else value}
            self._check_table(kind, table, ("severity", "reason"), '{ severity = "critical", reason = "too hot" }')
            reason = table.get("reason", "")
            if not isinstance(reason, str):
                self._wrong("reason", f"expected a text as reason, got {_shown(reason)}.")
            return Action(
                kind=kind, severity=self._severity(table.get("severity", "warning"), kind), reason=str(reason)
            )
        if kind == "blend":
            table = value if isinstance(value, Mapping) else {"with": value}
            self._check_table(kind, table, ("with", "weight"), '{ with = "lag(168)", weight = 0.5 }')
            if "with" not in table:
                raise self._fail(kind, 'expected what to blend with, such as { with = "lag(168)", weight = 0.5 }.')
            weight = self._read(self._number, table.get("weight", 0.5), "weight", "the weight, from 0 to 1") or 0.0
            if not 0 <= weight <= 1:
                self._wrong("weight", f"expected a weight from 0 to 1, got {weight:g}.")
            return Action(kind=kind, value=self._amount("with", table["with"]), weight=weight)
        if kind == "multiply" and isinstance(value, int | float) and value < 0:
            raise self._fail(kind, f"expected a factor of 0 or more, got {value:g}.")
        return Action(kind=kind, value=self._amount(kind, value))

    def _check_table(self, key: str, table: Mapping[str, Any], known: tuple[str, ...], example: str) -> None:
        for name in table:
            if name not in known:
                self._wrong(name, f"unknown key {_shown(name)}{nearest(name, known) or '.'} Write {key} = {example}.")

    def _amount(self, key: str, value: Any) -> Expression:
        if isinstance(value, str):
            return self._expression(key, value, parse_number)
        return number_of(self._number(value, key, f"{key}, or an expression in quotes"))

    def _when(self) -> Expression | None:
        if "when" not in self._table:
            return None
        value = self._table["when"]
        if not isinstance(value, str):
            raise self._fail("when", f'expected a condition in quotes, such as "forecast > 100"; got {_shown(value)}.')
        return self._expression("when", value, parse_condition)

    def _expression(self, key: str, text: str, parse: Callable[[str], Expression]) -> Expression:
        try:
            return parse(text)
        except ExpressionError as error:
            said = f"{key} {_shown(text.strip())}"
            raise Refusal(
                *(
                    self._places.within(
                        f"{said}: {message}.", (key, text, position), number=self._place, rule=self._name
                    )
                    for message, position in error.problems
                )
            ) from None

    def _only(self, key: str, fits: bool, why: str) -> None:
        if key in self._table and not fits:
            self._wrong(key, f"{key} {why}; take it out, or change what the rule does.")

    def _number_of(self, key: str, default: float) -> float:
        return self._number(self._table.get(key, default), key, f"{key}, in the unit of the data")

    def _number(self, value: Any, key: str, what: str) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e300:
            raise self._fail(key, f"expected a number for {what}, got {_shown(value)}.")
        return float(value)

    def _hours(self, key: str) -> tuple[int, int] | None:
        if key not in self._table:
            return None
        value = self._table[key]
        match = _HOURS.fullmatch(value) if isinstance(value, str) else None
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
            elif name in WEEKDAYS or name in FULL_WEEKDAYS:
                found.add((WEEKDAYS if name in WEEKDAYS else FULL_WEEKDAYS).index(name))
            else:
                known = (*WEEKDAYS, *_DAY_SETS)
                close = nearest(name, (*known, *FULL_WEEKDAYS)) or "."
                self._wrong("days", f"unknown day {_shown(text)}{close} Days are: {_all(known)}.")
        return tuple(sorted(found))

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

    def _severity_of(self, key: str) -> str:
        return self._severity(self._table.get(key, "warning"), key)

    def _severity(self, value: Any, key: str) -> str:
        if value not in _SEVERITIES:
            close = nearest(value, _SEVERITIES) if isinstance(value, str) else ""
            raise self._fail(key, f"expected one of {_all(_SEVERITIES)}, got {_shown(value)}{close or '.'}")
        return str(value)

    def _priority(self) -> int:
        value = self._table.get("priority", 0)
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _HIGHEST_PRIORITY:
            raise self._fail(
                "priority", f"expected a whole number up to {_HIGHEST_PRIORITY:,} for priority, got {_shown(value)}."
            )
        return value

    def _flag(self, key: str, default: bool) -> bool:
        value = self._table.get(key, default)
        if not isinstance(value, bool):
            raise self._fail(key, f"expected {key} = true or {key} = false, got {_shown(value)}.")
        return value

    def _moment(self, key: str, end: bool = False) -> np.datetime64 | None:
        """Read a date or a moment; a date that ends something includes its day."""
        given = next((name for name in (key, key.replace("-", "_")) if name in self._table), None)
        if given is None:
            return None
        value = self._table[given]
        if isinstance(value, datetime) and value.tzinfo is not None:
            raise self._fail(given, f"expected {key} on the data's own clock, without an offset; got {value}.")
        if not isinstance(value, date):
            raise self._fail(given, f"expected a date such as 2025-12-24, without quotes, got {_shown(value)}.")
        if isinstance(value, datetime):
            moment = value
        else:
            moment = datetime(value.year, value.month, value.day)
            moment = moment + timedelta(days=1) if end and moment < _LATEST else moment
        return np.datetime64(min(max(moment, _EARLIEST), _LATEST), "us")


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) and len(value) <= _LONGEST_NAME and value.isprintable()


def _all(names: Iterable[str], between: str = ", ") -> str:
    return between.join(names)


def _shown(value: Any) -> str:
    try:
        text = repr(value)
    except RecursionError:  # brackets within brackets
        text = f"a {type(value).__name__} of many levels"
    return text if len(text) <= 60 else f"{text[:57]}..."
