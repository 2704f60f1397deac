"""Generic stacks against published counts."""

from __future__ import annotations

import pytest

from sextet.planner.layers import dense
from sextet.planner.stacks import (
    Tokens,
    attention_block,
    convolution_block,
    dense_stack,
    embedding,
    recurrent_stack,
    stack_work,
    transformer_stack,
)


def test_bert_base_has_the_parameters_of_its_paper():
    tokens = Tokens(batch=2, count=128, width=768)
    layers = [*embedding(tokens, 30_522 + 512 + 2), *transformer_stack(tokens, 12, 12, 3072)]
    # 109,482,240 in the published checkpoint, 590,592 of them in the pooler, which is not in the stack
    assert stack_work("BERT-base", layers, 2, 2).parameters == 109_482_240 - 590_592


def test_a_transformer_layer_keeps_what_korthikanti_counts():
    """16 widths and 2 scores a head and key, and a byte for each value that a mask is drawn for."""
    tokens = Tokens(batch=4, count=64, width=128)
    layers = transformer_stack(tokens, 1, 8, 512)
    scores = 4 * 8 * 64 * 64
    assert sum(layer.kept for layer in layers) == 16 * tokens.values + 2 * scores
    assert sum(layer.masks for layer in layers) == scores + 6 * tokens.values


def test_attention_over_others_projects_their_keys():
    tokens = Tokens(batch=4, count=64, width=128)
    names = {layer.name: layer for layer in attention_block("cross", tokens, 8, 10)}
    assert names["cross/key"].kept == 4 * 10 * 128 and names["cross/query"].kept == tokens.values
    assert names["cross/scores"].kept == 2 * 4 * 8 * 64 * 10 + tokens.values


def test_a_convolution_keeps_its_result_and_normalises_it():
    layers = convolution_block("c", 8, (32, 32), 3, 16, (3, 3), stride=2)
    assert [layer.kept for layer in layers] == [8 * 16 * 16 * 16, 8 * 16 * 16 * 16, 0]
    assert sum(sum(layer.variables) for layer in layers) == 3 * 3 * 3 * 16 + 2 * 16


@pytest.mark.parametrize(("cell", "parameters"), [("lstm", 4 * 64 * 73), ("gru", 3 * 64 * 74)])
def test_recurrent_layers_have_the_parameters_of_keras(cell, parameters):
    work = stack_work(cell, recurrent_stack(cell, 32, 100, 8, (64,)), 32, 32, training=False)
    assert work.parameters == parameters and work.sequential >= 100


def test_dense_layers_follow_each_other():
    layers = dense_stack(10, 4, (8, 2))
    assert [layer.variables for layer in layers if layer.variables] == [(32, 8), (16, 2)]
    assert layers[0] == dense("dense_0", 10, 4, 8)
