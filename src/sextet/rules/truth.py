"""Conditions over many steps, of which some may be unknown: logic of three values, as Kleene's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Truth:
    """Where a condition holds and where it does not; where neither, something that it needs is missing.

    Attributes:
        yes, no: of one shape that broadcasts to `[W, H]`; never both True.
    """

    yes: Mask
    no: Mask

    @classmethod
    def of(cls, holds: Mask, known: Mask | None = None) -> Truth:
        """Make it of where it `holds`, and where that is `known` (None: everywhere)."""
        if known is None:
            return cls(holds, ~holds)
        return cls(holds & known, ~holds & known)

    def __and__(self, other: Truth) -> Truth:
        """Return where both hold."""
        return Truth(self.yes & other.yes, self.no | other.no)

    def __or__(self, other: Truth) -> Truth:
        """Return where one holds."""
        return Truth(self.yes | other.yes, self.no & other.no)

    def __invert__(self) -> Truth:
        """Return where it does not hold; what is unknown stays so."""
        return Truth(self.no, self.yes)
