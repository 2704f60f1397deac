"""Values of one column of a stream as numbers; what dots and commas mean is told by the first values."""

from __future__ import annotations

import math
from typing import Any

from sextet.data.number_text import MISSING, NumberStyle, number_style, one_number, shown_sign

_SEEN = 1000  # values remembered until a dot or comma comes that could mean either


class Numbers:
    """Reads one column.

    Attributes:
        open: whether a value came that could be read in two ways, and none yet that tells which.
        style: how values are written; None while no value showed it.
        waited: values that came since it is open.
        shown: the sign before decimals that the values proved; None where they proved none.
        decimal: sign before decimals where the values do not prove it, by what was told.
    """

    __slots__ = ("_texts", "decimal", "grouped", "name", "open", "shown", "style", "waited")

    def __init__(self, name: str = "value", grouped: bool = False, decimal: str | None = None) -> None:
        """Begin; `grouped`: where fields are separated by commas, a comma in a value groups thousands."""
        self.name, self.grouped, self.decimal = name, grouped, decimal
        self.open = False
        self.style: NumberStyle | None = None
        self.shown: str | None = None
        self._texts: dict[str, None] = {}
        self.waited = 0

    def hear(self, value: Any, wait: bool) -> None:
        """Learn from a value before it is read; with `wait` nothing is settled yet."""
        if self.style is not None or not isinstance(value, str):
            return
        texts = self._texts
        if value not in texts and len(texts) < _SEEN and value.strip().lower() not in MISSING:
            texts[value] = None
        if self.open:
            self.waited += 1
        elif "." not in value and "," not in value:
            return
        if not wait:
            self.settle(False)

    def settle(self, final: bool, decimal: str | None = None) -> None:
        """Take what the values so far prove; where `final`, what is likely, or what other columns show."""
        if self.style is not None:
            return
        texts = list(self._texts)
        if not any("." in text or "," in text for text in texts):
            return
        style = number_style(texts, self.grouped, self.decimal or decimal)
        self.open = bool(style.doubt) and not final
        if not self.open:
            self.style, self._texts = style, {}
            self.shown = None if style.doubt else shown_sign(texts, style)

    @property
    def note(self) -> str:
        """How values were read, where they could mean two things; else ""."""
        return self.style.note(self.name) if self.style is not None and self.style.doubt else ""

    @property
    def expected(self) -> str:
        """What a value must be, for messages."""
        return "a number" if self.style is None else self.style.expected

    def of(self, value: Any) -> float | None:
        """Read a value: NaN where it is missing, None where it is no number."""
        style = self.style
        if not isinstance(value, str):
            return _typed(value)
        if style is None or style.decimal != ",":
            try:
                return float(value)
            except ValueError:
                pass
        return one_number(value, style or NumberStyle(decimal="." if self.grouped else ""))


def _typed(value: Any) -> float | None:
    if value is None:
        return math.nan
    if isinstance(value, bool):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
