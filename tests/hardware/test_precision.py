"""Precision by compute capability and FP16 rate, and the page's table of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.hardware.capability import Capability
from sextet.hardware.catalogue import device, devices
from sextet.hardware.precision import BFLOAT16, FLOAT16, FLOAT32, best
from sextet.hardware.support import no_training

PAGE = Path(__file__).parents[2] / "docs" / "training.md"
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1].splitlines()
    if re.match(r"\| .*\d\.\d", line)
]
UNTRAINED = re.search(
    r"^sextet does not train on these of them: (.+?)\.", PAGE.read_text(encoding="utf-8"), re.MULTILINE
)
capabilities = st.builds(Capability, st.integers(3, 12), st.integers(0, 9))


def test_the_page_says_on_which_of_them_sextet_does_not_train():
    assert UNTRAINED is not None
    assert UNTRAINED[1].split(", ") == [row[0] for row in ROWS if no_training(device(row[0]).capability)]


def of(name: str) -> tuple[str, Capability]:
    return name, device(name).capability


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_the_page_says_what_is_chosen(row):
    name, capability, share, cores, policy = row
    card = device(name)
    assert str(card.capability) == capability
    assert share == ("" if card.fp16_tflops is None else f"{card.fp16_tflops / card.fp32_tflops:.1f}")
    rates = {"FP16": card.tensor_fp16_tflops, "BF16": card.tensor_bf16_tflops}
    assert cores == ", ".join(kind for kind, rate in rates.items() if rate)
    assert best([of(name)]).policy == policy


def test_the_page_has_every_generation():
    assert {FLOAT32, FLOAT16, BFLOAT16} == {row[-1] for row in ROWS}
    assert len(ROWS) >= 12


def test_cards_train_in_half_floats_only_where_they_have_cores_for_them():
    for card in devices().values():
        policy = best([(card.name, card.capability)]).policy
        assert (policy == BFLOAT16) == (card.tensor_bf16_tflops is not None), card.name
        assert (policy == FLOAT32) == (card.tensor_fp16_tflops is None), card.name


def test_reasons_name_card_and_cause():
    assert "gain nothing" in best([of("Tesla P40")]).reason
    p100 = best([of("Tesla P100 PCIe 16GB")]).reason
    assert "2.0 times" in p100 and "--precision mixed_float16" in p100
    assert "loss is scaled" in best([of("Tesla T4")]).reason
    assert "range of float32" in best([of("A100 PCIe 40GB")]).reason
    assert "no GPU" in best([]).reason
    assert "no faster" in best([("Quadro K9", Capability(3, 5))]).reason


def test_unlike_cards_take_what_all_of_them_can():
    chosen = best([of("RTX 3090"), of("Tesla P40"), of("Tesla T4")])
    assert chosen.policy == FLOAT32 and "of the Tesla P40" in chosen.reason
    assert best([of("RTX 3090"), of("Tesla T4")]).policy == FLOAT16


@given(st.lists(capabilities, min_size=1, max_size=4))
def test_an_older_card_never_raises_the_precision(found):
    order = (FLOAT32, FLOAT16, BFLOAT16)
    alone = [order.index(best([("Unknown", one)]).policy) for one in found]
    assert alone == [int(one >= (7, 0)) + int(one >= (8, 0)) for one in found]
    together = best([(f"Unknown {place}", one) for place, one in enumerate(found)])
    assert order.index(together.policy) == min(alone)
