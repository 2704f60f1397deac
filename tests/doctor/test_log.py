"""Reading logs."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.errors import DataError
from sextet.doctor.finding import catalogue
from sextet.doctor.log import hint, read_log, recognise
from sextet.doctor.scaling import Scaling

# What the table of error texts in the project's facts holds, one text of each row.
TABLE = {
    "Could not find cuda drivers on your machine, GPU will not be used.": "SXT801",
    "Cannot dlopen some GPU libraries.": "SXT802",
    "Skipping registering GPU devices...": "SXT802",
    "Loaded runtime CuDNN library: 8.5.0 but source was compiled with: 8.6.0.": "SXT803",
    "DNN library initialization failed": "SXT803",
    "DNN library is not found": "SXT803",
    "No DNN in stream executor": "SXT803",
    "Possibly insufficient driver version: 470.82": "SXT804",
    "CUDNN_STATUS_NOT_INITIALIZED": "SXT804",
    "no kernel image is available for execution on the device": "SXT805",
    "CUDA_ERROR_NO_BINARY_FOR_GPU": "SXT805",
    "CUDNN_STATUS_EXECUTION_FAILED": "SXT806",
    "CUDNN_STATUS_EXECUTION_FAILED_CUDART": "SXT806",
    "Segmentation fault (core dumped)": "SXT827",
    "Ignoring visible gpu device (device: 0) ... The minimum required Cuda capability is 6.0.": "SXT807",
    "TensorFlow was not built with CUDA kernel binaries compatible with compute capability 12.0": "SXT808",
    "CUDA_ERROR_INVALID_PTX": "SXT808",
    "CUDA_ERROR_INVALID_HANDLE": "SXT808",
    "PTX version 8.5 does not support target 'sm_120'": "SXT808",
    "device kernel image is invalid": "SXT809",
    "libdevice not found at ./libdevice.10.bc": "SXT810",
    "You are passing a RNN mask that does not correspond to right-padded sequences": "SXT811",
    "DMAR: DRHD: handling fault status reg 502": "SXT812",
    "MirroredStrategy hangs at the first step": "SXT812",
    "RecvAsync is cancelled": "SXT813",
    "12/12 - 3s - 250ms/step - loss: nan": "SXT813",
    "Found an unshardable source dataset": "SXT814",
    "Unable to register cuFFT factory: Attempting to register factory for plugin cuFFT": "SXT832",
    "Unable to register cuDNN factory: Attempting to register factory for plugin cuDNN": "SXT832",
    "TF-TRT Warning: Could not find TensorRT": "SXT832",
    "successful NUMA node read from SysFS had negative value (-1), but there must be at least one": "SXT832",
    "This TensorFlow binary is optimized to use available CPU instructions in performance-critical": "SXT832",
    "failed call to cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected": "SXT801",
    "failed call to cuInit: INTERNAL: CUDA error: Failed call to cuInit: CUDA_ERROR_NO_DEVICE: no device": "SXT801",
    "failed call to cuInit: UNKNOWN ERROR (-1)": "SXT801",
    "no NVIDIA GPU device is present: /dev/nvidia0 does not exist": "SXT801",
    "failed call to cuInit: CUDA_ERROR_UNKNOWN: unknown error": "SXT830",
    "failed to create cublas handle: CUBLAS_STATUS_NOT_INITIALIZED": "SXT804",
    "ImportError: libcudnn.so.8: cannot open shared object file: No such file or directory": "SXT802",
    "Could not load library libcudnn_cnn_infer.so.8. Error: libcudnn_cnn_infer.so.8: cannot open shared": "SXT802",
    "Could not load library libcudnn_cnn_infer.so.8. Error: libcuda.so: cannot open shared object file": "SXT801",
    "12/12 - 3s - 250ms/step - loss: 0.5 - val_loss: nan": "SXT813",
    "it is slower on 4 GPUs than on 1": "SXT815",
    "Failed to initialize GPU device #0: shared object symbol not found": "SXT833",
    "InternalError: cudaGetDevice() failed. Status: cudaGetErrorString symbol not found.": "SXT833",
}


@pytest.mark.parametrize(("text", "id"), TABLE.items())
def test_every_row_of_the_table_is_recognised(text, id):
    (finding,) = recognise(["2026-11-25 10:00:00: something else", f"2026-11-25 10:00:01: W {text}"])
    assert finding.id == id
    assert finding.why and finding.fix and "line 2" in finding.seen


@pytest.mark.parametrize("pattern", sorted({one for entry in catalogue().values() for one in entry.patterns}))
def test_what_a_pattern_matches_has_its_hint(pattern):
    text = hint(pattern)
    assert len(text) >= 4

    @given(st.from_regex(re.compile(pattern), fullmatch=True))
    def holds(matching):
        assert text in matching

    holds()


def test_a_pattern_of_alternatives_has_no_hint():
    assert hint("one|other") == ""
    assert hint(r"a\.b+(?:c|d)?ef?") == "a.b"


@pytest.mark.parametrize(
    ("text", "title", "fix"),
    [
        ("failed call to cuInit: CUDA_ERROR_NO_DEVICE", "CUDA found no card", "CUDA_VISIBLE_DEVICES"),
        ("failed call to cuInit: CUDA_ERROR_UNKNOWN", "the driver could not start CUDA", "nvidia_uvm"),
        ("CUBLAS_STATUS_NOT_INITIALIZED", "cuBLAS could not start", "ALLOW_GROWTH"),
    ],
)
def test_a_line_with_a_cause_of_its_own_tells_that(text, title, fix):
    (finding,) = recognise([text])
    assert finding.title == title and fix in finding.fix and finding.source.startswith("https://")


@pytest.mark.parametrize("text", ["Unable to register cuFFT factory", "TF-TRT Warning: Could not find TensorRT"])
def test_what_does_no_harm_is_a_note_that_fails_nothing(text):
    assert [one.level for one in recognise([text])] == ["note"]


def test_each_kind_is_told_once_with_its_first_line_and_how_often():
    lines = ["a", "RecvAsync is cancelled", "CUDNN_STATUS_NOT_INITIALIZED", "again: recvasync is cancelled"]
    first, second = recognise(lines)
    assert first.seen == "line 2, 2 times: RecvAsync is cancelled"
    assert second.seen.startswith("line 3: ")


def test_a_long_line_is_cut():
    (finding,) = recognise(["x" * 5000 + " RecvAsync is cancelled"])
    assert len(finding.seen) < 300


def test_a_file_is_read_whatever_its_bytes(tmp_path):
    path = tmp_path / "training.log"
    path.write_bytes(b"\xff\xfe\x00 binary\nGPU is lost\n")
    assert [one.id for one in read_log(path)] == ["SXT818"]


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(DataError, match="there is no file"):
        read_log(tmp_path / "none.log")
    with pytest.raises(DataError, match="Expected --log as a text file.* is a folder"):
        read_log(tmp_path)


@pytest.mark.parametrize("name", ["-", "/dev/stdin"])
@pytest.mark.parametrize(("text", "said"), [("a\nGPU is lost\n", "SXT818"), ("", "holds no text")])
def test_a_log_is_read_from_a_pipe(name, text, said):
    program = (
        "import pathlib, sys\nfrom sextet.doctor.log import DataError, read_log\n"
        "try: print(*(one.id for one in read_log(pathlib.Path(sys.argv[1]))))\nexcept DataError as error: print(error)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, name], input=text, capture_output=True, text=True, check=True
    )
    assert said in ended.stdout


def test_a_pipe_that_begins_with_nothing_is_read_on(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with subprocess.Popen(["sh", "-c", 'exec >"$1"; echo; sleep 0.2; echo GPU is lost', "sh", str(path)]):
        (finding,) = read_log(path)
    assert finding.seen == "line 2: GPU is lost"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-8-sig", "latin-1"])
def test_a_log_is_read_in_its_encoding(tmp_path, encoding):
    path = tmp_path / "training.log"
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    path.write_bytes(f"{mark}GPU is lost, schön\n".encode(encoding))
    (finding,) = read_log(path)
    assert finding.id == "SXT818" and finding.seen.startswith("line 1: GPU is lost")


@pytest.mark.parametrize("content", [b"", b" \n\n", b"\xff\xfe", bytes(range(256)) * 9, b"\x7fELF" + bytes(500)])
def test_a_file_without_text_is_refused(tmp_path, content):
    path = tmp_path / "training.log"
    path.write_bytes(content)
    with pytest.raises(DataError, match="holds no text"):
        read_log(path)


@pytest.mark.parametrize(
    ("loaded", "blamed"),
    [
        ("Loaded runtime CuDNN library: 8.9.6", False),
        ("Loaded cuDNN version 8906", False),
        ("Loaded cuDNN version 91002", False),
        ("Loaded cuDNN version 91100", True),
        ("nothing of cuDNN", True),
    ],
)
def test_cudnn_9_11_is_not_blamed_where_another_was_loaded(loaded, blamed):
    (finding,) = recognise([loaded, "CUDNN_STATUS_EXECUTION_FAILED"])
    assert finding.id == "SXT806"
    assert ("9.10.2.21" in finding.fix) == blamed and ("was loaded" in finding.why) != blamed


@given(st.lists(st.text(max_size=80), max_size=20))
def test_any_text_can_be_read(lines):
    assert all(finding.id in catalogue() for finding in recognise(lines))


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        ([], ""),
        (["Number of devices: 4", "10/10 [====] - 9s 90ms/step"], ""),
        (["Number of devices: 1", "40/40 - 9s 20ms/step", "Number of devices: 4", "10/10 - 3s 90ms/step"], ""),
        (
            ["Number of devices: 1", "40/40 - 9s 20ms/step", "Number of devices: 4", "10/10 - 30s 3s/step"],
            "an epoch took 30 s on 4 devices and 9 s on 1",
        ),
        (
            [
                "Using MirroredStrategy with devices ('/device:GPU:0',)",
                "40/40 ━━━━━━━━ 9s 20ms/step - loss: 1",
                "Using MirroredStrategy with devices ('/device:GPU:0', '/device:GPU:1')",
                "20/20 ━━━━━━━━ 12s 600ms/step - loss: 1",
            ],
            "an epoch took 12 s on 2 devices and 9 s on 1",
        ),
    ],
)
def test_more_gpus_that_are_slower(lines, verdict):
    scaling = Scaling()
    for line in lines:
        scaling.take(line)
    assert scaling.verdict() == verdict


def test_a_loss_that_is_no_number_is_not_laid_to_replicas_first():
    (finding,) = recognise(["12/12 - 3s - 250ms/step - loss: nan"])
    assert (finding.title, "learning rate" in finding.why) == ("the loss is no number", True)
    (finding,) = recognise(["RecvAsync is cancelled"])
    assert finding.title == "a replica got no rows"
