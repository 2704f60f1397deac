"""The matrix: every row has a source and a date, and spans do not overlap."""

from __future__ import annotations

import tomllib
from importlib import resources

import pytest

from sextet.doctor.remedy import install, newest_tensorflow
from sextet.hardware.cards import card
from sextet.hardware.matrix import matrix, released, since, spanning
from sextet.hardware.version import Version

RAW = tomllib.loads(resources.files("sextet.hardware").joinpath("matrix.toml").read_text(encoding="utf-8"))


def test_every_row_has_a_source_and_a_date():
    for name, rows in RAW.items():
        if name != "sources":
            for row in rows:
                assert row["source"] in RAW["sources"] and row["date"].year >= 2026, (name, row)


def test_every_source_is_used():
    used = {row["source"] for name, rows in RAW.items() if name != "sources" for row in rows}
    assert used == set(RAW["sources"])


def test_tensorflow_from_2_10_to_2_21():
    releases = [str(row.release) for row in matrix().tensorflow]
    assert releases == [f"2.{minor}" for minor in range(10, 22)]
    for row in matrix().tensorflow:
        assert released(matrix().tensorflow, Version.of(row.newest)) is row
        assert row.ptx in row.sms and row.python[0] < row.python[1]


def test_cuda_from_11_2_to_13_and_drivers():
    rows = matrix().cuda
    assert str(rows[0].release) == "11.2" and rows[-1].release.major == 13
    assert [row.driver for row in rows] == sorted(row.driver for row in rows)
    for row in rows:
        family = matrix().family(row.release)
        assert family is not None and family.driver <= row.driver


def test_cudnn_spans_follow_each_other():
    rows = matrix().cudnn
    assert all(row.first <= row.last for row in rows)
    assert all(one.last < other.first for one, other in zip(rows, rows[1:], strict=False))


@pytest.mark.parametrize(
    ("text", "lowest"),
    [("8.6.0", "5.0"), ("9.3.0", "5.0"), ("9.10.2.21", "5.0"), ("9.11", "7.5"), ("9.28.0.42", "7.5"), ("9.99", "7.5")],
)
def test_cudnn_begins_at(text, lowest):
    span = since(matrix().cudnn, Version.of(text))
    assert span is not None and str(span.lowest) == lowest


@pytest.mark.parametrize("text", ["7.6.5", "10.0"])
def test_another_cudnn_is_not_known(text):
    assert since(matrix().cudnn, Version.of(text)) is None


def test_a_jax_between_the_rows_is_not_known():
    assert spanning(matrix().jax, Version.of("0.5.0")) is not None
    assert spanning(matrix().jax, Version.of("0.5.9")) is None


@pytest.mark.parametrize(
    ("cards", "release"),
    [(["P40"], "2.21"), (["M40"], "2.16"), (["K80"], "2.14"), (["M40", "H100"], "2.16"), (["P40", "H100"], "2.21")],
)
def test_the_newest_tensorflow_for_cards(cards, release):
    row = newest_tensorflow([card(name) for name in cards])
    assert row is not None and str(row.release) == release


def test_no_tensorflow_has_code_for_blackwell():
    assert newest_tensorflow([card("RTX 5090")]) is None


def test_cudnn_is_pinned_only_where_pip_would_choose_one_too_new():
    newest = matrix().tensorflow[-1]
    assert install(newest, [card("V100")]).endswith('"nvidia-cudnn-cu12==9.10.2.21"')
    assert "cudnn" not in install(newest, [card("T4")])
    row = released(matrix().tensorflow, Version.of("2.19"))
    assert row is not None and "cudnn" not in install(row, [card("V100")])
    oldest = matrix().tensorflow[0]
    assert install(oldest, [card("V100")]) == 'pip install "tensorflow==2.10.1"'
