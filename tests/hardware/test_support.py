"""Software end of life, as the matrix has it."""

from __future__ import annotations

from sextet.hardware.capability import Capability
from sextet.hardware.catalogue import devices
from sextet.hardware.matrix import matrix
from sextet.hardware.support import support


def test_pascal_and_volta_end_with_driver_580_cuda_12_and_cudnn_9_10():
    for text in ("6.1", "7.0"):
        found = support(Capability.of(text))
        assert (found.driver, found.driver_ends, found.cuda, found.cudnn) == ("580", "2028-08", "12.x", "9.10.2.21")
        assert found.tensorflow is None and found.ending and "2028-08" in found.risk
        assert all("2026" in source for source in found.sources) and len(found.sources) >= 4


def test_maxwell_ends_with_tensorflow_2_16():
    assert support(Capability.of("5.2")).tensorflow == "2.16.2"


def test_kepler_ended_before_what_the_matrix_knows():
    found = support(Capability.of("3.7"))
    assert (found.driver, found.cudnn, found.tensorflow) == ("older than 450", "older than 8.1", "2.14.1")


def test_turing_and_later_are_served_by_the_newest():
    for text in ("7.5", "8.0", "8.9", "12.0"):
        found = support(Capability.of(text))
        assert not found.ending and found.sources == () and "still serves" in found.risk


def test_a_newer_card_is_never_served_worse():
    ending = [support(one).ending for one in sorted({device.capability for device in devices().values()})]
    assert ending == sorted(ending, reverse=True)


def test_the_newest_row_of_each_table_is_what_no_end_means():
    assert matrix().tensorflow[-1].newest != support(Capability.of("5.2")).tensorflow
