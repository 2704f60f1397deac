"""In what two questions differ, called as whoever asks would give it: by its option, where there is one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

OPTIONS = frozenset(
    "members lookback seed quick epochs batch catch_up precision scale_batch scale_rate rules miss_cost "
    "false_alarm_cost transform nonnegative title unit horizon id time target freq resample past future static "
    "future_data tz skip_short weight spike_label spike_threshold train_end validation_end test_end validation test "
    "windows step refit baselines forecasts".split()
)
"""Names of values that are options, with hyphens for underscores."""

_GROUPS = ("train", "split", "compute", "reading")


def differing(known: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """Return what differs between plain values of two questions, sorted: "--seed", or "train.steps" without an option.

    What `--quick` changes is not listed beside it.
    """
    found = []
    for name in sorted({*known, *wanted}):
        one, other = known.get(name), wanted.get(name)
        if one == other:
            continue
        if name in _GROUPS and isinstance(one, Mapping) and isinstance(other, Mapping):
            parts = [part for part in sorted({*one, *other}) if one.get(part) != other.get(part)]
            if name == "train" and known.get("quick") != wanted.get("quick"):
                parts = [part for part in parts if part == "seed"]
            found += [_called(part, f"{name}.{part}") for part in parts]
        else:
            found.append(_called(name, "the data" if name == "data" else name))
    return sorted(found)


def _called(name: str, otherwise: str) -> str:
    return f"--{name.replace('_', '-')}" if name in OPTIONS else otherwise
