"""Members to cards, each whole on one card, so that the last is done as early as it can be.

The best assignment is found by going through all of them as sets of members: with six members that is 729 splits a
card. It can leave cards unused, so one card more never makes it later.
"""

from __future__ import annotations

import math
from collections.abc import Sequence


def assigned(seconds: Sequence[Sequence[float]]) -> tuple[float, tuple[int, ...]]:
    """Return when the last member is done, and the card of each member.

    Of assignments that end at the same time one that uses fewer cards is taken.

    Args:
        seconds: by member and card; infinite where a member cannot be on a card.
    """
    members, cards = len(seconds), len(seconds[0]) if seconds else 0
    if not members:
        return 0.0, ()
    full = (1 << members) - 1
    useful = _useful(seconds, cards)
    best: list[dict[int, tuple[float, int, int]]] = []  # for each card: members done -> end, cards used, own members
    done = {0: (0.0, 0, 0)}
    for card in useful:
        sums = _sums([row[card] for row in seconds])
        now: dict[int, tuple[float, int, int]] = {}
        for before, (end, used, _) in done.items():
            rest = full & ~before
            own = rest
            while True:
                found = max(end, sums[own]), used + (own > 0), own
                if found < now.get(before | own, (math.inf, 0, 0)):
                    now[before | own] = found
                own = (own - 1) & rest if own else -1
                if own < 0:
                    break
        best.append(now)
        done = now
    if full not in done:
        return math.inf, ()
    return done[full][0], _read(best, useful, full, members)


def _useful(seconds: Sequence[Sequence[float]], cards: int) -> list[int]:
    """Return cards without those that are one too many: of equal ones no more than there are members."""
    seen: dict[tuple[float, ...], int] = {}
    kept = []
    for card in range(cards):
        column = tuple(row[card] for row in seconds)
        seen[column] = seen.get(column, 0) + 1
        if seen[column] <= len(seconds):
            kept.append(card)
    return kept


def _sums(own: Sequence[float]) -> list[float]:
    """Return the seconds of every set of members on one card."""
    sums = [0.0]
    for value in own:
        sums += [total + value for total in sums]
    return sums


def _read(
    best: Sequence[dict[int, tuple[float, int, int]]], useful: Sequence[int], full: int, members: int
) -> tuple[int, ...]:
    """Return the card of each member, going back through the cards."""
    cards = [0] * members
    left = full
    for card, now in zip(reversed(useful), reversed(best), strict=True):
        own = now[left][2]
        for member in range(members):
            if own >> member & 1:
                cards[member] = card
        left &= ~own
    return tuple(cards)
