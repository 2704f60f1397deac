"""Many predictions at once are those made one by one."""

from __future__ import annotations

import numpy as np
import pytest

from sextet.core.window import WindowShape
from sextet.hardware.catalogue import device
from sextet.planner.stacks import Tokens, convolution_block, recurrent_stack, stack_work, transformer_stack
from sextet.planner.timing.device import Software
from sextet.planner.timing.many import Variant, predict_times
from sextet.planner.timing.prediction import predict_time
from sextet.planner.work import member_work
from sextet.specs.defaults import resolved
from sextet.specs.presets import MEMBERS
from sextet.specs.situation import Situation

SHAPE = WindowShape(
    lookback=720, horizon=96, past_channels=6, future_channels=4, static_features=0, levels=(0.1, 0.5, 0.9)
)
SITUATION = Situation(horizon=96, season=24, length=20_000, rows=100_000)
SPECS = [resolved(MEMBERS[name](), SITUATION) for name in MEMBERS if name != "rule-based"]
WORKS = [
    *(
        member_work(spec, SHAPE, batch, training=training)
        for spec in SPECS
        for batch, training in ((85, True), (1, False))
    ),
    *(member_work(spec, SHAPE, 65_536) for spec in SPECS),
    stack_work("wide", recurrent_stack("lstm", 128, 40, 96, [1024]), 128, 96),
    stack_work("text", transformer_stack(Tokens(batch=8, count=128, width=256), 2, 8, 1024), 8, 8),
    stack_work("image", convolution_block("c", 8, (56, 56), 64, 64, (3, 3)), 8, 8),
]
VARIANTS = [
    Variant(device(card), precision)
    for card in ("P40", "V100 SXM2 32GB", "A100 PCIe 40GB")
    for precision in ("float32", "float16")
]


@pytest.mark.parametrize(
    "software", [Software(), Software(framework="pytorch", cudnn="8.9")], ids=lambda one: one.framework
)
def test_every_number_is_that_of_predict_time(software):
    times = predict_times(WORKS, VARIANTS, software)
    for row, work in enumerate(WORKS):
        for column, (card, precision) in enumerate(VARIANTS):
            alone, found = predict_time(work, card, software, precision), times.step(row, column).prediction
            for name in ("value", "low", "high"):
                assert getattr(found, name) == pytest.approx(getattr(alone, name), rel=1e-12)
            for name in ("limited_by", "extrapolation", "extrapolated", "notes", "source", "unit"):
                assert getattr(found, name) == getattr(alone, name)


def test_what_was_not_wanted_is_not_computed_and_changes_nothing_else():
    wanted = np.zeros((len(WORKS), len(VARIANTS)), dtype=bool)
    wanted[::2, 1::2] = True
    some, everything = (
        predict_times(WORKS, VARIANTS, Software(), wanted=wanted, limits=False),
        predict_times(WORKS, VARIANTS, Software()),
    )
    assert np.allclose(some.value[wanted], everything.value[wanted], rtol=1e-12)
    step = some.step(0, 1)
    assert step.prediction.limited_by in ("launches", "")
    assert sum(part.seconds for part in step.busy.values()) + step.gaps <= step.prediction.value * 1.0001


def test_parts_of_a_step_are_its_classes():
    step = predict_times(WORKS[:1], VARIANTS[:1], Software()).step(0, 0)
    assert {"recurrent", "gemm", "elementwise"} <= set(step.busy)
    assert all(part.low < part.seconds < part.high for part in step.busy.values())
