"""`predict_time`: intervals, extrapolation, what limits, precision by what a card really does."""

import math

import pytest

from sextet.core.errors import ConfigError
from sextet.hardware.catalogue import device
from sextet.planner.figures import Prediction
from sextet.planner.operations import Attention, Convolution, Elementwise, Gemm, Recurrent, Work
from sextet.planner.timing.device import Software
from sextet.planner.timing.prediction import predict_time

LIBRARY = Software(framework="library", cudnn="7.0", tf32=False)
P40, V100 = device("Tesla P40"), device("Tesla V100 SXM2 16GB")


def test_a_prediction_is_one_with_unit_interval_and_source():
    found = predict_time(Gemm(512, 512, 512), P40)
    assert isinstance(found, Prediction) and found.kind == "predicted"
    assert found.unit == "s" and 0 < found.low < found.value < found.high
    assert "DeepBench" in found.source and found.extrapolation is None and not found.extrapolated


# DeepBench: results/train/DeepBench_NV_V100.xlsx@7f65f87 (CUDA 9, cuDNN 7).
MEASURED = [
    (Recurrent("lstm", 512, 512, 16, 25), "float32", 1.48e-3),
    (Recurrent("lstm", 1024, 1024, 64, 25), "float32", 2.89e-3),
    (Recurrent("lstm", 1024, 1024, 128, 25, "backward weights"), "float32", 1.99e-3),
    (Recurrent("gru", 1536, 1536, 32, 375), "float32", 36.01e-3),
    (Recurrent("lstm", 2048, 2048, 64, 25), "float16", 3.90e-3),
]


@pytest.mark.parametrize(("operation", "precision", "seconds"), MEASURED)
def test_recurrent_layers_as_deepbench_measured_them(operation, precision, seconds):
    found = predict_time(operation, V100, LIBRARY, precision)
    assert found.value == pytest.approx(seconds, rel=0.5)
    assert found.extrapolation is None


def test_narrow_recurrent_layers_are_extrapolation_and_their_interval_is_wider():
    wide, narrow = (predict_time(Recurrent("lstm", width, width, 32, 96), P40) for width in (512, 32))
    assert wide.extrapolation is None
    assert "width 32" in narrow.extrapolation and narrow.extrapolated and narrow.notes == (narrow.extrapolation,)
    assert narrow.high / narrow.low > 1.2 * wide.high / wide.low


def test_a_p40_gains_nothing_from_half_precision_and_a_v100_does():
    product = Gemm(4096, 4096, 4096)
    plain, half = (predict_time(product, P40, LIBRARY, precision).value for precision in ("float32", "float16"))
    assert 0.95 < half / plain < 1.3
    plain, half = (predict_time(product, V100, LIBRARY, precision).value for precision in ("float32", "float16"))
    assert 4 < plain / half < 9
    assert predict_time(product, V100, LIBRARY, "bfloat16").value > plain


# torch-performance-test-data: TFLOPS of large square products in PyTorch; none of it was fitted.
@pytest.mark.parametrize(
    ("name", "precision", "tflops"),
    [
        ("Tesla P40", "float32", 10.07),
        ("Tesla P40", "float16", 10.02),
        ("Tesla P40", "bfloat16", 5.26),
        ("Tesla P100 PCIe 16GB", "float16", 8.39),
        ("Tesla V100 SXM2 16GB", "float16", 94.84),
        ("GTX 1080 Ti", "float32", 10.09),
        ("A100 PCIe 40GB", "float32", 17.56),
        ("A100 PCIe 40GB", "float16", 241.5),
        ("RTX A6000", "float16", 120.5),
    ],
)
def test_large_products_of_cards_that_were_not_fitted(name, precision, tflops):
    product = Gemm(8192, 8192, 8192)
    software = Software(framework="pytorch", cudnn="8.9", tf32=False)
    found = predict_time(product, device(name), software, precision)
    assert product.flops / found.value / 1e12 == pytest.approx(tflops, rel=0.35)


def test_tensorflow_uses_tf32_where_the_card_knows_it():
    product, card = Gemm(4096, 4096, 4096), device("A100 SXM4 40GB")
    with_it, without = (predict_time(product, card, Software(tf32=tf32)).value for tf32 in (True, False))
    assert without > 2 * with_it
    assert predict_time(product, V100, Software(tf32=True)) == predict_time(product, V100, Software(tf32=False))


@pytest.mark.parametrize(
    ("operation", "limit"),
    [
        (Gemm(8192, 8192, 8192), "arithmetic"),
        (Elementwise(10**9), "memory"),
        (Elementwise(10), "launches"),
        (Recurrent("lstm", 64, 64, 8, 500), "sequential steps"),
        (Convolution(32, 256, 256, 28, 28, 3, 3, 1, 1, 1, 1), "arithmetic"),
    ],
)
def test_what_limits(operation, limit):
    assert predict_time(operation, P40).limited_by == limit


def test_work_is_the_sum_of_its_kernels_where_they_are_large():
    layer, attention = Gemm(2048, 2048, 2048), Attention(32, 8, 256, 256, 64)
    work = Work("two", ((layer, 7), (attention, 3)))
    alone = 7 * predict_time(layer, P40).value + 3 * sum(predict_time(part, P40).value for part in attention.parts)
    assert predict_time(work, P40).value == pytest.approx(alone, rel=0.1)


def test_many_small_kernels_wait_for_the_host():
    work = Work("small", ((Elementwise(10), 1000),), launches=500)
    found = predict_time(work, V100)
    assert found.limited_by == "launches"
    assert 1500 * 5e-6 < found.value < 1500 * 30e-6


def test_errors_of_classes_are_independent_and_those_of_one_class_are_not():
    def spread(*operations):
        found = predict_time(Work("w", tuple((one, 1) for one in operations)), P40)
        return math.log(found.high / found.value)

    product, layer = Gemm(4096, 4096, 4096), Convolution(64, 512, 512, 56, 56, 3, 3, 1, 1, 1, 1)
    assert spread(product, layer) < max(spread(product, product), spread(layer, layer))


def test_an_unknown_precision_or_framework_gives_the_nearest():
    with pytest.raises(ConfigError, match="did you mean 'float16'"):
        predict_time(Gemm(1, 1, 1), P40, precision="float61")
    with pytest.raises(ConfigError, match="did you mean 'pytorch'"):
        Software(framework="pytorh")
