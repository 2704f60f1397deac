"""Charts as inline SVG that need no script: a drawing for each width of page, of which the stylesheet shows one."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from sextet.report.plain import clipped

WIDTHS = {"narrow": 340, "middle": 640, "wide": 1040}
"""Widths that drawings are made for, by the class that the stylesheet shows at that width of page."""

LETTER = 7.4
"""Room that a letter of 12 px needs in a wide font."""

Anchor = Literal["start", "middle", "end"]


class Drawing:
    """An SVG under construction; every text is escaped."""

    def __init__(self, width: float, height: float, title: str) -> None:
        """Begin.

        Args:
            width: of its coordinates; height: likewise.
            height: likewise.
            title: what a screen reader says it is.
        """
        self.width, self.height, self.title = width, height, title
        self._parts: list[str] = []

    def text(
        self, x: float, y: float, text: str, *, anchor: Anchor = "start", cls: str = "", room: float | None = None
    ) -> None:
        """Write a text, its middle left out where it needs more than `room`."""
        if room is not None:
            text = fitted(text, room, 1.3 if "strong" in cls else 1.1 if "name" in cls else 1.0)
        kind = f' class="{cls}"' if cls else ""
        self._parts.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{kind}>{escape(text)}</text>')

    def rect(self, x: float, y: float, width: float, height: float, cls: str, title: str = "") -> None:
        """Draw a box; `title` is shown when one points at it."""
        size = f'width="{max(width, 0.0):.2f}" height="{max(height, 0.0):.2f}"'
        self._shape(f'rect class="{cls}" x="{x:.2f}" y="{y:.2f}" {size}', "rect", title)

    def line(self, x1: float, y1: float, x2: float, y2: float, cls: str = "grid") -> None:
        """Draw a straight line."""
        self._parts.append(f'<line class="{cls}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>')

    def path(self, points: Sequence[tuple[float, float]], cls: str, *, closed: bool = False) -> None:
        """Draw a line through points, or the area that they enclose."""
        steps = " ".join(f"{'M' if k == 0 else 'L'}{x:.1f} {y:.1f}" for k, (x, y) in enumerate(points))
        self._parts.append(f'<path class="{cls}" d="{steps}{" Z" if closed else ""}"/>')

    def dot(self, x: float, y: float, radius: float, cls: str, title: str = "") -> None:
        """Draw a disc; `title` is shown when one points at it."""
        self._shape(f'circle class="{cls}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}"', "circle", title)

    def html(self, cls: str) -> str:
        """Return the drawing; `cls` is the width of page that it is for."""
        head = f'<svg class="chart {cls}" viewBox="0 0 {self.width:g} {self.height:g}" role="img"'
        return f'{head} aria-label="{escape(self.title)}">{"".join(self._parts)}</svg>'

    def _shape(self, head: str, tag: str, title: str) -> None:
        self._parts.append(f"<{head}><title>{escape(title)}</title></{tag}>" if title else f"<{head}/>")


def wide(text: str) -> float:
    """Return about how many pixels a text of 12 px needs in a wide font."""
    return sum(LETTER * (1.7 if letter in "WMwm@%" or ord(letter) > 0x2E7F else 1.0) for letter in text)


def fitted(text: str, room: float, larger: float = 1.0) -> str:
    """Return a text with its middle left out until it fits into `room`; letters are `larger` than those of 12 px."""
    most = len(text)
    while most > 3 and larger * wide(text) > room:
        most = min(most - 1, int(most * room / (larger * wide(text))) + 1)
        text = clipped(text, max(most, 3))
    return text


def drawn(draw: Callable[[float], Drawing]) -> str:
    """Return a chart in every width; `draw` gets the width."""
    return f'<div class="draw">{"".join(draw(width).html(name) for name, width in WIDTHS.items())}</div>'


def legend(entries: Sequence[tuple[str, str]]) -> str:
    """Return what colours mean; entries are (class of the colour, text)."""
    items = "".join(
        f'<span><svg class="swatch" viewBox="0 0 22 10" aria-hidden="true"><rect class="{cls}" x="3" width="16" '
        f'height="10" rx="2"/></svg> {escape(clipped(text, 60))}</span>'
        for cls, text in entries
    )
    return f'<div class="legend plain">{items}</div>'


@dataclass(frozen=True, kw_only=True)
class Scale:
    """Values to places: `domain` to `span`, straight or by logarithm."""

    domain: tuple[float, float]
    span: tuple[float, float]
    log: bool = False

    def __call__(self, value: float) -> float:
        """Return the place of a value; beyond the domain it is its end."""
        low, high = self.domain
        clipped_value = min(max(value, low), high)
        if self.log:
            share = math.log(clipped_value / low) / math.log(high / low)
        else:
            share = (clipped_value - low) / (high - low)
        return self.span[0] + share * (self.span[1] - self.span[0])


def ticks(high: float, most: int) -> list[float]:
    """Return round values from 0 to `high`, at most `most` besides 0."""
    if high <= 0:
        return [0.0]
    rough = high / most
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(one for one in (size, 2 * size, 5 * size, 10 * size) if one >= rough * (1 - 1e-9))
    return [step * k for k in range(int(high / step * (1 + 1e-9)) + 1)]


def log_domain(values: Sequence[float], spare: float = 1.3) -> tuple[float, float]:
    """Return ends that hold all values above 0, a factor of `spare` beyond them, at least a decade apart."""
    low, high = min(values) / spare, max(values) * spare
    if high / low < 10:
        middle = math.sqrt(low * high)
        low, high = middle / math.sqrt(10), middle * math.sqrt(10)
    return low, high


def log_ticks(domain: tuple[float, float], most: int) -> list[float]:
    """Return powers of ten within a domain, every second or third where there are many; 2 and 5 where few."""
    low, high = domain
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    powers = [10.0**k for k in range(first, last + 1)]
    if len(powers) < 3:
        fine = [one * 10.0**k for k in range(first - 1, last + 1) for one in (1, 2, 5)]
        powers = [one for one in fine if low <= one <= high]
    return powers[:: max(1, math.ceil(len(powers) / max(most, 1)))]
