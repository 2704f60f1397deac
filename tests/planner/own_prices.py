"""A file of prices as a person writes it."""

from __future__ import annotations

OWN = """
[[list]]
name = "mine"
currency = "KRW"
condition = "used"
source = "the shop around the corner"
date = 2026-11-25
[[list.cards]]
card = "P40"
low = 300_000
"""
