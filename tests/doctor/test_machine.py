"""What is seen of a machine, from the texts that its tools write."""

from __future__ import annotations

import pytest

from sextet.doctor.build_info import build_info
from sextet.doctor.frameworks import framework
from sextet.doctor.libraries import first
from sextet.doctor.machine import look
from sextet.hardware.host import Ran
from sextet.hardware.version import Version

from .described import DescribedHost, described, whole

RIG = {
    "like": "p40",
    "nvml": {
        "card": [
            {"name": "Tesla P40", "capability": "6.1", "uuid": "GPU-aaa"},
            {"name": "Tesla V100-PCIE-16GB", "capability": "7.0", "uuid": "GPU-bbb"},
        ]
    },
}


@pytest.mark.parametrize(
    ("environ", "indices", "hidden"),
    [
        ({}, [0, 1], False),
        ({"CUDA_VISIBLE_DEVICES": ""}, [], True),
        ({"CUDA_VISIBLE_DEVICES": "-1"}, [], True),
        ({"CUDA_VISIBLE_DEVICES": "GPU-bbb"}, [1], False),
        # The order of numbers is not known where cards differ, so none is left out.
        ({"CUDA_VISIBLE_DEVICES": "0"}, [0, 1], False),
        ({"CUDA_VISIBLE_DEVICES": "1", "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}, [1], False),
    ],
)
def test_which_cards_are_to_be_used(environ, indices, hidden):
    machine = look(DescribedHost(whole({**RIG, "environ": environ})))
    assert [gpu.index for gpu in machine.visible] == indices and machine.hidden is hidden
    assert len(machine.cards) == len(indices)


@pytest.mark.parametrize(
    ("text", "version", "opened"),
    [
        ("NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.82.07  Wed Aug 27 2025", "580.82.07", False),
        ("NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.124.06  Release Build", "570.124.06", True),
        ("NVRM version: NVIDIA UNIX Kernel Module for aarch64  550.120  Release Build", "550.120", False),
        ("something else", None, False),
    ],
)
def test_the_kernel_module(text, version, opened):
    machine = look(DescribedHost(whole({"like": "p40", "files": {"/proc/driver/nvidia/version": text}})))
    assert (machine.module and str(machine.module)) == version
    assert machine.open_module is opened


def test_the_libraries_of_wheels_have_the_versions_of_their_packages():
    found = look(described("p40")).libraries
    cudnn = first(found, "cudnn")
    assert cudnn is not None and (str(cudnn.version), cudnn.origin) == ("9.10.2.21", "pip")
    parts = first(found, "cudnn_adv")
    assert parts is not None and str(parts.version) == "9.10.2.21"


def test_ld_library_path_goes_first_and_links_are_followed_once():
    host = DescribedHost(
        whole(
            {
                "like": "p40",
                "environ": {"LD_LIBRARY_PATH": "/opt/lib:/opt/again"},
                "paths": ["/opt/lib/libcudnn.so.9.1.0"],
                "links": {
                    "/opt/lib/libcudnn.so.9": "libcudnn.so.9.1.0",
                    "/opt/again/libcudnn.so.9": "/opt/lib/libcudnn.so.9.1.0",
                },
            }
        )
    )
    (only,) = look(host).libraries
    assert (str(only.version), only.origin) == ("9.1.0", "LD_LIBRARY_PATH")


def test_libraries_of_another_major_number_are_not_those_tensorflow_loads():
    host = DescribedHost(
        whole(
            {
                "like": "p40",
                "paths": [],
                "commands": {
                    "ldconfig -p": "\tlibcudnn.so.8 (libc6,x86-64) => /usr/lib/libcudnn.so.8\n"
                    "\tlibcudart.so.11.0 (libc6,x86-64) => /usr/lib/libcudart.so.11.0\n"
                },
            }
        )
    )
    machine = look(host)
    assert len(machine.libraries) == 2
    assert (machine.stack().cuda, machine.stack().cudnn) == (None, None)


@pytest.mark.parametrize("text", [None, "", "build_info = 3", "build_info = dict(", "build_info = f([x for x in y])"])
def test_a_build_information_that_is_none(text):
    assert build_info(text) is None


def test_the_build_information():
    text = look(described("p40")).build
    assert text is not None and text.with_cuda
    assert (text.cuda, text.cudnn, text.capabilities[-1]) == (Version.of("12.5.1"), Version.of("9"), "compute_90")


@pytest.mark.parametrize(
    ("ran", "failure", "text"),
    [
        (Ran(code=0, out='noise\nSEXTET-PROBE {"version": "2.21.0", "cudnn": 91002}\n'), "", ""),
        (Ran(code=0, out='SEXTET-PROBE {"error": "ImportError: x"}'), "refused", "ImportError: x"),
        (Ran(code=-11, err="Segmentation fault\n"), "crashed", "Segmentation fault"),
        (Ran(code=None, late=True), "late", ""),
        (Ran(code=0, out="SEXTET-PROBE {half"), "crashed", ""),
        (Ran(code=0, out="SEXTET-PROBE 3"), "crashed", ""),
    ],
)
def test_what_a_framework_said(ran, failure, text):
    one = framework("tensorflow", ran)
    assert (one.failure, one.failure_text) == (failure, text)
    assert (one.cudnn == Version.of("9.10.2")) is (not failure)


def test_the_libraries_of_a_conda_environment_that_is_not_activated():
    host = DescribedHost(
        whole(
            {
                "like": "p40",
                "paths": [],
                "links": {
                    "/env/lib/libcudnn.so.9": "libcudnn.so.9.10.1",
                    "/env/lib/libcudart.so.12": "libcudart.so.12.9.79",
                },
            }
        )
    )
    machine = look(host)
    assert {(one.name, str(one.version), one.origin) for one in machine.libraries} == {
        ("cudnn", "9.10.1", "environment"),
        ("cudart", "12.9.79", "environment"),
    }
    assert str(machine.stack().cudnn) == "9.10.1"
