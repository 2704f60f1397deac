"""What is said about results, history, software and risk."""

from __future__ import annotations

import pytest


def test_accuracy_depends_on_precision(judged, figure):
    one = judged["same-accuracy"]
    assert one.verdict == "depends"
    assert figure(one, "rounding of FP16") / figure(one, "rounding of FP32") == 8192
    assert "256 windows over 3 cards: 86 on each, 258 a step" in one.arithmetic[2]


def test_equal_rigs_are_equally_accurate(asked):
    assert asked("same-accuracy", few="3x P40").verdict == "holds"


def test_p2_has_a_k80(judged, asked, figure):
    one = judged["aws-p2"]
    assert one.verdict == "does not hold" and "3.7" in one.why and figure(one, "memory") == 12
    assert asked("aws-p2", many="K80").verdict == "holds"


def test_history(judged, figure):
    one = judged["history"]
    assert one.verdict == "holds" and figure(one, "first card") == 2017
    for name in ("AlexNet", "VGG", "Transformer"):
        assert any(line.startswith(name) for line in one.arithmetic)


def test_the_stack_is_refused_and_mended(judged):
    one = judged["stack"]
    assert one.verdict == "does not hold"
    assert "CUDA 11.8 (CUDA 12.2)" in one.why and "cuDNN 8.6.0 (cuDNN 8.9" in one.why and "2.12 and 2.13" in one.why
    assert "Python 3.11: fits" in one.arithmetic[0]


@pytest.mark.parametrize(
    ("versions", "verdict"),
    [
        ({"python": "3.11", "cuda": "11.8", "cudnn": "8.6.0", "tensorflow": "2.13.0"}, "holds"),
        ({"python": "3.11.9", "cuda": "12.2", "cudnn": "8.9.7", "tensorflow": "2.15.1"}, "holds"),
        ({"python": "3.12", "cuda": "12.2", "cudnn": "8.9.7", "tensorflow": "2.15.1"}, "does not hold"),
        ({"python": "3.11", "cuda": "12.2", "cudnn": "9.1", "tensorflow": "2.15.0"}, "does not hold"),
        ({"python": "3.7", "cuda": "11.8", "cudnn": "8.6", "tensorflow": "2.13"}, "does not hold"),
        ({"python": "3.11", "cuda": "11.8", "cudnn": "8.6.0", "tensorflow": "1.15"}, "depends"),
    ],
)
def test_other_stacks(asked, versions, verdict):
    assert asked("stack", versions=versions).verdict == verdict


def test_the_risk_has_a_date(judged, figure):
    one = judged["no-risk"]
    assert one.verdict == "does not hold"
    # from November 2026 to August 2028
    assert figure(one, "years until the driver of Tesla P40") == pytest.approx(21 / 12)
    assert any("2028-08" in line for line in one.arithmetic)


def test_newer_cards_have_no_end_that_is_known(asked):
    assert asked("no-risk", many="3x A100 PCIe 80GB", few="2x L40S").verdict == "holds"
    assert asked("no-risk", few="2x L40S").verdict == "depends"
