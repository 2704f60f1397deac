"""The error tree and its exit codes."""

from __future__ import annotations

import pytest

from sextet.core import errors


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("DataError", 2),
        ("ConfigError", 2),
        ("RunError", 2),
        ("DependencyError", 2),
        ("HardwareError", 1),
        ("ResourceError", 3),
    ],
)
def test_exit_codes(name: str, code: int) -> None:
    kind = getattr(errors, name)
    assert issubclass(kind, errors.SextetError) and kind("x").exit_code == code


def test_nearest() -> None:
    assert errors.nearest("temprature", ["y", "temperature"]) == ", did you mean 'temperature'?"
    assert (
        errors.nearest("float16", ["float32", "mixed_bfloat16", "mixed_float16"]) == ", did you mean 'mixed_float16'?"
    )
    assert errors.nearest("zzz", ["y", "temperature"]) == ""
