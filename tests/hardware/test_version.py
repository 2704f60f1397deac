"""Version texts as tools write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.hardware.version import Version, version

numbers = st.lists(st.integers(0, 9999), min_size=1, max_size=5)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2.15.0", (2, 15, 0)),
        ("v11.8", (11, 8)),
        ("535.54.03", (535, 54, 3)),
        ("2.8.0+cu126", (2, 8, 0)),
        ("2.16.0rc1", (2, 16, 0)),
        ("12.9.86-1", (12, 9, 86)),
        (" 9 ", (9,)),
    ],
)
def test_numbers_are_read(text, read):
    assert Version.of(text).numbers == read
    assert str(Version.of(text)) == text.strip()


@pytest.mark.parametrize("text", ["", "newest", "..", "+cu126", "v"])
def test_a_text_without_a_number_is_refused(text):
    with pytest.raises(ValueError, match="Expected a version"):
        Version.of(text)
    assert version(text) is None


@given(numbers)
def test_a_text_of_numbers_comes_back(parts):
    text = ".".join(map(str, parts))
    assert Version.of(text).numbers == tuple(parts)


@given(numbers, numbers)
def test_order_is_that_of_the_numbers_with_zeros_behind(left, right):
    one, other = (Version.of(".".join(map(str, parts))) for parts in (left, right))
    longest = max(len(left), len(right))
    padded = [parts + [0] * (longest - len(parts)) for parts in (left, right)]
    assert (one < other) is (padded[0] < padded[1])
    assert (one == other) is (padded[0] == padded[1])
    if one == other:
        assert hash(one) == hash(other)


@given(numbers, numbers)
def test_a_patch_is_within_its_release(release, patch):
    whole = Version.of(".".join(map(str, release + patch)))
    assert whole.within(Version.of(".".join(map(str, release))))


@given(st.text(max_size=20))
def test_any_text_is_read_or_refused(text):
    read = version(text)
    assert read is None or all(number >= 0 for number in read.numbers)


def test_versions_as_cuda_and_cudnn_give_them():
    assert Version.of_cuda(12020) == Version.of("12.2")
    assert Version.of_cudnn(8905) == Version.of("8.9.5")
    assert Version.of_cudnn(91002) == Version.of("9.10.2")


def test_a_release_is_the_first_two_numbers():
    assert Version.of("2.15.1").release == "2.15"
    assert Version.of("9").release == "9.0"
    assert Version.of("9").major == 9
    assert Version.of("2.15") != "2.15"
