"""Rigs: read from text and file, and refused where they cannot exist."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.errors import ConfigError
from sextet.hardware.catalogue import devices
from sextet.hardware.rig import Machine, Rig, read_rig


def test_the_rigs_of_the_question():
    p40 = read_rig("3x Tesla P40")
    assert (len(p40.devices), p40.tdp_w, p40.memory_gb, p40.notes) == (3, 750, 24, ())
    v100 = read_rig("2x V100 32GB nvlink")
    assert [one.name for one in v100.devices] == ["Tesla V100 SXM2 32GB"] * 2
    assert v100.link_gbs(v100.devices[0]) == 150 and v100.nvlink
    assert any("taken as" in note for note in v100.notes) and any("carrier board" in note for note in v100.notes)


def test_mixed_cards_and_a_machine():
    rig = read_rig("2x P40, 1x T4 + RTX 3090 on 40 lanes, PCIe 3, 16 cores, 64 GB RAM")
    assert {str(one): count for one, count in rig.kinds.items()} == {"Tesla P40": 2, "Tesla T4": 1, "RTX 3090": 1}
    assert rig.machine == Machine(lanes=40, pcie_generation=3, cores=16, memory_gb=64)
    assert rig.memory_gb == 16 and rig.lanes(rig.devices[0]) == 8
    assert rig.pcie_gbs(rig.devices[3]) == rig.pcie_gbs(rig.devices[0])


def test_one_core_is_said_as_people_say_it():
    assert read_rig("P40 on 1 core, 16 lanes").machine == read_rig("P40 on 1 cores, 16 lanes").machine
    assert read_rig("P40 on x1, 4 lane, 1 CPU core").machine == Machine(lanes=4, lanes_per_card=1, cores=1)


def test_a_rig_from_a_file_is_that_of_the_text(tmp_path):
    path = tmp_path / "rig.toml"
    path.write_text('cards = ["2x V100 32GB"]\nnvlink = true\n[machine]\nlanes = 32\ncores = 8\n', encoding="utf-8")
    assert read_rig(path).devices == read_rig("2x V100 32GB nvlink on 32 lanes, 8 cores").devices
    assert read_rig(str(path)).machine == Machine(lanes=32, cores=8)
    assert read_rig(path).name == "rig"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2x P40 nvlink", "Tesla P40 has no NVLink"),
        ("1x V100 SXM2 32GB nvlink", "at least two cards"),
        ("3x RTX 3090 nvlink", "joins a pair"),
        ("2x V100 SXM2 32GB, 2x V100 SXM2 16GB nvlink", "equal cards only"),
        ("5x P40 on 16 lanes", "5 cards need links of at least x4, that is 20 lanes"),
        ("4x P40 on x8, 16 lanes", "At most 2 cards fit"),
        ("3x P40 on x5", "got x5"),
        ("3x P40 on 8 moons", "got '8 moons'"),
        ("3x P40 on 16 cores, 8 cores", "a machine's cores; got 16 and 8"),
        ("3x P40 on 40 lanes, PCIe 3, 32 lanes", "got 40 and 32"),
        ("0x P40", "asks for 0"),
        ("999x P40", "asks for 999"),
        ("", "has 0"),
        ("3x P41", "Nearest: Tesla P4"),
        ("nowhere.toml", "cannot be read"),
    ],
)
def test_a_rig_that_cannot_exist_says_why(text, why):
    with pytest.raises(ConfigError, match=why):
        read_rig(text)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("cards = 'P40'", "must be a list"),
        ("cards = ['P40']\nnvlink = 3", "true or false"),
        ("cards = ['P40']\nlanse = 3", "no field 'lanse'"),
        ("cards = ['P40']\n[machine]\nlane = 3", "did you mean 'lanes'"),
        ("cards = ['P40']\n[machine]\nlanes = -3", "lanes must be a whole number"),
        ("cards = ['P40'", "cannot be read"),
    ],
)
def test_a_file_that_is_no_rig_is_refused(tmp_path, content, why):
    path = tmp_path / "rig.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=why):
        read_rig(path)


@given(st.sampled_from(list(devices().values())), st.integers(1, 8), st.integers(4, 128))
def test_links_fit_into_the_lanes_or_the_rig_is_refused(one, count, lanes):
    if lanes < 4 * count:
        with pytest.raises(ConfigError, match="cannot exist"):
            Rig(name="r", devices=(one,) * count, machine=Machine(lanes=lanes))
        return
    rig = Rig(name="r", devices=(one,) * count, machine=Machine(lanes=lanes))
    assert 4 <= rig.lanes(one) <= one.pcie_lanes and rig.lanes(one) * count <= lanes


@given(st.sampled_from(list(devices().values())), st.integers(1, 8))
def test_cards_do_not_add_their_memory(one, count):
    assert Rig(name="r", devices=(one,) * count).memory_gb == one.memory_gb


@pytest.mark.parametrize(
    ("text", "word", "right"),
    [
        ("4x T4, 64 GB", "64 GB", "4x T4 on 64 GB"),
        ("2x P40, T4, 64GB RAM, 16 cores", "64GB RAM", "2x P40, T4 on 64GB RAM, 16 cores"),
        ("T4; x8", "x8", "T4 on x8"),
        ("2x V100 SXM2 32GB nvlink, 8 cores", "8 cores", "2x V100 SXM2 32GB nvlink on 8 cores"),
    ],
)
def test_words_on_the_machine_among_cards_are_told_where_they_belong(text, word, right):
    with pytest.raises(ConfigError) as caught:
        read_rig(text)
    assert f"got {word!r}" in str(caught.value) and f"follow 'on': '{right}'" in str(caught.value)
    assert read_rig(right).machine != read_rig("T4").machine
    with pytest.raises(ConfigError, match="Expected a card of the catalogue"):
        read_rig("64 GB")
