from __future__ import annotations

import pytest

pytest.importorskip("tensorflow", reason="training is not installed")

from hypothesis import given
from hypothesis import strategies as st

from sextet.members.backend import keras
from sextet.specs.train_config import TrainConfig
from sextet.training.optimiser import optimizer
from sextet.training.rounds import Repeated, pays


@pytest.mark.parametrize(
    ("selects", "another"),
    [
        ((0.80, 0.70, 0.65, 0.60, 0.57, 0.55, 0.54, 0.53), True),  # its last epochs are its best
        ((0.80, 0.70, 0.65, 0.60, 0.57, 0.55, 0.53, 0.54), True),  # so late, too
        ((0.80, 0.70, 0.65, 0.60, 0.57, 0.53, 0.54, 0.55), False),  # it has learned what there is
        ((0.80, 0.70, 0.65, 0.60, 0.599, 0.598, 0.597, 0.596), False),  # the later half brought too little
        ((0.53,), True),  # of one epoch nothing says that it was enough
    ],
)
def test_a_second_round_follows_where_the_first_ended_at_its_best(selects: tuple[float, ...], another: bool) -> None:
    assert pays(selects, len(selects)) is another


def test_a_later_round_must_have_brought_a_hundredth() -> None:
    first = [0.8, 0.7, 0.65, 0.6]
    assert pays([*first, 0.7, 0.65, 0.61, 0.59], 4)
    assert not pays([*first, 0.7, 0.65, 0.61, 0.597], 4)
    assert not pays([*first, 0.7, 0.65, 0.61, 0.601], 4)  # no better than the round before
    assert not pays([*first, 0.7, 0.58, 0.61, 0.59], 4)


@given(st.integers(1, 12), st.integers(1, 4), st.data())
def test_losses_that_do_not_fall_never_pay(epochs: int, rounds: int, data: st.DataObject) -> None:
    count = epochs * rounds
    rising = sorted(data.draw(st.lists(st.floats(0.1, 10), min_size=count, max_size=count)))
    assert not pays(rising, epochs) or epochs == rounds == 1


def test_every_round_has_the_first_one_s_learning_rates() -> None:
    config = TrainConfig(epochs=2, steps=10, warmup=0.3)
    once, thrice = optimizer(config), optimizer(TrainConfig(epochs=2, steps=10, warmup=0.3, rounds=3))
    first = [float(once._learning_rate(step)) for step in range(21)]
    assert [float(thrice._learning_rate(step)) for step in range(61)] == first + first[1:] * 2


def test_a_repeated_schedule_comes_back_from_its_configuration() -> None:
    schedule = Repeated(keras.optimizers.schedules.CosineDecay(0.1, 8), 8)
    again = Repeated.from_config(schedule.get_config())
    assert float(again(11)) == float(schedule(3)) == float(schedule(19))
