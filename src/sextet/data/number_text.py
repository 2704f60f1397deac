"""Numbers written as text: what dots and commas mean in a column, and one text as a number.

Nothing of Arrow is loaded, which would cost the start of a watch.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

MISSING = ("", "na", "n/a", "#n/a", "nan", "null", "none", "nat", "-", "--", "?", "#value!", "#div/0!", "missing")
_TRUTH = {"true": 1.0, "false": 0.0, "yes": 1.0, "no": 0.0}
_DECIMAL_COMMA = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d*),\d+(e[+-]?\d+)?", re.IGNORECASE)
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?")
_THOUSANDS = {sign: re.compile(rf"[+-]?[1-9]\d{{0,2}}({re.escape(sign)}\d{{3}})+") for sign in ".,"}
_WHOLE = re.compile(r"[+-]?\d+")
_STAND_IN = re.compile(r"[+-]?0+|-1|[+-]?9+")  # 0, -1, -999 and the like stand for readings that failed
_MANY = 45  # different values: were zeros at the end left out, more than 99 columns of 100 would hold a shorter one
_FAR = float(np.log(3.0))


@dataclass(frozen=True, kw_only=True)
class NumberStyle:
    """How numbers are written as text in a column.

    Attributes:
        decimal: the sign before the decimals; "": each value says it, a comma being one where it groups nothing.
        group: the sign between thousands, or "".
        doubt: a value that could be read both ways, where the column does not prove which; "" where it does.
    """

    decimal: str = "."
    group: str = ""
    doubt: str = ""

    @property
    def expected(self) -> str:
        """What a value must be, for messages."""
        return "a number with a decimal comma, dots being between thousands" if self.decimal == "," else "a number"

    def note(self, column: str) -> str:
        """Say how the value in doubt was read, and what to do if that is wrong."""
        sign = "." if "." in self.doubt else ","
        other = "," if sign == "." else "."
        meanings = ("between thousands", "before decimals")
        meant, instead = meanings if self.group == sign else reversed(meanings)
        named = "dot" if sign == "." else "comma"
        return (
            f"Values such as {self.doubt!r} of column {column!r} were read as {one_number(self.doubt, self):.10g}, the "
            f"{named} being {meant}: give --decimal {sign if self.group == sign else other} if it is {instead}."
        )


def number_style(texts: Sequence[str], grouped: bool, decimal: str | None = None) -> NumberStyle:
    """See from the values of a column, none of them missing, what its dots and commas mean.

    `1.036` can be 1036 or a bit more than 1. Thousands are told by what such a column has beside them: 990 has no
    decimals, so 1.036 has none either if it is near. A column of three decimals has them everywhere, and a column
    whose zeros are left out has values such as 1.5 (see `_groups`).

    Args:
        texts: a sample of the values.
        grouped: whether the file separates its fields by commas, so that 1,234 in quotes is 1234.
        decimal: the sign before decimals where the values prove nothing: by an option, or by other columns.
    """
    values = list(dict.fromkeys(text.strip() for text in texts))
    commas = [value for value in values if "," in value]
    if not commas:
        return _pointed(values, grouped, decimal)
    if not all(_DECIMAL_COMMA.fullmatch(value) or _GROUPED.fullmatch(value) for value in commas):
        return NumberStyle() if grouped else NumberStyle(decimal="")
    if all(_GROUPED.fullmatch(value) for value in commas):
        dotted = any("." in value for value in commas)
        groups = True if dotted else _groups(values, ",", {",": False, ".": True}.get(decimal or ""))
        if groups or (grouped and decimal != ","):
            sure = grouped or dotted or decimal or any(value.count(",") > 1 for value in commas)
            return NumberStyle(group=",", doubt="" if sure else commas[0])
        if groups is None:
            return NumberStyle(decimal=",", group=".", doubt=commas[0])
    points = [value for value in values if "." in value and "," not in value]
    if any(not _THOUSANDS["."].fullmatch(value) and _float(value) is not None for value in points):
        return NumberStyle(decimal="")
    return NumberStyle(decimal=",", group=".")


def shown_sign(texts: Sequence[str], style: NumberStyle) -> str | None:
    """The sign before decimals that values written in a style show; None where they show none, or both."""
    if style.decimal and style.group:
        return style.decimal
    signs = {sign for sign in ".," if any(sign in text for text in texts)}
    return signs.pop() if len(signs) == 1 else None


def one_number(value: str | None, style: NumberStyle) -> float | None:
    """One text as a number, NaN where missing, None where it is neither."""
    if value is None:
        return float("nan")
    text = value.strip().lower()
    if text in MISSING:
        return float("nan")
    if text in _TRUTH:
        return _TRUTH[text]
    if style.decimal != "." and _DECIMAL_COMMA.fullmatch(text):
        return _float(text.replace(".", "").replace(",", "."))
    if style.decimal == "," and "." in text:
        return _float(text.replace(".", "")) if _THOUSANDS["."].fullmatch(text) else None
    if style.group == "," and _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    return _float(text)


def _pointed(values: list[str], grouped: bool, decimal: str | None) -> NumberStyle:
    """The style of a column without a comma."""
    points = [value for value in values if "." in value]
    open_style = NumberStyle() if grouped else NumberStyle(decimal="")
    if not points:
        return NumberStyle(decimal=",", group=".") if decimal == "," else open_style
    groups = _groups(values, ".", {",": True, ".": False}.get(decimal or ""))
    if groups:
        sure = decimal or any(value.count(".") > 1 for value in points)
        return NumberStyle(decimal=",", group=".", doubt="" if sure else points[0])
    if groups is False or grouped:  # where commas separate fields, none stands before decimals
        return open_style
    return NumberStyle(decimal=open_style.decimal, doubt=points[0])


def _groups(values: Sequence[str], sign: str, told: bool | None) -> bool | None:
    """Whether `sign` stands between thousands; None where nothing says so.

    Proof is a value with two such signs, and against it one that groups nothing, as 0.990 or 1.5. Else what is `told`
    counts. Else the whole numbers beside: one of four digits has no sign where it would need one, others show that
    not every value has three decimals. Then the sign means thousands if these bring the values nearer to the whole
    numbers; if that makes no great difference, then if zeros at the end, or a great many values, show that none were
    left out.
    """
    signed = [value for value in values if sign in value]
    numbers = [value for value in signed if _float(value.replace(sign, "")) is not None]
    if any(not _THOUSANDS[sign].fullmatch(value) for value in numbers) or not numbers:
        return False
    if any(value.count(sign) > 1 for value in numbers):
        return True
    wholes = [value for value in values if _WHOLE.fullmatch(value) and not _STAND_IN.fullmatch(value)]
    if told is not None or not wholes:
        return told
    if any(len(value.lstrip("+-0")) > 3 for value in wholes):
        return False
    decimals = np.log([abs(float(value.replace(sign, "."))) for value in numbers])
    beside = float(np.median(np.log([abs(int(value)) for value in wholes])))
    middle = float(np.median(decimals))
    nearer = abs(middle - beside) - abs(middle + np.log(1000.0) - beside)
    whole_decimals = len(numbers) >= _MANY or any(value.endswith("0") for value in numbers)
    return True if nearer > _FAR or (nearer > -_FAR and whole_decimals) else None


def _float(text: str) -> float | None:
    if "_" in text:
        return None
    try:
        return float(text)
    except ValueError:
        return None
