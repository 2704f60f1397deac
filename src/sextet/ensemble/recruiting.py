"""Trains the members of a run, each exported, and returns them as they will be shipped."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sextet.core.progress import Progress
from sextet.ensemble.ground import Ground
from sextet.ensemble.member_training import Training, member_file, train_member
from sextet.rules.user_rules import UserRules
from sextet.runtime.crew import Crew, member_from


@dataclass(frozen=True, kw_only=True)
class Recruits:
    """The trained members.

    Attributes:
        crew: ready to answer from what was written.
        trainings: name -> how it was trained.
        files: names of the files written, relative to the run.
    """

    crew: Crew
    trainings: dict[str, Training]
    files: tuple[str, ...]


class Hands(Protocol):
    """Who trains the members: this process one after the other, several processes, or a cluster."""

    def train(self, ground: Ground, folder: Path, progress: Progress) -> dict[str, Training]:
        """Train every member of `ground.specs` that is not trained yet, and write it under `folder/members`.

        Returns:
            Name -> how it was trained.

        Raises:
            SextetError: a member cannot be trained or exported; it is named.
        """


class InTurn:
    """This process, one member after the other."""

    def train(self, ground: Ground, folder: Path, progress: Progress) -> dict[str, Training]:
        """Train the members in their order."""
        return {spec.name: train_member(spec, ground, folder, progress) for spec in ground.specs}


IN_TURN = InTurn()


def recruit(
    ground: Ground, folder: Path, progress: Progress, hands: Hands = IN_TURN, rules: UserRules | None = None
) -> Recruits:
    """Train every member of `ground.specs` and write it under `folder/members`; one that is there is taken as it is.

    The user's `rules` act in the Rule-Based one.

    Raises:
        SextetError: a member cannot be trained or exported; it is named.
    """
    trained = hands.train(ground, folder, progress)
    files = {spec.name: member_file(spec) for spec in ground.specs}
    members = {name: member_from(folder / file) for name, file in files.items()}
    trainings = {name: trained[name] for name in files}
    crew = Crew(members=members, shape=ground.shape, rules=rules or UserRules())
    return Recruits(crew=crew, trainings=trainings, files=tuple(files.values()))
