"""The catalogue: every value has a source, values agree with each other, and names resolve."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.errors import ConfigError
from sextet.hardware.capability import Capability
from sextet.hardware.catalogue import Device, device, devices, look_up, pcie_gbs

RAW = tomllib.loads(resources.files("sextet.hardware").joinpath("catalogue.toml").read_text(encoding="utf-8"))
DERIVED = {"card", "measured", "measured_from", "origins", "aliases", "note", "page", "nvlink"}
ALL = pytest.mark.parametrize("one", devices().values(), ids=str)

# The cards of the evidence that the planner is fitted on.
EVIDENCE = """
Tesla P40|Tesla P100 PCIe 16GB|Tesla P100 SXM2 16GB|Tesla V100 PCIe 16GB|Tesla V100 PCIe 32GB|
Tesla V100 SXM2 16GB|Tesla V100 SXM2 32GB|Tesla T4|GTX 1080 Ti|RTX 2080 Ti|RTX 3090|RTX 4090|A10|
A100 PCIe 40GB|A100 SXM4 40GB|A100 PCIe 80GB|A100 SXM4 80GB|L4|L40S|H100 PCIe 80GB|H100 SXM5 80GB|
H200 SXM 141GB|RTX A6000|Tesla P4|Tesla M40 12GB|Tesla M40 24GB|Tesla K80 (per GPU die)|
RTX 3060 12GB|Quadro P6000|TITAN Xp|TITAN X (Pascal)|Quadro RTX 8000|Quadro RTX 6000
"""


def test_the_cards_of_the_evidence_are_there():
    names = [" ".join(name.split()) for name in EVIDENCE.split("|")]
    assert len(names) == 33 and [name for name in names if name not in devices()] == []


@ALL
def test_twice_cores_times_clock_is_the_fp32_rate(one):
    assert 2 * one.cuda_cores * one.boost_mhz * 1e-6 == pytest.approx(one.fp32_tflops, rel=0.03)


@ALL
def test_every_value_has_a_source_and_a_date(one):
    for field in fields(Device):
        value = getattr(one, field.name)
        if field.name not in DERIVED and value not in (None, ""):
            origin = one.origins[field.name]
            assert len(origin.source) > 10 and origin.date >= "2026-11-25", field.name


@ALL
def test_what_a_card_has_not_is_none_and_says_why(one):
    has = {name: getattr(one, f"tensor_{name}_tflops") is not None for name in ("fp16", "bf16", "tf32")}
    assert has == {"fp16": one.capability >= (7, 0), "bf16": one.capability >= (8, 0), "tf32": one.capability >= (8, 0)}
    for name, present in has.items():
        assert present or f"tensor_{name}_tflops" in one.origins
    assert one.nvlink_gbs is not None or "nvlink_gbs" in one.origins
    assert (one.nvlink is None) == (one.nvlink_gbs is None)


@ALL
def test_rates_are_above_zero_and_in_order(one):
    rates = [one.fp32_tflops, one.fp16_tflops, one.tensor_fp16_tflops, one.tensor_bf16_tflops, one.tensor_tf32_tflops]
    assert all(rate is None or rate > 0 for rate in rates)
    assert one.fp16_tflops is None or one.fp16_tflops >= one.fp32_tflops * 0.99
    assert one.base_mhz is None or one.base_mhz < one.boost_mhz
    assert one.cuda_cores % one.sms == 0 and one.cuda_cores // one.sms in (64, 128, 192)
    assert one.card.name and one.capability >= (3, 7)


def test_every_source_is_used():
    used = {key for row in RAW["device"] for key in (row["source"], *row["from"].values())}
    assert used | {row["source"] for row in RAW["measured"]} == set(RAW["sources"])


def test_fp16_of_a_p40_is_what_the_card_really_does():
    p40 = device("P40")
    assert p40.fp16_tflops == p40.fp32_tflops and p40.tensor_fp16_tflops is None
    assert p40.measured == {"fp32_tflops": 10.07, "fp16_tflops": 10.02}
    assert p40.measured_from is not None and "torch-performance-test-data" in p40.measured_from.source


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("P40", "Tesla P40"),
        ("tesla p40", "Tesla P40"),
        ("Tesla V100-SXM2-32GB", "Tesla V100 SXM2 32GB"),
        ("V100 SXM2 32 GB", "Tesla V100 SXM2 32GB"),
        ("NVIDIA A100 80GB PCIe", "A100 PCIe 80GB"),
        ("NVIDIA H100 80GB HBM3", "H100 PCIe 80GB"),
        ("GTX1080Ti", "GTX 1080 Ti"),
        ("NVIDIA GeForce RTX 3090", "RTX 3090"),
        ("RTX 6000", "Quadro RTX 6000"),
        ("K80", "Tesla K80 (per GPU die)"),
        ("M40 24GB", "Tesla M40 24GB"),
        ("4060 ti 16gb", "RTX 4060 Ti 16GB"),
        ("TITAN X (Maxwell)", "GTX TITAN X"),
    ],
)
def test_a_product_is_known_as_people_write_it(name, found):
    assert device(name).name == found


@ALL
def test_every_name_and_alias_finds_its_card(one):
    assert look_up(one.name).device is one and look_up(one.name).note == ""
    assert all(one.name in f"{look_up(alias).device} {look_up(alias).note}" for alias in one.aliases)


def test_a_name_that_fits_several_takes_the_default_and_says_so():
    found = look_up("V100 32GB")
    assert found.device.name == "Tesla V100 PCIe 32GB"
    assert "'V100 32GB' is taken as Tesla V100 PCIe 32GB" in found.note and "Tesla V100 SXM2 32GB" in found.note
    linked = look_up("V100 32GB", nvlink=True)
    assert linked.device.name == "Tesla V100 SXM2 32GB" and "the one with NVLink" in linked.note


def test_an_unknown_card_gives_the_nearest_names():
    with pytest.raises(ConfigError, match=r"got 'Telsa P40'\. Nearest: Tesla P40"):
        device("Telsa P40")
    with pytest.raises(ConfigError, match="Tesla V100 PCIe 32GB.*got 'V100 64GB'"):
        device("V100 64GB")
    with pytest.raises(ConfigError, match="got 'Radeon VII'"):
        device("Radeon VII")


@given(st.text(max_size=30))
def test_any_text_is_a_product_or_refused(text):
    try:
        assert look_up(text).device.name in devices()
    except ConfigError as error:
        assert repr(text) in str(error)


def test_a_pcie_link_carries_what_its_line_code_leaves():
    assert pcie_gbs(3, 16) == pytest.approx(15.75, abs=0.01) and pcie_gbs(4, 16) == pytest.approx(31.5, abs=0.02)
    with pytest.raises(ConfigError, match="got 9"):
        pcie_gbs(9, 16)


def test_capability_comes_from_the_doctors_list():
    assert device("P40").capability == Capability(6, 1) and device("P40").card.architecture == "Pascal"


@pytest.mark.parametrize("name", ["RTX 4060 Ti 8GB", "RTX 3060 8GB", "RTX 3080 12GB", "P100 12GB"])
def test_a_variant_that_was_sold_is_not_said_not_to_exist(name):
    with pytest.raises(ConfigError, match="a variant of the card that the catalogue has: .*; got"):
        look_up(name)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("GTX 1060", ["GTX 1070", "GTX 1080"]),
        ("RTX 2080", ["RTX 2080 Ti"]),
        ("RTX 4070", ["RTX 4070 Ti Super"]),
        ("RTX 5080", ["RTX 5090", "RTX 4080"]),
        ("Telsa P40", ["Tesla P40"]),
        ("P4O", ["Tesla P4", "Tesla P40"]),
    ],
)
def test_what_is_nearest_has_the_same_words(name, near):
    with pytest.raises(ConfigError) as refused:
        look_up(name)
    told = str(refused.value).partition("Nearest: ")[2].rstrip(".").split(", ")
    assert {*near} <= {*told} and len(told) <= 3
    assert len(near) > 1 or told[0] == near[0]
