"""Peak memory: by hand, in order, and what fits."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sextet.core.errors import ConfigError
from sextet.core.window import WindowShape
from sextet.hardware.catalogue import device, devices
from sextet.planner.layers import dense
from sextet.planner.memory import (
    COMPILING,
    CONTEXT,
    JOINED,
    MARGIN,
    TOGETHER,
    fits,
    memory_parts,
    predict_memory,
    usable,
)
from sextet.planner.operations import Convolution, Elementwise, Gemm, Work
from sextet.planner.room import largest, largest_batch
from sextet.planner.stacks import Tokens, recurrent_stack, stack_work, transformer_stack
from sextet.planner.timing.device import Software
from sextet.planner.work import member_work
from sextet.specs.defaults import resolved
from sextet.specs.presets import MEMBERS
from sextet.specs.situation import Situation

PYTORCH, TENSORFLOW = Software(framework="pytorch"), Software()
SHAPE = WindowShape(
    lookback=512, horizon=96, past_channels=6, future_channels=4, static_features=0, levels=(0.1, 0.5, 0.9)
)
SITUATION = Situation(horizon=96, season=24, length=20_000, rows=100_000)
CARDS = st.sampled_from(list(devices().values()))


def _transformer(batch, count=512, width=256, layers=4):
    tokens = Tokens(batch=batch, count=count, width=width)
    return stack_work("stack", transformer_stack(tokens, layers, 8, 4 * width), batch, batch)


def test_one_dense_layer_by_hand():
    work = stack_work("one", [dense("d", 100, 1000, 2000)], 100, 100)
    parts = memory_parts(work, PYTORCH)
    weights = 4 * (1000 * 2000 + 2000)
    assert (parts.weights, parts.gradients, parts.optimiser) == (weights, weights, 2 * weights)
    assert parts.kept == (("d", 4 * 100 * 2000),)
    assert parts.transient == 2 * 4 * 1000 * 2000  # the optimiser's step on the kernel
    counted = 4 * weights + parts.activations + parts.transient
    assert parts.total == pytest.approx(CONTEXT["pytorch"] + MARGIN * counted)


def test_a_forecast_holds_neither_gradients_nor_activations():
    work = member_work(resolved(MEMBERS["lstm"](), SITUATION), SHAPE, 64, training=False)
    parts = memory_parts(work, TENSORFLOW)
    assert parts.gradients == parts.optimiser == parts.activations == 0 and parts.weights > 0
    assert parts.total < memory_parts(member_work(resolved(MEMBERS["lstm"](), SITUATION), SHAPE, 64), TENSORFLOW).total


def test_half_precision_halves_what_is_kept_and_adds_a_copy_of_the_weights():
    full, half = (memory_parts(_transformer(8), PYTORCH, precision) for precision in ("float32", "float16"))
    assert half.activations == full.activations / 2 and half.weights == 1.5 * full.weights
    with pytest.raises(ConfigError, match="Expected a precision"):
        memory_parts(_transformer(8), PYTORCH, "float61")


def test_an_interval_is_wider_where_nothing_was_measured():
    inside, outside = (predict_memory(_transformer(8), device("P40"), one) for one in (PYTORCH, TENSORFLOW))
    assert not inside.extrapolated and outside.extrapolated and outside.unit == "bytes"
    assert outside.high / outside.low > inside.high / inside.low
    assert any("PyTorch only" in note for note in outside.notes)


def test_what_does_not_fit_is_said():
    assert any("does not fit" in note for note in predict_memory(_transformer(512), device("P4"), PYTORCH).notes)
    assert not any("fit" in note for note in predict_memory(_transformer(1), device("P40"), PYTORCH).notes)


def test_cards_that_train_together_hold_everything_and_a_buffer_each():
    work = _transformer(16)
    alone, together = (predict_memory(work, device("P40"), PYTORCH, cards=cards) for cards in (1, 3))
    assert together.value - alone.value == pytest.approx(MARGIN * 4 * work.parameters)
    assert "does not add" in TOGETHER


@settings(max_examples=40, deadline=None)
@given(CARDS, CARDS, st.integers(1, 64))
def test_more_memory_never_fits_less(one, other, batch):
    small, large = sorted((one, other), key=usable)
    work = _transformer(batch)
    assert fits(work, large, PYTORCH) or not fits(work, small, PYTORCH)


@given(CARDS, st.floats(1, 200), st.floats(1, 200))
def test_a_card_with_more_memory_has_more_of_it_to_give(one, memory, more):
    small, large = (usable(replace(one, memory_gb=size)) for size in sorted((memory, more)))
    assert small <= large


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 256), st.integers(1, 256))
def test_a_larger_batch_never_needs_less(one, other):
    small, large = sorted((one, other))
    assert memory_parts(_transformer(small), PYTORCH).total <= memory_parts(_transformer(large), PYTORCH).total


@given(st.integers(0, 3000), st.integers(1, 2000))
def test_the_largest_is_found(limit, most):
    assert largest(lambda number: number <= limit, most) == min(limit, most)


def test_the_largest_batch_fits_and_the_next_does_not():
    p40 = device("P40")
    batch = largest_batch(_transformer, p40, PYTORCH)
    assert batch > 1 and fits(_transformer(batch), p40, PYTORCH) and not fits(_transformer(batch + 1), p40, PYTORCH)
    assert largest_batch(lambda batch: _transformer(batch, count=65_536), device("P4"), PYTORCH) == 0


def test_work_that_names_no_layers_is_counted_from_its_operations():
    operations = ((Gemm(64, 128, 32), 1), (Elementwise(64 * 128), 2), (Gemm(64, 32, 128, second_transposed=True), 1))
    convolution = Convolution(8, 3, 16, 32, 32, 3, 3, pad_height=1, pad_width=1)
    work = Work("plain", (*operations, (convolution, 1)), parameters=4096, batch=64, training=True)
    kept = dict(memory_parts(work, PYTORCH).kept)
    assert kept == {"Gemm": 4 * 64 * 128, "Elementwise": 2 * 4 * 64 * 128, "Convolution": 4 * 8 * 16 * 32 * 32}
    assert any("not known by layer" in note for note in predict_memory(work, device("P40"), PYTORCH).notes)


def test_recurrent_stacks_keep_gates_of_every_step():
    work = stack_work("lstm", recurrent_stack("lstm", 32, 100, 8, (64, 64)), 32, 32)
    assert dict(work.kept) == {"lstm_0": 32 * 100 * 64 * 6, "lstm_1": 32 * 100 * 64 * 6}
    assert work.parameters == 4 * 64 * (8 + 64 + 1) + 4 * 64 * (64 + 64 + 1)


def test_error_correction_takes_a_sixteenth_of_gddr_and_nothing_of_hbm():
    shares = {name: usable(device(name)) / device(name).memory_bytes for name in ("P40", "V100 32GB", "RTX 3090")}
    assert shares == pytest.approx({"P40": 0.97 * 15 / 16, "V100 32GB": 0.97, "RTX 3090": 0.97})


def test_a_step_that_xla_compiles_keeps_less_and_what_its_first_step_took():
    spec = resolved(MEMBERS["patchtst"](), SITUATION)
    plain, joined = (
        memory_parts(member_work(spec, SHAPE, 4096, compiled=compiled), TENSORFLOW) for compiled in (False, True)
    )
    assert joined.activations == pytest.approx(JOINED * plain.activations)
    assert joined.transient == pytest.approx(JOINED * plain.transient)
    assert (joined.weights, joined.inputs) == (plain.weights, plain.inputs)
    counted = joined.total - joined.context - joined.margin
    assert joined.margin == pytest.approx((MARGIN - 1) * counted + COMPILING)
    one, many = (
        predict_memory(member_work(spec, SHAPE, 64, compiled=c), device("P40"), TENSORFLOW) for c in (True, False)
    )
    assert any("XLA" in note for note in one.notes) and not any("XLA" in note for note in many.notes)


def test_an_answer_is_as_large_compiled_or_not():
    spec = resolved(MEMBERS["patchtst"](), SITUATION)
    works = (member_work(spec, SHAPE, 64, training=False, compiled=compiled) for compiled in (False, True))
    plain, joined = (memory_parts(work, TENSORFLOW) for work in works)
    assert plain.total == joined.total
