"""Compute capability: which machine code a card runs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_WRITTEN = re.compile(r"(?:sm_?|compute_?|cc\s?)?(?:(\d{1,2})\.(\d)|(\d{1,2})(\d))[af]?", re.IGNORECASE)


class Capability(NamedTuple):
    """A compute capability, such as 6.1 of a Tesla P40."""

    major: int
    minor: int

    @classmethod
    def of(cls, text: str) -> Capability:
        """Read 6.1, 61, sm_61 or compute_61.

        Raises:
            ValueError: it is none of these.
        """
        found = _WRITTEN.fullmatch(text.strip())
        if not found:
            raise ValueError(f"Expected a compute capability such as 6.1 or sm_61; got {text!r}.")
        return cls(int(found[1] or found[3]), int(found[2] or found[4]))

    def runs(self, compiled: Iterable[Capability]) -> bool:
        """Whether a card of this capability runs machine code (SASS) compiled for any of `compiled`.

        Machine code runs on the same major number, from its minor number up (CUDA C++ Programming Guide, binary
        compatibility).
        """
        return any(code.major == self.major and code.minor <= self.minor for code in compiled)

    def __str__(self) -> str:
        """Written as NVIDIA does: 6.1."""
        return f"{self.major}.{self.minor}"
