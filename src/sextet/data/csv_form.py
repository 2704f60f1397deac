"""What a CSV text looks like from its first bytes: encoding and separator. Nothing of Arrow is loaded."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Sequence

_DELIMITERS = (",", ";", "\t", "|")


def encoding_of(start: bytes) -> str:
    """The encoding of a file that begins with these bytes: UTF-8 unless they are no such text."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def delimiter_of(lines: Sequence[str]) -> str:
    """The separator that splits the header, and the first rows into as many fields."""
    sample = [line for line in lines[:50] if line.strip()]

    def score(sign: str) -> tuple[bool, float, int]:
        widths = [len(record) for record in csv.reader(sample, delimiter=sign)]
        same = sum(width == widths[0] for width in widths) / len(widths)
        return widths[0] > 1, same, widths[0]

    return max(_DELIMITERS, key=score)
