"""Machines with cards, as tests describe them."""

from __future__ import annotations

from typing import Any

P40 = {"name": "Tesla P40", "capability": "6.1", "memory": [24576, 24400], "width": [16, 16], "generation": [1, 3]}
"""As NVML says it; see `doctor.described`."""


def machine(*cards: dict[str, Any], **environ: str) -> dict[str, Any]:
    """Return the description of a Linux machine with cards."""
    numbered = [{**card, "uuid": f"GPU-{number}"} for number, card in enumerate(cards)]
    return {
        "platform": {"python": "3.11", "system": "Linux", "machine": "x86_64"},
        "paths": ["/dev/nvidiactl"] if cards else [],
        "environ": environ,
        "files": {"/proc/meminfo": "MemTotal: 66000000 kB\nMemAvailable:   32000000 kB\n"},
        "nvml": {"driver": "580.82.07", "cuda": 13000, "card": numbered},
    }
