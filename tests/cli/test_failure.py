"""Every kind of failure: its exit code, its message, no traceback."""

from __future__ import annotations

import errno
import json

import pytest

from sextet.cli.failure import failure_of
from sextet.core.errors import ConfigError, DataError, DependencyError, HardwareError, ResourceError, RunError


class ResourceExhaustedError(Exception):
    """As TensorFlow names it."""


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (DataError("sales.csv, row 3: no number"), 2, "sales.csv, row 3"),
        (ConfigError("horizon"), 2, "horizon"),
        (RunError("member.onnx is damaged"), 2, "member.onnx"),
        (DependencyError("needs the extra train"), 2, "extra train"),
        (HardwareError("no such device"), 1, "no such device"),
        (ResourceError("disk full"), 3, "disk full"),
        (MemoryError(), 3, "out of memory"),
        (ResourceExhaustedError("OOM when allocating"), 3, "out of memory"),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), 3, "out of memory"),
        (OSError(errno.ENOSPC, "No space left on device", "run/x.npz"), 3, "run/x.npz"),
        (OSError(errno.EDQUOT, "Quota exceeded"), 3, "no space left"),
        (PermissionError(errno.EACCES, "Permission denied", "/root/x"), 2, "cannot use /root/x: permission denied"),
        (IsADirectoryError(errno.EISDIR, "Is a directory", "f.csv"), 2, "f.csv"),
        (ModuleNotFoundError("No module named 'keras'", name="keras"), 2, "pip install '.[train]'"),
        (ModuleNotFoundError("x", name="bokeh_sampledata.glucose"), 2, "pip install '.[samples]'"),
        (ModuleNotFoundError("No module named 'foo'", name="foo"), 1, "unexpected ModuleNotFoundError"),
        (OSError("odd"), 1, "unexpected OSError: odd"),
        (ValueError("shapes (2,) and (3,)"), 1, "unexpected ValueError: shapes (2,) and (3,)"),
        (ZeroDivisionError(), 1, "unexpected ZeroDivisionError: no further text"),
        (KeyboardInterrupt(), 130, "Interrupted."),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), 0, ""),
    ],
)
def test_exit_code_and_message(sextet, use_case, error, code, says):
    use_case("sextet.app.show", "summary", error)
    result = sextet("show", "run")
    assert result.exit_code == code
    assert result.stdout == ""
    assert says in result.stderr
    assert "Traceback" not in result.stderr
    if not says:
        assert result.stderr == ""


def test_the_unexpected_says_how_to_get_the_traceback(sextet, use_case, monkeypatch):
    use_case("sextet.app.show", "summary", ValueError("odd"))
    assert "SEXTET_DEBUG=1" in sextet("show", "run").stderr
    monkeypatch.setenv("SEXTET_DEBUG", "1")
    result = sextet("show", "run")
    assert "Traceback (most recent call last)" in result.stderr
    assert result.exit_code == 1


def test_a_long_text_of_a_library_is_cut():
    assert len(failure_of(ValueError("x " * 5000)).message) < 700


def test_an_error_in_the_middle_of_an_interrupt_is_the_interrupt(sextet, use_case, monkeypatch):
    def swallowed(run):
        monkeypatch.setattr("sextet.cli.interrupt._pressed", True)
        raise ImportError("half-imported")

    use_case("sextet.app.show", "summary", swallowed)
    result = sextet("show", "run")
    assert result.exit_code == 130 and result.stderr == "Interrupted.\n"


def test_nothing_on_standard_output_when_json_fails(sextet, use_case):
    use_case("sextet.app.show", "summary", RunError("damaged"))
    result = sextet("show", "run", "--json")
    assert result.exit_code == 2 and result.stdout == ""
    with pytest.raises(ValueError):
        json.loads(result.stdout)


def test_version(sextet):
    from sextet import __version__

    result = sextet("--version")
    assert (result.stdout, result.exit_code) == (f"sextet {__version__}\n", 0)


@pytest.mark.parametrize("width", ["40", "80", "200"])
def test_help_fits_any_width(sextet, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", width)
    result = sextet("train", "--help")
    assert result.exit_code == 0
    assert max(len(line) for line in result.stdout.splitlines()) <= int(width)
