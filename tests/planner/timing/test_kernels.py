"""Formulas: a better card is never slower, whatever the shape."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.hardware.catalogue import devices
from sextet.planner.operations import Attention, Convolution, Elementwise, Gemm, Normalisation, Recurrent
from sextet.planner.timing.device import Software
from sextet.planner.timing.kernels import together
from sextet.planner.timing.prediction import predict_time

SIZE, SMALL = st.integers(1, 5000), st.integers(1, 60)
OPERATIONS = st.one_of(
    st.builds(Gemm, SIZE, SIZE, SIZE, SMALL),
    st.builds(Convolution, SMALL, SIZE, SIZE, st.integers(9, 99), st.integers(9, 99), st.just(3), st.integers(1, 9)),
    st.builds(Recurrent, st.sampled_from(["rnn", "lstm", "gru"]), SIZE, SIZE, SMALL, SMALL),
    st.builds(
        Recurrent,
        st.just("lstm"),
        SIZE,
        SIZE,
        SMALL,
        SMALL,
        st.sampled_from(["backward inputs", "backward weights"]),
    ),
    st.builds(Attention, SMALL, SMALL, SIZE, SIZE, SMALL),
    st.builds(Elementwise, SIZE, SMALL),
    st.builds(Normalisation, SIZE, SIZE, st.sampled_from(["softmax", "layer", "batch"])),
)
CARDS = st.sampled_from(sorted(devices()))
BETTER = st.sampled_from(
    [
        "sms",
        "boost_mhz",
        "fp32_tflops",
        "fp16_tflops",
        "tensor_fp16_tflops",
        "tensor_tf32_tflops",
        "bandwidth_gbs",
        "tdp_w",
    ]
)


@given(OPERATIONS, CARDS, BETTER, st.floats(1.0, 4.0), st.sampled_from(["float32", "float16"]))
def test_a_better_card_is_never_slower(operation, name, field, factor, precision):
    device = devices()[name]
    value = getattr(device, field)
    if value is None:
        return
    better = replace(device, **{field: round(value * factor) if field == "sms" else value * factor})
    before = predict_time(operation, device, precision=precision)
    after = predict_time(operation, better, precision=precision)
    for end in ("value", "low", "high"):
        assert getattr(after, end) <= getattr(before, end) * (1 + 1e-9)


@given(st.floats(1e-9, 1e3), st.floats(1e-9, 1e3))
def test_overlapping_times_lie_between_the_longest_and_the_sum(first, second):
    assert max(first, second) <= together(first, second) * (1 + 1e-12)
    assert together(first, second) <= (first + second) * (1 + 1e-12)


@pytest.mark.parametrize("name", sorted(devices()))
def test_no_card_beats_its_data_sheet_on_a_large_product(name):
    device = devices()[name]
    product = Gemm(4096, 4096, 4096)
    found = predict_time(product, device, Software(framework="library", tf32=False))
    # Cards boost above the data sheet's clock; a fifth is more than any does.
    assert product.flops / found.value < 1.2e12 * device.fp32_tflops
    assert np.isfinite(found.high)
