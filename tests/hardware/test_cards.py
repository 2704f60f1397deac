"""Cards by name: as NVML, shops and people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.errors import ConfigError
from sextet.hardware.capability import Capability
from sextet.hardware.cards import card, cards, find, rig

# As written in shops, by NVML and in rigs' descriptions -> compute capability.
WRITTEN = {
    "Tesla P40": "6.1",
    "P40": "6.1",
    "p40": "6.1",
    "NVIDIA Tesla P40 24 GB": "6.1",
    "Tesla P40 24GiB": "6.1",
    "NVIDIA A100 80 GB PCIe": "8.0",
    "Tesla P100 PCIe 16GB": "6.0",
    "Tesla P100-SXM2-16GB": "6.0",
    "Tesla V100-SXM2-32GB": "7.0",
    "V100S-PCIE-32GB": "7.0",
    "Tesla T4": "7.5",
    "GTX 1080 Ti": "6.1",
    "GTX1080Ti": "6.1",
    "1080 ti": "6.1",
    "NVIDIA GeForce GTX 1080 Ti": "6.1",
    "rtx2080ti": "7.5",
    "NVIDIA GeForce RTX 3070 Ti Laptop GPU": "8.6",
    "RTX 3060 12GB": "8.6",
    "NVIDIA A100-SXM4-80GB": "8.0",
    "NVIDIA A100 80GB PCIe MIG 3g.40gb": "8.0",
    "A10": "8.6",
    "L40S": "8.9",
    "NVIDIA H100 80GB HBM3": "9.0",
    "H200 SXM 141GB": "9.0",
    "RTX A6000": "8.6",
    "Quadro RTX 6000": "7.5",
    "NVIDIA RTX 6000 Ada Generation": "8.9",
    "Tesla M40 24GB": "5.2",
    "Tesla K80 (per GPU die)": "3.7",
    "Quadro P6000": "6.1",
    "TITAN Xp": "6.1",
    "NVIDIA TITAN X (Pascal)": "6.1",
    "GeForce GTX TITAN X": "5.2",
    "TITAN V": "7.0",
    "TITAN RTX": "7.5",
    "NVIDIA GeForce RTX 5090": "12.0",
    "sm_61": "6.1",
    "8.6": "8.6",
}


@pytest.mark.parametrize(("name", "capability"), WRITTEN.items())
def test_a_card_is_known_as_people_write_it(name, capability):
    assert card(name).capability == Capability.of(capability)


def test_every_card_has_a_capability_an_architecture_a_source_and_a_date():
    assert len(cards()) > 150
    for one in cards().values():
        assert one.capability >= (3, 5) and one.architecture and one.source.startswith("https://") and one.date


def test_capabilities_from_5_to_12_are_there():
    known = {one.capability for one in cards().values()}
    assert {Capability.of(text) for text in ("5.0", "5.2", "6.0", "6.1", "7.0", "7.5", "8.0", "8.6", "8.9")} <= known
    assert {Capability.of(text) for text in ("9.0", "10.0", "12.0")} <= known


def test_no_two_cards_of_different_capability_answer_to_one_name():
    for name, one in cards().items():
        found = find(name)
        assert found is not None and found.capability == one.capability, name


@pytest.mark.parametrize("name", ["Telsa P41", "", "TITAN X", "RTX 9999"])
def test_what_is_not_known_is_refused(name):
    with pytest.raises(ConfigError, match="Expected a GPU such as"):
        card(name)


def test_the_nearest_name_is_told():
    with pytest.raises(ConfigError, match="did you mean 'Tesla P40'"):
        card("Telsa P40")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("RTX 9090", ", did you mean 'GeForce RTX 3090', 'GeForce RTX 4090' or 'GeForce RTX 5090'?"),
        ("RTX 309", ", did you mean 'GeForce RTX 3090'?"),
        ("GTX 1080 Tii", ", did you mean 'GeForce GTX 1080 Ti'?"),
        ("V101", ", did you mean 'Tesla V100'?"),
        ("A 100", ", did you mean 'A100'?"),
        *((far, ".") for far in ("RTX 9999", "Tesla", "GeForce RTX", "Quadro", "Voodoo 3", "x", "\u00e4")),
    ],
)
def test_only_what_is_near_is_told(name, hint):
    with pytest.raises(ConfigError) as refused:
        card(name)
    assert str(refused.value).endswith(f"got {name!r}{hint}")


@pytest.mark.parametrize("texts", [[""], ["  "], [","], ["P40", ""]])
def test_a_text_that_names_no_card_is_refused(texts):
    with pytest.raises(ConfigError, match="which names none, as an empty variable of the shell does"):
        rig(texts)


@pytest.mark.parametrize(
    ("name", "meant"), [("P4O", "Tesla P40"), ("RTX 2O8O Ti", "GeForce RTX 2080 Ti"), ("V1OO", "Tesla V100")]
)
def test_a_letter_o_is_a_zero_that_was_meant(name, meant):
    with pytest.raises(ConfigError, match=f"did you mean '{meant}'"):
        card(name)


@given(st.text(max_size=30))
def test_any_text_is_a_card_or_refused(text):
    try:
        assert card(text).capability >= (1, 0)
    except ConfigError as error:
        assert repr(text) in str(error)


def test_a_capability_alone_is_a_card_without_a_name():
    assert str(card("6.1")) == "compute capability 6.1"
    assert str(card("P40")) == "Tesla P40 (compute capability 6.1)"


@pytest.mark.parametrize(
    ("texts", "names"),
    [
        (["Tesla P40"], ["Tesla P40"]),
        (["3x Tesla P40, 2 x V100"], ["Tesla P40"] * 3 + ["Tesla V100"] * 2),
        (["P40", "1x T4,"], ["Tesla P40", "Tesla T4"]),
        (["3xP40", "2*V100,2×T4"], ["Tesla P40"] * 3 + ["Tesla V100"] * 2 + ["Tesla T4"] * 2),
        ([], []),
    ],
)
def test_a_rig_is_cards_with_commas_and_counts(texts, names):
    assert [one.name for one in rig(texts)] == names


def test_a_rig_with_a_card_that_is_not_known_is_refused():
    with pytest.raises(ConfigError, match="got 'P400000'"):
        rig(["2x P40, 3x P400000"])


@pytest.mark.parametrize("text", ["0x P40", "0xP40", "P40, 00 * T4"])
def test_none_of_a_card_is_refused(text):
    with pytest.raises(ConfigError, match="Expected at least one of a card"):
        rig([text])
