"""The members of a run, ready to answer: graphs by ONNX Runtime, the Rule-Based member by its own arithmetic."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sextet.combine.lagged import EARLIER, Asked, LaggedAverage
from sextet.core.answer import Answer, joined
from sextet.core.window import WindowIndex, WindowShape
from sextet.data.prepare import Prepared
from sextet.data.windows import gather
from sextet.rules.rule_based import RuleBasedModel
from sextet.rules.user_rules import UserRules
from sextet.runtime.onnx_member import OnnxMember

BATCH = 256  # windows gathered at a time: a few MB, and enough to keep the kernels busy


@dataclass(frozen=True, kw_only=True)
class Crew:
    """The members in their order.

    Attributes:
        members: name -> what answers.
        shape: of the windows they answer.
        rules: the user's, which act in the Rule-Based member.
        lagged: how far members are drawn towards what they said at the cutoffs before.
    """

    members: Mapping[str, OnnxMember | RuleBasedModel]
    shape: WindowShape
    rules: UserRules = field(default_factory=UserRules)
    lagged: LaggedAverage = field(default_factory=LaggedAverage)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the members."""
        return tuple(self.members)

    def only(self, names: Sequence[str]) -> Crew:
        """Return the crew of these members alone."""
        lagged = LaggedAverage(shares={name: self.lagged.shares[name] for name in self.lagged.names if name in names})
        return replace(self, members={name: self.members[name] for name in names}, lagged=lagged)

    def batches(
        self,
        prepared: Prepared,
        index: WindowIndex,
        size: int = BATCH,
        seconds: MutableMapping[str, float] | None = None,
    ) -> Iterator[tuple[slice, dict[str, Answer]]]:
        """Yield which windows, and what each member answers for them in scaled space, in order.

        Args:
            prepared: the data.
            index: the windows.
            size: windows at a time.
            seconds: name -> wall time; what each member takes is added to it.
        """
        for low in range(0, len(index), size):
            part = slice(low, min(low + size, len(index)))
            some = index.take(part)
            answers = self._said(prepared, some, self._plain, seconds)
            if self.lagged.names:
                asked = Asked.of(prepared.panel, some)
                wide = self._said_of_all(prepared, asked.index, size + EARLIER, seconds)
                answers |= {name: self.lagged.drawn(name, said, asked.place) for name, said in wide.items()}
                answers = {name: answers[name] for name in self.members}
            warned = spike_probability(answers)
            for name, member in self.members.items():
                if isinstance(member, RuleBasedModel):
                    levels = self.shape.levels
                    answers[name] = self.rules.in_member(answers[name], prepared, some, levels, warned)
            yield part, answers

    def _said_of_all(
        self, prepared: Prepared, index: WindowIndex, size: int, seconds: MutableMapping[str, float] | None
    ) -> dict[str, Answer]:
        """What the members that are drawn say, as they are, of more windows than are gathered at a time."""
        parts = [
            self._said(prepared, index.take(slice(low, low + size)), self.lagged.names, seconds)
            for low in range(0, len(index), size)
        ]
        return {name: joined([part[name] for part in parts]) for name in self.lagged.names}

    def _said(
        self,
        prepared: Prepared,
        index: WindowIndex,
        names: Sequence[str],
        seconds: MutableMapping[str, float] | None,
    ) -> dict[str, Answer]:
        """What some members say as they are."""
        batch = gather(prepared, index, self.shape)
        answers = {}
        for name in names:
            member, start = self.members[name], time.perf_counter()
            answers[name] = member.answer(batch) if isinstance(member, OnnxMember) else member.answer(prepared, index)
            if seconds is not None:
                seconds[name] = seconds.get(name, 0.0) + time.perf_counter() - start
        return answers

    @property
    def _plain(self) -> list[str]:
        return [name for name in self.members if name not in self.lagged.names]

    def answers(self, prepared: Prepared, index: WindowIndex) -> dict[str, Answer]:
        """Return what each member answers for all windows of `index`, in scaled space."""
        parts: dict[str, list[Answer]] = {name: [] for name in self.members}
        for _, batch in self.batches(prepared, index):
            for name, answer in batch.items():
                parts[name].append(answer)
        return {name: joined(answers) for name, answers in parts.items()}


def member_from(path: Path) -> OnnxMember | RuleBasedModel:
    """Read a member from its file: a graph, or the Rule-Based member as arrays, or as JSON (runs of version 0.1).

    Raises:
        RunError: the file cannot be read as such.
    """
    if path.suffix == ".onnx":
        return OnnxMember(path)
    if path.suffix == ".json":
        return RuleBasedModel.from_json(json.loads(path.read_text(encoding="utf-8")))
    with np.load(path, allow_pickle=False) as stored:
        return RuleBasedModel.from_arrays({key: stored[key] for key in stored.files})


def spike_probability(answers: Mapping[str, Answer]) -> NDArray[np.float32] | None:
    """Return the `[W, H]` spike probability of the first member that warns, or None."""
    for answer in answers.values():
        if answer.spike_probability is not None:
            return answer.spike_probability
    return None


def spike_size(answers: Mapping[str, Answer]) -> NDArray[np.float32] | None:
    """Return the `[W, H]` spike size, in scaled space, of the first member that warns, or None."""
    for answer in answers.values():
        if answer.spike_size is not None:
            return answer.spike_size
    return None
