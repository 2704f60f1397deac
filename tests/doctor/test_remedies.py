"""Commands that mend: one for the whole stack, never two that undo each other."""

from __future__ import annotations

import pytest

from sextet import diagnose
from sextet.core.errors import ConfigError


def fixes(gpu: str, **stack: str) -> dict[str, str]:
    return {one.id: one.fix for one in diagnose(gpu=gpu, **stack).findings}


def test_a_card_that_tensorflow_left_behind_gets_the_same_command_everywhere() -> None:
    told = fixes("Tesla M40", tensorflow="2.21", cudnn="9.24")
    assert told["SXT103"] == told["SXT104"] == 'pip install "tensorflow[and-cuda]==2.16.2"'
    assert "SXT116" not in fixes("Tesla K80", tensorflow="2.21")


def test_a_tensorflow_with_a_cudnn_of_its_own_is_installed_with_it() -> None:
    told = fixes("Tesla P40", tensorflow="2.15", cudnn="9.24")
    assert told["SXT103"] == told["SXT102"] == 'pip install "tensorflow[and-cuda]==2.15.1"'


def test_cuda_13_is_mended_for_the_framework_and_the_card_at_hand() -> None:
    assert "2.16.2" in fixes("Tesla M40", cuda="13.0")["SXT502"]
    assert fixes("Tesla V100", cuda="13.0", jax="0.12.0.1")["SXT502"].startswith('pip install "jax[cuda12]"')
    assert "nvidia-cudnn-cu12==9.10.2.21" in fixes("Tesla V100", cuda="13.0")["SXT502"]


@pytest.mark.parametrize("driver", ["590.44", "610.1"])
def test_a_driver_after_the_last_branch_is_refused_also_where_it_is_not_known(driver: str) -> None:
    assert "nvidia-driver-580" in fixes("Tesla P40", driver=driver)["SXT204"]
    assert "in Windows" in fixes("Tesla P40", driver=driver, system="wsl2")["SXT204"]
    assert "SXT204" not in fixes("A100", driver=driver)


def test_jax_on_a_mac_is_not_sent_to_windows() -> None:
    assert "wsl --install" not in fixes("Tesla V100", jax="0.10.2", system="macos")["SXT506"]


@pytest.mark.parametrize("gpu", ["", [], [""], ()])
def test_a_card_that_is_empty_is_not_this_machine(gpu: object) -> None:
    with pytest.raises(ConfigError, match="Expected .*Tesla P40"):
        diagnose(gpu=gpu)


@pytest.mark.parametrize("wrong", [{"tensorflow": 2.15}, {"python": None}, {"gpu": 6.1}, {"gpu": ["P40", 6.1]}])
def test_what_is_no_text_is_refused_with_what_to_give(wrong: dict) -> None:
    with pytest.raises(ConfigError, match=r"as text, such as '.*'; got"):
        diagnose(**{"gpu": "Tesla P40", "tensorflow": "2.21", **wrong})


@pytest.mark.parametrize("torch", ["2.14.0+cu130", "2.13.0+cu132", "2.99.0a0+CU130", "3.0+cu13"])
@pytest.mark.parametrize("gpu", ["Tesla P40", "Tesla V100", "Tesla M40"])
def test_cuda_13_alone_decides_of_a_torch_that_is_not_known(torch: str, gpu: str) -> None:
    report = diagnose(gpu=gpu, torch=torch)
    assert [one.id for one in report.findings] == ["SXT501", "SXT002"] and report.errors == 1
    assert "CUDA 13 begins at compute capability 7.5" in report.findings[0].seen
    assert report.findings[0].fix == 'uv pip install "torch==2.14.*" --torch-backend=cu126'


@pytest.mark.parametrize("torch", ["2.13.0", "2.99.0+cu126", "2.99.0+cu140", "2.99.0+custom"])
def test_a_torch_that_is_not_known_is_not_guessed_where_its_cuda_does_not_decide(torch: str) -> None:
    assert set(fixes("Tesla P40", torch=torch)) == {"SXT002"}


def test_cuda_13_beside_a_torch_is_mended_by_a_torch() -> None:
    told = fixes("Tesla P40", torch="2.11.0+cu130", cuda="13.0")
    assert told["SXT502"] == told["SXT501"] == 'uv pip install "torch==2.14.*" --torch-backend=cu126'


def test_a_framework_that_is_not_known_is_judged_by_the_cuda_that_is_told() -> None:
    assert {"SXT002", "SXT502"} <= set(fixes("Tesla P40", tensorflow="2.30", cuda="13.0"))
    assert {"SXT002", "SXT502", "SXT503"} <= set(fixes("Tesla P40", jax="0.99", cuda="13.0"))
