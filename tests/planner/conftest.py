"""A training, a clock that knows its steps, and the two rigs of the question."""

from __future__ import annotations

import pytest

from sextet.hardware.rig import Rig, read_rig
from sextet.planner.clock import Clock
from sextet.planner.job import Job, Sizes, job_of
from sextet.planner.terms import Terms
from sextet.specs.presets import parse_members
from sextet.specs.train_config import TrainConfig


@pytest.fixture(scope="session")
def job() -> Job:
    return job_of(Sizes(), parse_members("v6"), TrainConfig())


@pytest.fixture(scope="session")
def terms() -> Terms:
    return Terms()


@pytest.fixture(scope="session")
def clock(terms: Terms) -> Clock:
    return Clock(terms.software)


@pytest.fixture(scope="session")
def rigs() -> tuple[Rig, Rig]:
    return read_rig("3x Tesla P40"), read_rig("2x Tesla V100 32GB")
