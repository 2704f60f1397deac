"""How forecasters are called in a report, and the fixed colour slot of each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from sextet.report.view import Name

ENSEMBLE = "Ensemble"
ONLINE = f"{ENSEMBLE} (online)"

_ENSEMBLE_SLOT = 10
_FIRST_BASELINE_SLOT = 11
_FIRST_OTHER_SLOT = 6
_OTHER_SLOTS = 4
_BASELINE_SLOTS = 6
_ONLINE_SLOT = 17
_KNOWN = {
    "lstm": ("LSTM", 0),
    "gru": ("GRU", 1),
    "cnnlstm": ("CNN-LSTM", 2),
    "patchtst": ("PatchTST", 3),
    "spikedetector": ("Spike Detector", 4),
    "spike": ("Spike Detector", 4),
    "rulebased": ("Rule-Based", 5),
    "rules": ("Rule-Based", 5),
    "seasonalnaive": ("Seasonal naive", 11),
    "naive": ("Naive", 13),
    "ridge": ("Ridge regression", 12),
    "ridgeregression": ("Ridge regression", 12),
    "autoets": ("AutoETS", 14),
    "mstl": ("MSTL", 15),
    "autotheta": ("AutoTheta", 16),
}


def shown(name: str) -> str:
    """Return the name as people read it: "cnn_lstm" -> "CNN-LSTM"; a name not known here stays as it is."""
    key = _plain(name)
    if key in ("ensemble", "sextet"):
        return ENSEMBLE
    if key in ("ensembleonline", "sextetonline"):
        return ONLINE
    return _KNOWN[key][0] if key in _KNOWN else name


def is_ensemble(name: str) -> bool:
    """Return whether a leaderboard row is the ensemble, in any of its calibrations."""
    return _plain(name).startswith(("ensemble", "sextet"))


def name_list(members: Iterable[str], baselines: Iterable[str], *, online: bool = False) -> list[Name]:
    """Return the ensemble, members and baselines with their slots; a member not known here gets a spare slot.

    With `online` the ensemble whose calibration adapts is a forecaster of its own.
    """
    out: list[Name] = [{"name": ENSEMBLE, "kind": "ensemble", "slot": _ENSEMBLE_SLOT}]
    if online:
        out.append({"name": ONLINE, "kind": "ensemble", "slot": _ONLINE_SLOT})
    kinds: list[tuple[Iterable[str], Literal["member", "baseline"], int, int]] = [
        (members, "member", _FIRST_OTHER_SLOT, _OTHER_SLOTS),
        (baselines, "baseline", _FIRST_BASELINE_SLOT, _BASELINE_SLOTS),
    ]
    seen = {ENSEMBLE}
    for names, kind, first, spare in kinds:
        taken = {_KNOWN[_plain(name)][1] for name in names if _plain(name) in _KNOWN}
        free = [slot for slot in range(first, first + spare) if slot not in taken] or [first]
        for name in names:
            if shown(name) in seen:
                continue
            seen.add(shown(name))
            key = _plain(name)
            out.append({"name": shown(name), "kind": kind, "slot": _KNOWN[key][1] if key in _KNOWN else free[0]})
            if key not in _KNOWN:
                free = [*free[1:], free[0]]
    return out


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
