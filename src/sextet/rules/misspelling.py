"""What other languages and spreadsheets write otherwise, told from where Python's parser could not go on."""

from __future__ import annotations

import ast
import re

_SIGNS = {
    "&&": "and",
    "||": "or",
    "!==": "!=",
    "===": "==",
    "<>": "!=",
    "=>": ">=",
    "=<": "<=",
    "≥": ">=",
    "≤": "<=",
    "≠": "!=",
    "×": "*",
    "·": "*",
    "÷": "/",
    "−": "-",
    "∧": "and",
    "∨": "or",
    "¬": "not",
    ";": "and, or make several rules of it",
    "!": "not",
    "=": "== to compare",
}
"""Longer ones first, so that `!==` is not taken for `!`."""
_WORDS = ("AND", "OR", "NOT", "IN", "IF", "ELSE", "And", "Or", "Not", "In", "If", "Else")


def meant(text: str, position: int) -> tuple[str, int] | None:
    """Return what stands at or around `position` that is written otherwise here, and where it begins; None: nothing.

    Args:
        text: an expression that cannot be read.
        position: of the character at which the parser stopped.
    """
    for sign, instead in _SIGNS.items():
        for begin in range(max(0, position - len(sign) + 1), position + 1):
            if text.startswith(sign, begin) and (sign not in ("!", "=") or _alone(text, begin)):
                said = "one = is" if sign == "=" else f"{sign} is"
                return f"{said} not part of the language; write {instead}", begin
    for word in re.finditer(r"(?<![\"'\w])\w+", text):
        # the parser stops at the word itself, or at what follows it
        if word.group() in _WORDS and word.start() <= position <= word.end() + 1:
            return f"{word.group()} is not part of the language; write {word.group().lower()}", word.start()
    return None


def _alone(text: str, at: int) -> bool:
    """Whether the sign at `at` is no part of ==, !=, <= or >=."""
    return text[max(0, at - 1) : at] not in ("=", "!", "<", ">") and text[at + 1 : at + 2] != "="


def decimal_comma(node: ast.expr) -> ast.expr | None:
    """Return the number before a comma with digits on both sides and no blank, as in `forecast > 1,5`; None: none."""
    if not isinstance(node, ast.Tuple):
        return None
    for before, after in zip(node.elts, node.elts[1:], strict=False):
        left = next((one for one in _numbers(before) if one.end_col_offset == before.end_col_offset), None)
        right = next((one for one in _numbers(after) if one.col_offset == after.col_offset), None)
        if left and right and right.col_offset == (left.end_col_offset or 0) + 1:
            return left
    return None


def _numbers(node: ast.expr) -> list[ast.Constant]:
    return [one for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, int | float)]
