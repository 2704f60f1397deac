"""Where things stand in the text of a rules file: the TOML reader itself does not tell."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sextet.core.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something in a rules file that cannot be understood.

    Attributes:
        source: name of the file.
        line, column: where, from 1; None where that is not found.
        rule: name of the rule, or empty.
        message: what was expected, what came, what to do.
    """

    source: str
    line: int | None
    column: int | None
    rule: str
    message: str

    @property
    def text(self) -> str:
        """All of it as one sentence."""
        where = self.source if self.line is None else f"{self.source}, line {self.line}, column {self.column}"
        return f"{where}, rule {self.rule!r}: {self.message}" if self.rule else f"{where}: {self.message}"


class Refusal(Exception):
    """A rules file has problems.

    Attributes:
        problems: they, at least one.
    """

    def __init__(self, *problems: Problem) -> None:
        """Carry the problems."""
        super().__init__("\n".join(problem.text for problem in problems))
        self.problems = problems


def refused(problems: list[Problem]) -> ConfigError:
    """Return the error that says all problems, one a line."""
    return ConfigError("\n".join(problem.text for problem in problems))


class Places:
    """Finds keys and values in the text of a rules file."""

    def __init__(self, text: str, source: str) -> None:
        """Look where each rule begins."""
        self.source = source
        self._text = text
        self._lines = text.splitlines(keepends=True)
        self._begins = [0]
        for line in self._lines:
            self._begins.append(self._begins[-1] + len(line))
        head = re.compile(r"\s*\[\[\s*[\"']?rule[\"']?\s*\]\]")
        self._starts = [n for n, line in enumerate(self._lines) if head.match(line)]

    def line(self, number: int) -> str:
        """Line `number` of the text, from 1; empty beyond its end."""
        return "".join(self._lines[number - 1 : number])

    def problem(self, message: str, key: str | None = None, *, number: int | None = None, rule: str = "") -> Problem:
        """Say where a key of rule `number` stands (None: anywhere in the text)."""
        return self._problem(message, self._find(number, key), rule)

    def within(self, message: str, where: tuple[str, str, int], *, number: int, rule: str) -> Problem:
        """Say where a character of a text value stands: (key, value, position); its key, where the text is escaped."""
        key, value, position = where
        at = self._find(number, key)
        if at is not None:
            found = self._text.find(value, at)
            at = found + position if found >= 0 else at
        return self._problem(message, at, rule)

    def _problem(self, message: str, at: int | None, rule: str) -> Problem:
        if at is None:
            return Problem(source=self.source, line=None, column=None, rule=rule, message=message)
        line = next(n for n in range(len(self._lines), 0, -1) if self._begins[n - 1] <= at)
        column = at - self._begins[line - 1] + 1
        return Problem(source=self.source, line=line, column=column, rule=rule, message=message)

    def _find(self, number: int | None, key: str | None) -> int | None:
        low, high, found = 0, len(self._lines), None
        if number is not None and number < len(self._starts):
            low = self._starts[number]
            found = self._begins[low]
            high = self._starts[number + 1] if number + 1 < len(self._starts) else high
        if key is None:
            return found
        name = rf"[\"']?{re.escape(key)}[\"']?\s*"
        for pattern in (rf"(?:\s*\[*\s*)({name}[]=.])", rf".*?[{{,.]\s*({name}=)"):
            for n in range(low, high):
                match = re.match(pattern, self._lines[n])
                if match:
                    return self._begins[n] + match.start(1)
        return found
