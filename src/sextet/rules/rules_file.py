"""Reading the rules file: TOML, checked rule by rule, every complaint with line and column."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from sextet.rules.places import Places, Problem, Refusal, refused
from sextet.rules.rule import Rule
from sextet.rules.rule_reader import RuleReader

LONGEST = 200_000  # characters of a file
MOST_DOTS = 100  # in a line: the TOML reader takes the square of the names in a row, a.a.a
MOST_RULES = 1_000
MOST_PROBLEMS = 50  # that are said at once
_DECIMAL_COMMA = re.compile(r"[^'\"]*=\s*[-+]?\d+,\d")

EXAMPLE = """[[rule]]
name = "never negative"
floor = 0

[[rule]]
name = "shop closed at night"
when = 'hours("22:00-06:00")'
then = { set = 0 }
final = true"""
_LOOKS = f"A rules file looks like this:\n{EXAMPLE}"


def read_rules(text: str, source: str = "rules.toml") -> tuple[Rule, ...]:
    """Read the rules of a TOML text, in its order.

    Args:
        text: the content of a rules file; an empty one has no rules.
        source: its name, for messages.

    Raises:
        ConfigError: it is not TOML, or rules cannot be understood; line, column, rule, key and remedy are named.
    """
    rules, problems = examine(text, source)
    if problems:
        raise refused(problems)
    return rules


def examine(text: str, source: str = "rules.toml") -> tuple[tuple[Rule, ...], list[Problem]]:
    """Return the rules that can be understood, and all problems of those that cannot, the first 50 of the file."""
    places = Places(text, source)
    try:
        tables = _tables(text, places)
    except Refusal as error:
        return (), list(error.problems)
    rules: list[Rule] = []
    problems: list[Problem] = []
    for number, table in enumerate(tables):
        try:
            rules.append(RuleReader(table, number, places).rule())
        except Refusal as error:
            problems += error.problems
    return tuple(rules), problems[:MOST_PROBLEMS]


def _tables(text: str, places: Places) -> list[dict[str, Any]]:
    """Return the tables of a text.

    Raises:
        Refusal: it is no TOML, or holds something else.
    """
    if len(text) > LONGEST:
        raise Refusal(places.problem(f"it has {len(text):,} characters; a rules file has at most {LONGEST:,}."))
    for number, line in enumerate(text.splitlines(), 1):
        if line.count(".") > MOST_DOTS:
            message = f"a line has at most {MOST_DOTS} dots; write a long list over several lines."
            raise Refusal(Problem(source=places.source, line=number, column=1, rule="", message=message))
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also a number of thousands of digits, and brackets in brackets
        raise Refusal(_not_toml(error, places)) from None
    for key in content:
        if key != "rule":
            close = " Did you mean [[rule]]?" if re.fullmatch(r"(?i)rules?", key) else ""
            message = f"expected only tables named [[rule]], got {key[:60]!r}.{close} {_LOOKS}"
            raise Refusal(places.problem(message, key))
    tables = content.get("rule", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise Refusal(places.problem("expected [[rule]], with two brackets, before each rule.", "rule"))
    if len(tables) > MOST_RULES:
        raise Refusal(places.problem(f"it has {len(tables):,} rules; at most {MOST_RULES:,} are read."))
    return tables


def _not_toml(error: Exception, places: Places) -> Problem:
    what = "brackets within brackets without end" if isinstance(error, RecursionError) else str(error)
    found = re.search(r" \(at line (\d+), column (\d+)\)$", what)
    line, column = (int(found[1]), int(found[2])) if found else (None, None)
    reason = (what[: found.start()] if found else what.removesuffix(" (at end of document)"))[:300]
    if line is not None and column is not None and _DECIMAL_COMMA.match(places.line(line)):
        reason += "; write the decimals of a number after a point, as in 1.5"
    return Problem(
        source=places.source, line=line, column=column, rule="", message=f"this is not valid TOML: {reason}. {_LOOKS}"
    )
