"""A short name for data: two panels that differ in anything a fit sees have different ones."""

from __future__ import annotations

import hashlib

import numpy as np

import sextet
from sextet.core.panel import Panel

_COLUMNS = ("offsets", "first", "known", "y", "past", "future", "static", "weight", "label")


def fingerprint(panel: Panel) -> str:
    """Return a hash of the data: of everything in a panel but its notes."""
    digest = hashlib.sha256(repr((panel.ids, panel.frequency, panel.tz, sextet.__version__)).encode())
    for name in _COLUMNS:
        column = getattr(panel, name)
        digest.update(name.encode())
        if column is not None:
            digest.update(np.ascontiguousarray(column).reshape(-1).data)  # as a rule without a copy
    return digest.hexdigest()
