from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="training is not installed")

from sextet.training.devices.spread import Spread


class Three:
    """A strategy of three replicas that keeps what each was given."""

    num_replicas_in_sync = 3

    def experimental_distribute_values_from_function(self, of: Any) -> list[Any]:
        return [of(SimpleNamespace(replica_id_in_sync_group=place)) for place in range(3)]


def numbered(number: int) -> Any:
    return {"past": np.full((6, 2), number, dtype=np.float32)}, {"row": np.arange(6, dtype=np.float32)}


def test_each_replica_has_its_rows_in_order() -> None:
    parts = Spread(numbered, Three()).batch(7)
    assert [part[0]["past"].shape for part in parts] == [(2, 2)] * 3
    assert {float(part[0]["past"][0, 0]) for part in parts} == {7.0}
    np.testing.assert_array_equal(np.concatenate([part[1]["row"] for part in parts]), np.arange(6))


def test_the_next_batch_is_gathered_meanwhile_and_any_may_be_asked_for() -> None:
    asked: list[int] = []
    ahead = threading.Event()

    def at(number: int) -> Any:
        asked.append(number)
        if number == 4:
            ahead.set()
        return numbered(number)

    spread = Spread(at, Three())
    spread.batch(3)
    assert ahead.wait(20)
    assert float(spread.batch(4)[0][0]["past"][0, 0]) == 4.0
    assert float(spread.batch(11)[0][0]["past"][0, 0]) == 11.0
    assert asked.count(4) == 1 and asked[0] == 3


def test_a_failure_to_gather_is_raised_where_the_batch_is_asked_for() -> None:
    def at(number: int) -> Any:
        raise ValueError("no such window")

    with pytest.raises(ValueError, match="no such window"):
        Spread(at, Three()).batch(0)


def test_one_device_has_the_whole_batch() -> None:
    inputs, truth = Spread(numbered, SimpleNamespace(num_replicas_in_sync=1)).batch(3)
    assert (inputs["past"].shape, float(inputs["past"][5, 1])) == ((6, 2), 3.0)
    np.testing.assert_array_equal(truth["row"], np.arange(6))
