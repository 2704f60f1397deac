"""`predict_time` with a profile: it gives back what was measured, keeps order, and knows whose profile it is."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.errors import ConfigError
from sextet.hardware.catalogue import device
from sextet.planner.kernel import KINDS, Kernel, kind_of
from sextet.planner.operations import Attention, Convolution, Elementwise, Gemm, Normalisation, Recurrent
from sextet.planner.profile import Profile, StepTime, Timing
from sextet.planner.standing import BATCH, SHAPE, member_specs
from sextet.planner.this_machine import this_machine
from sextet.planner.timing.device import Software, traits
from sextet.planner.timing.kernels import together
from sextet.planner.timing.measured import fit_for
from sextet.planner.timing.prediction import kernel_seconds, predict_time
from sextet.planner.work import member_work

from ..made import VALUES, costs, made_profile

CPU = made_profile()
HERE = this_machine(CPU)
P40 = device("Tesla P40")
SOFTWARE = Software()


def _card(factor: float, threshold: float = 0.0) -> Profile:
    """A P40 that is `factor` times slower than the formulas say, where a kernel has more FLOPs than `threshold`."""
    read = traits(P40, SOFTWARE, "float32")

    def seconds(kernel: Kernel) -> float:
        everything = (*kernel.operations, *kernel.around)
        busy = float(kernel_seconds(everything, read).sum()) * (factor if kernel.operation.flops > threshold else 1.0)
        return float(together(busy, len(everything) * VALUES["dispatch"]))

    return made_profile(seconds, device="gpu", card="Tesla P40")


SLOW = _card(1.5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_processor_gives_back_what_was_measured(kind):
    for one in CPU.kernels:
        if one.kernel.kind == kind and one.kernel.precision == "float32" and not one.kernel.around:
            found = sum(predict_time(part, HERE, profile=CPU).value for part in one.kernel.operations)
            assert found == pytest.approx(one.time.value, rel=0.25)


def test_over_a_class_the_error_is_small():
    for kind in KINDS:
        rows = [one for one in CPU.kernels if one.kernel.kind == kind and one.kernel.precision == "float32"]
        logs = [
            math.log(
                sum(predict_time(part, HERE, profile=CPU).value for part in one.kernel.operations) / _own(one.kernel)
            )
            for one in rows
        ]
        assert np.median(np.abs(logs)) < 0.05, kind


def _own(kernel: Kernel) -> float:
    return costs(kernel) - sum(
        costs(Kernel(operation=one)) for one in kernel.around if isinstance(one, Gemm | Elementwise)
    )


@pytest.mark.parametrize(
    "operation", [Gemm(4096, 512, 512), Recurrent("lstm", 512, 512, 64, 32), Gemm(1024, 1024, 1024)]
)
def test_a_card_takes_the_measured_factor_over_the_formulas(operation):
    plain, measured = predict_time(operation, P40), predict_time(operation, P40, profile=SLOW)
    kernel = float(kernel_seconds([operation], traits(P40, SOFTWARE, "float32"))[0])
    assert measured.value == pytest.approx(float(together(1.5 * kernel, VALUES["dispatch"])), rel=0.02)
    assert "measured on Tesla P40" in measured.source and "measured" not in plain.source
    assert measured.high / measured.low < plain.high / plain.low


def test_a_card_whose_large_kernels_alone_are_slow_keeps_its_small_ones():
    profile = _card(3.0, 1e9)
    small, large = Gemm(1024, 256, 64), Gemm(4096, 4096, 4096)
    kernels = kernel_seconds([small, large], traits(P40, SOFTWARE, "float32"))
    factors = [predict_time(one, P40, profile=profile).value for one in (small, large)] / kernels
    assert factors[0] < 1.6 < 2.0 < factors[1]


OPERATIONS = st.one_of(
    st.builds(Gemm, *[st.integers(1, 4096)] * 3, st.integers(1, 16)),
    st.builds(Recurrent, st.sampled_from(["lstm", "gru"]), *[st.integers(1, 1024)] * 2, *[st.integers(1, 300)] * 2),
    st.builds(Elementwise, st.integers(1, 10**7), st.integers(1, 3), st.integers(1, 3), st.integers(0, 9)),
    st.builds(
        Normalisation,
        *[st.integers(1, 4096)] * 2,
        st.sampled_from(["softmax", "layer", "batch"]),
        st.sampled_from(["forward", "backward inputs"]),
    ),
    st.builds(Attention, *[st.integers(1, 64)] * 5, st.sampled_from(["forward", "backward inputs"])),
    st.builds(Convolution, *[st.integers(1, 64)] * 3, *[st.integers(8, 64)] * 2, *[st.integers(1, 5)] * 2),
)
SIZES = (
    "m",
    "n",
    "k",
    "batch",
    "inputs",
    "hidden",
    "steps",
    "values",
    "rows",
    "width",
    "heads",
    "queries",
    "keys",
    "channels",
    "filters",
    "height",
)


@given(OPERATIONS, st.data())
def test_more_work_is_never_faster(operation, data):
    name = data.draw(st.sampled_from([one for one in SIZES if hasattr(operation, one)]))
    more = replace(operation, **{name: getattr(operation, name) + data.draw(st.integers(1, 500))})
    less, greater = (predict_time(one, HERE, profile=CPU).value for one in (operation, more))
    assert less <= greater * (1 + 1e-9)


@given(OPERATIONS, OPERATIONS)
def test_a_profile_of_a_card_keeps_the_order_of_the_formulas(first, second):
    kinds = {kind_of(one) for one in (first, second)}
    if len(kinds) == 1 and not isinstance(first, Attention):
        (kind,) = kinds
        read = traits(P40, SOFTWARE, "float32")
        plain = kernel_seconds([first, second], read)
        measured = fit_for(SLOW, P40, SOFTWARE).classes[kind].each([first, second])
        assert plain[0] > plain[1] or measured[0] <= measured[1] * (1 + 1e-9)


def _steps(profile: Profile, factor: float, names: tuple[str, ...]) -> Profile:
    """Return a profile with steps that take `factor` times what its kernels say."""
    made = []
    for name in names:
        spec = member_specs()[name]
        seconds = factor * predict_time(member_work(spec, SHAPE, BATCH), HERE, profile=profile).value
        made.append(StepTime(spec=spec, shape=SHAPE, batch=BATCH, time=Timing(value=seconds, spread=0.0, samples=5)))
    return replace(profile, steps=tuple(made))


@pytest.mark.parametrize("factor", [0.7, 1.0, 1.6, 3.0])
def test_steps_of_some_members_correct_those_of_the_others(factor):
    learned = _steps(CPU, factor, ("lstm", "cnn-lstm"))
    for name in ("gru", "patchtst", "spike-detector"):
        work = member_work(member_specs()[name], SHAPE, BATCH)
        before, after = (predict_time(work, HERE, profile=one) for one in (CPU, learned))
        assert after.value / before.value == pytest.approx(factor, rel=0.15)
        assert after.low < after.value < after.high
        assert after.high / after.low < before.high / before.low
        assert "with 2 whole steps" in after.source


def test_measured_steps_come_out_as_measured():
    learned = _steps(CPU, 2.0, tuple(member_specs()))
    for one in learned.steps:
        found = predict_time(member_work(one.spec, SHAPE, BATCH), HERE, profile=learned)
        assert found.value == pytest.approx(one.time.value, rel=0.05)


def test_a_larger_batch_is_never_faster():
    for profile, where in ((CPU, HERE), (_steps(CPU, 1.7, ("gru", "patchtst")), HERE), (SLOW, P40)):
        for spec in member_specs().values():
            seconds = [
                predict_time(member_work(spec, SHAPE, size), where, profile=profile).value
                for size in (16, 64, 256, 512)
            ]
            assert seconds == sorted(seconds)


def test_precisions_follow_their_own_measurements():
    def half(kernel: Kernel) -> float:
        return costs(kernel) * {"float16": 4.0, "bfloat16": 0.5}.get(kernel.precision, 1.0)

    profile = made_profile(half)
    product = Gemm(1024, 1024, 1024)
    full, slow, fast = (
        predict_time(product, HERE, precision=one, profile=profile).value for one in ("float32", "float16", "bfloat16")
    )
    assert slow / full == pytest.approx(4.0, rel=0.1) and fast / full == pytest.approx(0.5, rel=0.1)
    with pytest.raises(ConfigError, match="a precision that the profile holds, bfloat16, float16, float32"):
        predict_time(product, HERE, precision="tfloat32", profile=profile)


def test_a_profile_of_another_device_or_framework_is_refused():
    with pytest.raises(ConfigError, match="Expected a profile of Tesla P40; this one was measured on Made Processor"):
        predict_time(Gemm(8, 8, 8), P40, profile=CPU)
    with pytest.raises(ConfigError, match="Expected a profile of this machine"):
        predict_time(Gemm(8, 8, 8), HERE, profile=SLOW)
    with pytest.raises(ConfigError, match="measured with pytorch"):
        predict_time(Gemm(8, 8, 8), HERE, Software(framework="pytorch"), profile=CPU)


def test_what_limits_is_told_from_the_costs():
    assert predict_time(Gemm(4, 4, 4), HERE, profile=CPU).limited_by == "launches"
    assert predict_time(Elementwise(10**7, 2, 1), HERE, profile=CPU).limited_by == "memory"
    assert predict_time(Recurrent("gru", 8, 8, 1, 500), HERE, profile=CPU).limited_by == "sequential steps"
