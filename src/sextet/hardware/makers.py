"""Cards of makers that sextet cannot train on: what to say instead of naming an NVIDIA card that is spelt alike."""

from __future__ import annotations

import re

_MAKERS = {
    "AMD": re.compile(
        r"\b(?:amd|ati|radeon|instinct|firepro|firegl"
        r"|mi[\s-]?\d{1,3}[apx]?"  # Instinct: MI25, MI250X, MI300A
        r"|rx[\s-]?(?:vega|4[5-9]0|5[4-9]0|5[3-7]\d0|6[3-9]\d0|7[4-9]\d0|90[67]0)\w*"  # "RX 3090" is a slip of "RTX"
        r"|r[579][\s-]?[23]\d{2}x?"
        r"|w[2-9]\d00x?)\b"  # FirePro W8100, Radeon Pro W7900
    ),
    "Intel": re.compile(
        r"\b(?:intel|arc|gaudi[\s-]?\d?"
        r"|flex[\s-]?(?:140|170)|max[\s-]?(?:1100|1350|1450|1550)"
        r"|a(?:310|380|580|750|770)|b(?:570|580))\b"
    ),
}


def maker_of(name: str) -> str:
    """Return "AMD" or "Intel" where a name is plainly that of such a card, else an empty string.

    Meant for names that no NVIDIA card has.
    """
    return next((maker for maker, names in _MAKERS.items() if names.search(name.lower())), "")


def refusal(name: str) -> str:
    """Return why a card of another maker is refused; empty where the name is not plainly one."""
    maker = maker_of(name)
    if not maker:
        return ""
    return (
        f"Expected an NVIDIA card such as 'Tesla P40'; got {name.strip()!r}, which is {maker}'s: sextet trains with "
        "TensorFlow on CUDA, which cards of AMD and Intel do not run. Name a card of NVIDIA."
    )
