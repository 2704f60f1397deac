"""The statements that the project began with, judged: for `sextet plan --claims` and for the page of the docs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sextet.planner.claims.judgement import Judgement, Verdict, statements
from sextet.planner.claims.judges import judge
from sextet.planner.claims.setting import default_setting
from sextet.planner.comparison import plain


@dataclass(frozen=True, kw_only=True)
class Claims:
    """Judgements.

    Attributes:
        setting: what they were judged on, in words.
        judgements: of every statement, in the order they were made.
    """

    setting: str
    judgements: tuple[Judgement, ...]

    def count(self, verdict: Verdict) -> int:
        """Return how many statements have a verdict."""
        return sum(one.verdict == verdict for one in self.judgements)

    @property
    def summary(self) -> str:
        """How many hold, how many do not, how many depend, in words."""
        counts = {name: self.count(verdict) for name, verdict in _WORDS}
        return f"{len(self.judgements)} statements: {', '.join(f'{count} {name}' for name, count in counts.items())}."

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain values; each figure with its kind, unit and source."""
        told = [
            {
                **{key: value for key, value in plain(one).items() if key != "figures"},
                "figures": [{"label": row.label, **_number(plain(row.number))} for row in one.figures],
            }
            for one in self.judgements
        ]
        return {"setting": self.setting, "summary": self.summary, "claims": told}


_WORDS: tuple[tuple[str, Verdict], ...] = (("hold", "holds"), ("do not hold", "does not hold"), ("depend", "depends"))


def _number(values: dict[str, Any]) -> dict[str, Any]:
    """Give a number computed from others the keys that quoted, measured and predicted ones have."""
    return values if "kind" in values else {"kind": "computed", **values}


def claims(names: Sequence[str] = ()) -> Claims:
    """Judge the statements.

    Args:
        names: ids of statements; without any, all of them.

    Raises:
        ConfigError: there is no statement of an id; the nearest is told.
    """
    return Claims(
        setting=default_setting().text, judgements=tuple(judge(name) for name in (names or tuple(statements())))
    )
