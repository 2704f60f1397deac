"""Machines whose files, tools and cards answer anything: the doctor never raises, and no check fails."""

from __future__ import annotations

import pynvml
from hypothesis import given
from hypothesis import strategies as st

from sextet.doctor.examine import examine_machine

from .described import DescribedHost, whole

P40 = whole({"like": "p40"})
QUESTIONS = ("Name", "UUID", "CudaComputeCapability", "MemoryInfo", "Temperature", "MigMode", "ComputeRunningProcesses")
CODES = sorted({getattr(pynvml, name) for name in dir(pynvml) if name.startswith("NVML_ERROR_")})
texts = st.one_of(st.text(max_size=60), st.from_regex(r"[A-Za-z_.:0-9 ]{0,40}", fullmatch=True))


def _holds(description: dict[str, object]) -> None:
    report = examine_machine(DescribedHost(whole({"like": "p40", **description})), month="2026-11")
    assert "SXT001" not in {one.id for one in report.findings}, str(report)
    assert str(report)


@given(st.dictionaries(st.sampled_from(sorted(P40["files"])), texts, min_size=1))
def test_files_that_hold_anything(files):
    _holds({"files": files})


@given(st.dictionaries(st.sampled_from((*P40["commands"], "dmesg")), texts, min_size=1))
def test_commands_that_print_anything(commands):
    _holds({"commands": commands})


@given(st.dictionaries(st.sampled_from((*P40["packages"], "jax", "jax-cuda13-plugin", "torch")), texts, min_size=1))
def test_packages_of_any_version(packages):
    _holds({"packages": packages})


@given(st.dictionaries(st.sampled_from(QUESTIONS), st.sampled_from(CODES)), st.sampled_from([None, *CODES]))
def test_cards_that_fail_in_any_way(failures, handle):
    card = {**P40["nvml"]["card"][0], "failures": failures}
    _holds({"nvml": {"card": [card if handle is None else {**card, "handle": handle}]}})


@given(st.sampled_from(CODES))
def test_a_driver_that_starts_in_no_way(code):
    _holds({"nvml": {"init": code}})


@given(
    st.dictionaries(st.sampled_from(("CUDA_VISIBLE_DEVICES", "LD_LIBRARY_PATH", "XLA_FLAGS", "KERAS_BACKEND")), texts)
)
def test_variables_that_hold_anything(environ):
    _holds({"environ": environ})
