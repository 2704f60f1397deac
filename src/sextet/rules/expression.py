"""Expressions of rules: text in, checked and compiled to NumPy, read off whole scenes at once.

Python's own parser makes the tree and nothing else of Python is used: only the parts named in `compiling` pass, the
rest is refused, and nothing is ever evaluated as Python.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sextet.rules.compiling import Compiler, Uses
from sextet.rules.misspelling import meant
from sextet.rules.scene import Reals, Scene
from sextet.rules.truth import Truth

LONGEST = 2_000  # characters
MOST_PARTS = 400
DEEPEST = 40  # parts within parts
MOST_ROWS = 40_000  # that all statistics of an expression go over, a window
_OPEN, _CLOSE, _QUOTES = "([{", ")]}", "\"'"


class ExpressionError(Exception):
    """An expression cannot be understood.

    Attributes:
        problems: (message, position) of each mistake in it, in their order in the text, without repetitions.
        message: of the first, what was expected, what came, what to do.
        position: of the first, the character of the text at which it stands, from 0.
    """

    def __init__(self, message: str, position: int = 0, *more: tuple[str, int]) -> None:
        """Say what is wrong, and where."""
        self.problems = tuple(dict.fromkeys(sorted([(message, position), *more], key=lambda one: one[1])))
        self.message, self.position = self.problems[0]
        super().__init__(self.message)

    def moved(self, by: int) -> ExpressionError:
        """Return the same error in a text that begins so many characters earlier."""
        first, *rest = ((message, position + by) for message, position in self.problems)
        return ExpressionError(*first, *rest)


@dataclass(frozen=True, kw_only=True)
class Expression:
    """An expression that is valid.

    Attributes:
        text: as it was written, white space at the ends left out.
        uses: what it needs to be read.
        constant: its value where it is a number written out, else None.
    """

    text: str
    uses: Uses
    constant: float | None = None
    _read: Callable[[Scene], Any] = field(repr=False, compare=False)

    def number(self, scene: Scene) -> Reals:
        """Return a number's values, which broadcast to `[W, H]`; NaN where missing."""
        values: Reals = self._read(scene)
        return values

    def condition(self, scene: Scene) -> Truth:
        """Return where a condition holds, of a shape that broadcasts to `[W, H]`."""
        truth: Truth = self._read(scene)
        return truth


def parse_condition(text: str) -> Expression:
    """Read a condition such as `forecast > 100 and weekday in ["sat", "sun"]`.

    Raises:
        ExpressionError: it cannot be understood, or is no condition.
    """
    return _parsed(text, "condition", "a condition, which holds or not, such as forecast > 100 or weekend")


def parse_number(text: str) -> Expression:
    """Read a number such as `1.2 * rolling_max(168)`.

    Raises:
        ExpressionError: it cannot be understood, or is no number.
    """
    return _parsed(text, "number", "a number, such as 100 or 1.2 * lag(24)")


def number_of(value: float) -> Expression:
    """Return the expression of a plain number."""
    array = np.full((1, 1), float(value))
    return Expression(text=f"{value:g}", uses=Uses(), constant=float(value), _read=lambda scene: array)


def _parsed(text: str, kind: str, wanted: str) -> Expression:
    stripped = text.lstrip()
    lead = len(text) - len(stripped)
    stripped = stripped.rstrip()
    try:
        _check_text(stripped)
        tree = _tree(stripped)
        _check_size(tree)
        compiler = Compiler()
        part = compiler.part(tree)
        problems = [(problem.message, _position(problem.node, stripped)) for problem in compiler.problems]
        if part.kind not in (kind, "unknown"):
            problems.append((f"expected {wanted}; this is a {part.kind}", 0))
        if compiler.uses.rows > MOST_ROWS:
            steps = f"its statistics go over {compiler.uses.rows:,} steps together"
            problems.append((f"{steps}, at most {MOST_ROWS:,} are allowed", 0))
        if problems:
            raise ExpressionError(*problems[0], *problems[1:])
    except ExpressionError as error:
        raise error.moved(lead) from None
    value = part.literal if isinstance(part.literal, float) else None
    return Expression(text=stripped, uses=compiler.uses, constant=value, _read=part.read)


def _check_text(text: str) -> None:
    """Refuse what is empty, too long, too deep or no plain text, before any parser sees it."""
    if not text:
        raise ExpressionError("expected an expression, got nothing")
    if len(text) > LONGEST:
        raise ExpressionError(
            f"it has {len(text):,} characters, at most {LONGEST:,} are read; make several rules of it"
        )
    quote, depth = "", 0
    for position, sign in enumerate(text):
        if sign == "\\" or sign == "\0" or 0xD800 <= ord(sign) < 0xE000:
            raise ExpressionError(f"unexpected character {sign!r}", position)
        if quote:
            quote = "" if sign == quote else quote
        elif sign in _QUOTES:
            quote = sign
        elif sign == "#":
            raise ExpressionError("unexpected '#'; write a comment on a line of its own, outside the quotes", position)
        else:
            depth += (sign in _OPEN) - (sign in _CLOSE)
            if depth > DEEPEST:
                raise ExpressionError(f"more than {DEEPEST} brackets within brackets", position)


def _tree(text: str) -> ast.expr:
    # a line that ends does not end an expression of several lines
    flat = "".join(" " if sign.isspace() else sign for sign in text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a complaint about the style of Python, which this is not
            return ast.parse(flat, mode="eval").body
    except SyntaxError as error:
        what, position = error.msg or "invalid syntax", min(error.offset or len(text), len(text)) - 1
        what, position = meant(text, position) or (what, position)
        raise ExpressionError(f"cannot be read: {what}", position) from None
    except (ValueError, OverflowError, MemoryError, RecursionError) as error:
        raise ExpressionError(f"cannot be read: {error or type(error).__name__}") from None


def _check_size(tree: ast.expr) -> None:
    """Refuse a tree of too many parts or of too many levels; walks it without recursion."""
    level: list[ast.AST] = [tree]
    count = depth = 0
    while level:
        depth += 1
        count += sum(isinstance(node, ast.expr) for node in level)
        if count > MOST_PARTS or depth > 2 * DEEPEST:
            raise ExpressionError(
                f"too much in one expression: at most {MOST_PARTS} parts, {DEEPEST} within each other; make several "
                "rules of it"
            )
        level = [child for node in level for child in ast.iter_child_nodes(node) if not isinstance(child, ast.Load)]


def _position(node: ast.expr, text: str) -> int:
    """The character at which a node begins; the parser counts bytes."""
    return len(text.encode()[: node.col_offset].decode(errors="ignore"))
