"""What TensorFlow's recurrent layers spend on the lengths of their sequences."""

from __future__ import annotations

import pytest

from sextet.hardware.catalogue import device
from sextet.planner.operations import Gemm, Recurrent
from sextet.planner.stacks import recurrent_stack, stack_work
from sextet.planner.timing.device import Software
from sextet.planner.timing.prediction import predict_time
from sextet.planner.timing.sequence_lengths import PER_PASS_S, lengths_seconds


def test_every_pass_of_a_recurrent_layer_takes_the_square_of_its_batch():
    passes = [(Recurrent("gru", 8, 8, 100, 5), 3), (Recurrent("lstm", 64, 64, 10, 5), 1), (Gemm(4096, 8, 8), 9)]
    assert lengths_seconds(passes, "tensorflow") == pytest.approx(PER_PASS_S * (3 * 100**2 + 10**2))


@pytest.mark.parametrize("framework", ["library", "pytorch"])
def test_it_is_of_tensorflow_alone(framework):
    assert lengths_seconds([(Recurrent("gru", 8, 8, 100, 5), 3)], framework) == 0.0


def test_a_large_batch_is_limited_by_it_on_any_card():
    def step(batch: int, card: str) -> float:
        work = stack_work("gru", recurrent_stack("gru", batch, 8, 8, [64]), batch, 8)
        found = predict_time(work, device(card), Software())
        assert (found.limited_by == "sequence lengths") == (batch == 65_536)
        return found.value

    for card in ("P40", "H200"):
        assert step(65_536, card) > 3 * PER_PASS_S * 65_536**2 > 100 * step(256, card)
