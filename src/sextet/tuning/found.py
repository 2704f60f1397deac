"""What a search found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from sextet.specs.run_config import RunConfig

Verdict = Literal["found", "default", "left out"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What was found for a member, or for the training that all share.

    Attributes:
        name: of the member, or "training".
        default: loss on `select` of the defaults, scaled space, mean over the seeds tried; None: not trained.
        found: the same of what was found; None where nothing better was.
        trials: how many were begun.
        pruned: how many of them were ended early.
        changed: what is otherwise than in the defaults, such as "lookback 72 -> 144"; empty: nothing.
        verdict: "found" is in the config, "default" stayed, "left out": the ensemble is better without the member.
    """

    name: str
    default: float | None
    found: float | None
    trials: int
    pruned: int
    changed: str
    verdict: Verdict


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a search found.

    Attributes:
        config: of the run to train.
        findings: one for each member, and one for the training where that was searched.
        weigh: cross-validated loss on `weigh` of the ensemble "default" and "found", where they could be told.
        notes: what the user should know, one sentence each.
        seconds: wall time of the whole search, over all its runs.
    """

    config: RunConfig
    findings: tuple[Finding, ...]
    weigh: Mapping[str, float]
    notes: tuple[str, ...]
    seconds: float


def changes(old: Any, new: Any) -> str:
    """Say which fields of a frozen dataclass changed."""
    pairs = [(field.name, getattr(old, field.name), getattr(new, field.name)) for field in fields(old)]
    return ", ".join(f"{name} {_text(before)} -> {_text(after)}" for name, before, after in pairs if before != after)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)
