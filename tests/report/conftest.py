"""The samples that every test of the reports is built on."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


def load(name: str) -> ModuleType:
    """A module of this folder, loaded once under the name `report_NAME`."""
    known = f"report_{name}"
    if known not in sys.modules:
        spec = importlib.util.spec_from_file_location(known, Path(__file__).with_name(f"{name}.py"))
        module = importlib.util.module_from_spec(spec)
        sys.modules[known] = module
        spec.loader.exec_module(module)
    return sys.modules[known]


@pytest.fixture(scope="session")
def sample() -> ModuleType:
    """The module `sample.py` of this folder."""
    return load("sample")


@pytest.fixture(scope="session")
def backtest_sample() -> ModuleType:
    """The module `backtest_sample.py` of this folder."""
    return load("backtest_sample")


@pytest.fixture(scope="session")
def plan_sample() -> ModuleType:
    """The module `plan_sample.py` of this folder."""
    return load("plan_sample")
