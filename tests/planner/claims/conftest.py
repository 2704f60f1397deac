"""Judgements, each made once, and settings in which the answer is another one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from sextet.hardware.rig import read_rig
from sextet.planner.claims.judgement import Judgement, statement, statements
from sextet.planner.claims.judges import JUDGES, judge
from sextet.planner.claims.setting import Setting, default_setting


@pytest.fixture(scope="session")
def judged() -> dict[str, Judgement]:
    """Every judgement by its id."""
    return {name: judge(name) for name in statements()}


@pytest.fixture(scope="session")
def asked() -> Callable[..., Judgement]:
    """Judge a statement with other rigs, or other words."""

    def ask(name: str, many: str = "", few: str = "", setting: Setting | None = None, **words: object) -> Judgement:
        own = setting or default_setting()
        if many:
            own = replace(own, many=read_rig(many))
        if few:
            own = replace(own, few=read_rig(few), plain=read_rig(few.replace(" nvlink", "")))
        claim = replace(statement(name), **words)
        return JUDGES[name](claim, own).about(claim)

    return ask


@pytest.fixture(scope="session")
def figure() -> Callable[[Judgement, str], float]:
    """The number of the only figure whose label begins so."""

    def look(one: Judgement, label: str) -> float:
        (found,) = [row.number for row in one.figures if row.label.startswith(label)]
        quantity = getattr(found, "quantity", found)
        return float(quantity.value)

    return look
