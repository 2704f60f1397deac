"""What the doctor says: findings, what was seen, and how it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from sextet.doctor.finding import Finding, Level

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

_ORDER = tuple(Level)


@dataclass(frozen=True, kw_only=True)
class Report:
    """What the doctor says. Printed, it shows itself; so it does as the last line of a notebook's cell.

    Attributes:
        subject: what was looked at: "this machine", a stack, a log.
        findings: the worst first.
        facts: what was seen, name by name.
        gpus: a row a GPU, column by column.
        seconds: wall time: "looking", and "frameworks" where they were asked.
        usable: GPUs that TensorFlow sees; 0 where it was not asked.
        unjudged: names of the facts of a stack that nothing was compared with.
    """

    subject: str
    findings: tuple[Finding, ...]
    facts: Mapping[str, str] = field(default_factory=dict)
    gpus: tuple[Mapping[str, str], ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    usable: int = 0
    unjudged: tuple[str, ...] = ()

    @property
    def errors(self) -> int:
        """How many errors there are."""
        return self.count(Level.ERROR)

    @property
    def warnings(self) -> int:
        """How many warnings there are."""
        return self.count(Level.WARNING)

    def count(self, level: Level) -> int:
        """How many findings of a level there are."""
        return sum(one.level is level for one in self.findings)

    def failed(self, *, strict: bool = False) -> bool:
        """Whether there are errors, or with `strict` warnings."""
        return bool(self.errors or strict and self.warnings)

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "subject": self.subject,
            "errors": self.errors,
            "warnings": self.warnings,
            "findings": [asdict(one) for one in self.findings],
            "facts": dict(self.facts),
            "gpus": [dict(row) for row in self.gpus],
            "seconds": dict(self.seconds),
            "usable": self.usable,
            "unjudged": list(self.unjudged),
        }

    def __str__(self) -> str:
        """As text of 100 columns."""
        from sextet.doctor.rendering import text

        return text(self)

    __repr__ = __str__

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """As rich shows it."""
        from sextet.doctor.rendering import parts

        yield from parts(self)


def sorted_findings(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return findings with the worst first, else as they came."""
    return tuple(sorted(findings, key=lambda one: _ORDER.index(one.level)))
