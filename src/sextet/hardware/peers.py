"""How the GPUs of a machine reach each other's memory, as NVML says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_UNREADABLE = (AttributeError, IndexError, TypeError, ValueError)


def links(library: Any, handles: Sequence[Any]) -> list[tuple[tuple[int, str], ...]]:
    """Return for each GPU (index of another, "nvlink", "pcie" or "none"); nothing of those that NVML does not tell of.

    "pcie" is access to the other's memory without a copy in main memory; "none" means there is no such access.

    Args:
        library: a module with the functions of `pynvml`, initialised.
        handles: of the GPUs, None where one does not answer.
    """
    return [
        tuple(
            (place, link)
            for place, other in enumerate(handles)
            if other is not one and one is not None and other is not None and (link := _link(library, one, other))
        )
        for one in handles
    ]


def _link(library: Any, one: Any, other: Any) -> str | None:
    if _reaches(library, one, other, "NVML_P2P_CAPS_INDEX_NVLINK"):
        return "nvlink"
    direct = _reaches(library, one, other, "NVML_P2P_CAPS_INDEX_READ")
    return None if direct is None else "pcie" if direct else "none"


def _reaches(library: Any, one: Any, other: Any, way: str) -> bool | None:
    try:
        answer = library.nvmlDeviceGetP2PStatus(one, other, getattr(library, way))
        return bool(answer == library.NVML_P2P_STATUS_OK)
    except (library.NVMLError, *_UNREADABLE):
        return None
