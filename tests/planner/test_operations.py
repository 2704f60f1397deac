"""Operations: counts that can be worked out by hand, and sizes that cannot be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.errors import ConfigError
from sextet.planner.operations import (
    BYTES,
    Attention,
    Convolution,
    Elementwise,
    Gemm,
    Normalisation,
    Recurrent,
    Work,
    backward,
)

SIZE = st.integers(1, 300)
OPERATIONS = st.one_of(
    st.builds(Gemm, SIZE, SIZE, SIZE, SIZE),
    st.builds(Convolution, SIZE, SIZE, SIZE, st.integers(9, 99), st.integers(9, 99), st.just(3), st.integers(1, 9)),
    st.builds(Recurrent, st.sampled_from(["rnn", "lstm", "gru"]), SIZE, SIZE, SIZE, SIZE),
    st.builds(Attention, SIZE, SIZE, SIZE, SIZE, SIZE),
    st.builds(Elementwise, SIZE, SIZE, SIZE, SIZE),
    st.builds(Normalisation, SIZE, SIZE, st.sampled_from(["softmax", "layer", "batch"])),
)


def test_counts_of_a_product():
    product = Gemm(2, 3, 5, batch=7)
    assert (product.flops, product.bytes("float32"), product.sequential) == (2 * 2 * 3 * 5 * 7, 4 * 7 * 31, 1)


def test_counts_of_the_first_layer_of_resnet():
    layer = Convolution(1, 3, 64, 224, 224, 7, 7, 2, 2, 3, 3)
    assert (layer.out_height, layer.out_width) == (112, 112)
    assert layer.flops == 2 * 118_013_952
    assert layer.bytes("float16") == 2 * (3 * 224 * 224 + 3 * 64 * 49 + 64 * 112 * 112)


def test_counts_of_a_recurrent_layer():
    layer = Recurrent("lstm", inputs=3, hidden=5, batch=7, steps=11)
    assert layer.flops == 2 * 4 * 5 * 8 * 7 * 11
    assert layer.sequential == 11
    assert [part.sequential for part in backward(layer)] == [11, 1]
    assert Recurrent("gru", 3, 5, 7, 11).flops == layer.flops * 3 / 4


def test_attention_counts_products_and_softmax():
    layer = Attention(batch=2, heads=3, queries=5, keys=7, width=11)
    assert layer.flops == 2 * 3 * (4 * 5 * 7 * 11 + 5 * 5 * 7)
    (back,) = backward(layer)
    assert back.flops == 2 * 3 * (8 * 5 * 7 * 11 + 4 * 5 * 7)


@given(OPERATIONS)
def test_bytes_follow_the_precision_and_counts_are_positive(operation):
    assert operation.flops > 0 and operation.sequential >= 1
    for precision, size in BYTES.items():
        assert operation.bytes(precision) * 4 == operation.bytes("float32") * size


@given(SIZE, SIZE, SIZE, SIZE)
def test_each_gradient_of_a_product_costs_what_the_product_does(m, n, k, batch):
    product = Gemm(m, n, k, batch)
    assert [part.flops for part in backward(product)] == [product.flops] * 2
    assert [part.bytes() for part in backward(product)] == [product.bytes()] * 2


@given(st.builds(Convolution, SIZE, SIZE, SIZE, st.integers(9, 99), st.integers(9, 99), st.just(3), st.just(3)))
def test_a_convolution_is_the_product_it_amounts_to(layer):
    parts = layer, *backward(layer)
    assert [part.flops for part in parts] == [layer.flops] * 3
    assert layer.gemm.flops == parts[2].gemm.flops == layer.flops


def test_work_adds_up():
    product, layer = Gemm(2, 3, 5), Recurrent("lstm", 3, 5, 7, 11)
    work = Work("both", ((product, 3), (layer, 1)))
    assert work.flops == 3 * product.flops + layer.flops
    assert work.bytes("float16") == 3 * product.bytes("float16") + layer.bytes("float16")
    assert work.sequential == 3 + 11


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: Gemm(0, 1, 1), "Gemm.m as a whole number from 1; got 0"),
        (lambda: Recurrent("lstn", 1, 1, 1, 1), "did you mean 'lstm'"),
        (lambda: Convolution(1, 1, 1, 2, 2, 3, 3), "3 x 3 on 2 x 2"),
        (lambda: Normalisation(1, 1, "layr"), "did you mean 'layer'"),
        (lambda: Gemm(1, 1, 1).bytes("float61"), "did you mean 'float16'"),
        (lambda: backward(backward(Normalisation(1, 1, "layer"))[0]), "Expected a forward operation"),
        (lambda: Work("none", ((Gemm(1, 1, 1), 0),)), "got 0"),
        (lambda: Work("none", (), batch=0), "Work.batch from 1; got 0"),
    ],
)
def test_what_cannot_be_is_refused(build, said):
    with pytest.raises(ConfigError, match=said.replace(".", r"\.")):
        build()
