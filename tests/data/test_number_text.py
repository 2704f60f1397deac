"""Numbers as text: dots and commas that mean decimals or thousands."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.data.number_text import NumberStyle, number_style, one_number
from sextet.data.values import BadValueError, numbers


def read(texts: list[str], grouped: bool = False, decimal: str | None = None) -> list[float | None]:
    style = number_style(texts, grouped, decimal)
    return [one_number(text, style) for text in texts]


def dotted(value: int) -> str:
    return f"{value:,}".replace(",", ".")


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1.036", "1.034", "990"], [1036, 1034, 990]),
        (["-1.036", "990", "0"], [-1036, 990, 0]),
        (["1.036.000", "1.034"], [1036000, 1034]),
        (["1.036", "1.034,5"], [1036, 1034.5]),
        (["1.5", "2", "1.125"], [1.5, 2, 1.125]),  # zeros at the end are left out
        (["1.125", "2", "3"], [1.125, 2, 3]),  # 2 is nearer to 1.125 than to 1125
        (["500.125", "400"], [500.125, 400]),
        (["0.990", "1.036", "12.000"], [0.99, 1.036, 12.0]),  # three decimals always
        (["12.350", "14.100", "-999"], [12.35, 14.1, -999]),  # a stand-in for a failed reading
        (["12.350", "14.100", "0"], [12.35, 14.1, 0]),
        (["1.036", "1034"], [1.036, 1034]),  # 1034 would have its dot too
        (["1,5", "2.5"], [1.5, 2.5]),  # both signs before decimals
        (["1,036", "1,034", "990"], [1036, 1034, 990]),
        (["0,990", "1,036"], [0.99, 1.036]),
        (["1,5", "1,036"], [1.5, 1.036]),
        (["1.353", "1.580"], [1.353, 1.58]),
        (["1,353", "1,580"], [1.353, 1.58]),
        (["n.a.", "1.353"], [None, 1.353]),
    ],
)
def test_what_dots_and_commas_mean(texts: list[str], expected: list[float | None]) -> None:
    assert read(texts) == expected
    if None in expected:
        with pytest.raises(BadValueError) as error:
            numbers(pa.array(texts), number_style(texts, False))
        assert error.value.position == expected.index(None)
    else:
        assert numbers(pa.array(texts), number_style(texts, False)).tolist() == expected


def test_where_fields_are_separated_by_commas_a_comma_groups() -> None:
    assert read(["1,353", "1,580"], grouped=True) == [1353, 1580]
    assert read(["0,990", "1,580"], grouped=True) == [0.99, 1.58]
    assert read(["1,353", "1,580"], grouped=True, decimal=",") == [1.353, 1.58]


@pytest.mark.parametrize("texts", [["1.353", "1.580"], ["1,353", "1,580"]])
def test_what_nothing_decides_is_said_and_can_be_told(texts: list[str]) -> None:
    sign = texts[0][1]
    other = "," if sign == "." else "."
    style = number_style(texts, False)
    note = style.note("load")
    assert "'load'" in note and repr(texts[0]) in note and "read as 1.353" in note and f"--decimal {other}" in note
    for decimal, expected in ((other, [1353, 1580]), (sign, [1.353, 1.58])):
        told = number_style(texts, False, decimal)
        assert not told.doubt and [one_number(text, told) for text in texts] == expected
    guessed = number_style([*texts, "990"], False)
    assert f"read as 1353, the {'dot' if sign == '.' else 'comma'} being between thousands" in guessed.note("load")
    assert f"--decimal {sign}" in guessed.note("load")


def test_three_decimals_everywhere_are_decimals_without_a_word_where_commas_separate_fields() -> None:
    style = number_style(["12.345", "13.345"], True)
    assert not style.doubt and one_number("12.345", style) == 12.345


def test_proof_goes_before_what_is_told() -> None:
    assert read(["0.5", "1.036"], decimal=",") == [0.5, 1.036]
    assert read(["1.036.000", "1.036"], decimal=".") == [1036000, 1036]


def test_a_point_among_thousands_is_no_number() -> None:
    style = number_style(["1.036", "990"], False)
    assert one_number("12.5", style) is None and one_number("0.990", style) is None
    assert "decimal comma" in style.expected and NumberStyle().expected == "a number"
    with pytest.raises(BadValueError, match="decimal comma") as error:
        numbers(pa.array(["1.036", "", None, "12.5"]), style)
    assert error.value.position == 3


@given(
    st.lists(st.integers(1000, 5000), min_size=1, max_size=30),
    st.lists(st.integers(300, 998), min_size=1, max_size=30),
    st.booleans(),
)
def test_whole_numbers_about_a_thousand_are_read_as_written(above: list[int], below: list[int], flip: bool) -> None:
    values = [*above, *below]
    texts = [dotted(value) for value in values]
    assert read([text.replace(".", ",") for text in texts] if flip else texts) == values


@pytest.mark.parametrize("middle", [200, 700, 3000])
def test_counts_of_very_different_size_are_read_as_written(middle: float) -> None:
    values = np.random.default_rng(7).lognormal(np.log(middle), 1.3, 300).astype(int).tolist()
    assert read([dotted(value) for value in values]) == values


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=30), st.data())
def test_what_is_told_reads_thousands_of_any_size(values: list[int], data: st.DataObject) -> None:
    ends = [data.draw(st.sampled_from(["", ",5", ",25"])) for _ in values]
    texts = [dotted(value) + end for value, end in zip(values, ends, strict=True)]
    expected = [float(f"{value}{end.replace(',', '.')}") for value, end in zip(values, ends, strict=True)]
    style = number_style(texts, False, ",")
    assert [one_number(text, style) for text in texts] == expected
    assert numbers(pa.array(texts), style).tolist() == expected


@given(
    st.lists(st.floats(-9999, 9999), min_size=1, max_size=30),
    st.integers(1, 6),
    st.lists(st.sampled_from(["0", "-1", "-999", "999", ""]), max_size=5),
)
def test_a_fixed_number_of_decimals_is_read_as_written(values: list[float], places: int, beside: list[str]) -> None:
    texts = [f"{value:.{places}f}" for value in values] + [text for text in beside if text]
    for written in (texts, [text.replace(".", ",") for text in texts]):
        assert read(written) == [float(text) for text in texts]


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=30))
def test_decimals_without_zeros_at_the_end_are_read_as_written(thousandths: list[int]) -> None:
    texts = [f"{value / 1000:.3f}".rstrip("0").rstrip(".") for value in [*thousandths, 1500]]
    assert read(texts) == [float(text) for text in texts]
