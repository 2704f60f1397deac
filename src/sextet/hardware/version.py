"""Version texts as tools write them, compared number by number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import total_ordering

_NUMBERS = re.compile(r"\d+(?:\.\d+)*")


@total_ordering
@dataclass(frozen=True, eq=False)
class Version:
    """A version: its numbers, and the text it was read from.

    Versions compare by their numbers, an absent number counting as 0: 12.5 equals 12.5.0. What follows the numbers
    ("rc1", "+cu126") stays in the text and is not compared.
    """

    numbers: tuple[int, ...]
    text: str

    @classmethod
    def of(cls, text: str) -> Version:
        """Read a version such as 2.15.0, v11.8, 535.54.03, 2.8.0+cu126 or 12.9.86-1.

        Raises:
            ValueError: there is no number at its start.
        """
        plain = text.strip()
        found = _NUMBERS.match(plain.lstrip("vV"))
        if not found:
            raise ValueError(f"Expected a version such as 2.15.0; got {text!r}.")
        return cls(tuple(int(part) for part in found[0].split(".")), plain)

    @classmethod
    def of_cuda(cls, number: int) -> Version:
        """Read a version as CUDA gives it: 12020 is 12.2."""
        major, minor = number // 1000, number % 1000 // 10
        return cls((major, minor), f"{major}.{minor}")

    @classmethod
    def of_cudnn(cls, number: int) -> Version:
        """Read a version as cuDNN gives it: 8905 is 8.9.5, 91002 is 9.10.2 (from 9 on a digit more)."""
        unit = 10_000 if number >= 90_000 else 1000
        numbers = (number // unit, number % unit // 100, number % 100)
        return cls(numbers, ".".join(map(str, numbers)))

    @property
    def major(self) -> int:
        """The first number."""
        return self.numbers[0]

    @property
    def release(self) -> str:
        """The first two numbers as text: 2.15 of 2.15.0."""
        return ".".join(map(str, self._padded(2)[:2]))

    def within(self, release: Version) -> bool:
        """Whether this is `release` or a patch of it: 2.15.1 is within 2.15."""
        return self._padded(len(release.numbers))[: len(release.numbers)] == release.numbers

    def __eq__(self, other: object) -> bool:
        """Whether the numbers are the same."""
        return isinstance(other, Version) and self._bare() == other._bare()

    def __lt__(self, other: Version) -> bool:
        """Whether the numbers come before those of `other`."""
        return self._bare() < other._bare()

    def __hash__(self) -> int:
        """Equal versions have equal hashes."""
        return hash(self._bare())

    def __str__(self) -> str:
        """The text it was read from."""
        return self.text

    def _padded(self, length: int) -> tuple[int, ...]:
        return self.numbers + (0,) * (length - len(self.numbers))

    def _bare(self) -> tuple[int, ...]:
        last = max((place for place, number in enumerate(self.numbers) if number), default=-1)
        return self.numbers[: last + 1]


def version(text: str | None) -> Version | None:
    """Return the version a text starts with, None where there is none."""
    try:
        return Version.of(text) if text else None
    except ValueError:
        return None
