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


@pytest.mark.parametrize("wrong", [{"tensorflow": 2.15}, {"python": None}, {"gpu": 6.1}, {"gpu": ["P40", 6.1]}])
def test_what_is_no_text_is_refused_with_what_to_give(wrong: dict) -> None:
    with pytest.raises(ConfigError, match=r"as text, such as '.*'; got"):
        diagnose(**{"gpu": "Tesla P40", "tensorflow": "2.21", **wrong})
