"""`sextet doctor`: options, output, exit codes, mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from sextet.app.doctor import DoctorRequest
from sextet.doctor.finding import Level, found
from sextet.doctor.report import Report

ASKED_FOR = ("--stack", "python=3.11,cuda=11.8,cudnn=8.6.0,tensorflow=2.15.0", "--gpu", "Tesla P40")


def _report(*levels: Level) -> Report:
    findings = tuple(found("SXT405", level=level, gpus=2, package="nvidia-nccl-cu12") for level in levels)
    return Report(subject="This machine", findings=findings, facts={"driver": "580.82.07"})


@pytest.mark.parametrize(
    ("levels", "strict", "code"),
    [
        ([], True, 0),
        ([Level.NOTE], True, 0),
        ([Level.WARNING], False, 0),
        ([Level.WARNING], True, 1),
        ([Level.ERROR], False, 1),
    ],
)
def test_exit_codes(sextet, monkeypatch, levels, strict, code):
    monkeypatch.setattr("sextet.app.doctor.examine", lambda request, progress: _report(*levels))
    result = sextet("doctor", *(["--strict"] if strict else []))
    assert result.exit_code == code and "This machine" in result.stdout
    assert sextet("doctor", "--json", *(["--strict"] if strict else [])).exit_code == code


def test_every_option_reaches_the_request(sextet, monkeypatch):
    asked = []
    monkeypatch.setattr("sextet.app.doctor.examine", lambda request, progress: asked.append(request) or _report())
    sextet("doctor", "--stack", "tf=2.15", "--gpu", "P40", "--gpu", "V100", "--no-frameworks", "--timeout", 5)
    sextet("doctor", "--deep")
    sextet("doctor", "--log", "x.log")
    assert asked == [
        DoctorRequest(stack="tf=2.15", gpus=("P40", "V100"), frameworks=False, patience=5.0),
        DoctorRequest(deep=True),
        DoctorRequest(log=Path("x.log")),
    ]


def test_the_stack_of_the_issue_is_refused_with_its_reasons_and_mended(sextet):
    result = sextet("doctor", *ASKED_FOR)
    assert result.exit_code == 1
    assert "the wheel was built with CUDA 12.2 and cuDNN 8.9" in result.stdout
    assert 'pip install "tensorflow[and-cuda]==2.15.1"' in result.stdout


def test_json_is_the_whole_of_standard_output(sextet):
    result = sextet("doctor", *ASKED_FOR, "--json")
    value = json.loads(result.stdout)
    assert (value["errors"], [one["id"] for one in value["findings"]]) == (2, ["SXT101", "SXT102", "SXT120"])
    assert result.exit_code == 1 and result.stderr == ""


def test_quiet_keeps_the_findings(sextet, tmp_path):
    result = sextet("doctor", *ASKED_FOR, "--quiet")
    assert (result.stdout, result.stderr, result.exit_code) == (sextet("doctor", *ASKED_FOR).stdout, "", 1)
    assert "SXT101" in result.stdout
    out = tmp_path / "requirements.txt"
    assert sextet("doctor", "--suggest", "--gpu", "Tesla P40", "--out", out, "--quiet").stdout == ""
    assert out.is_file()


def test_a_suggestion_is_a_requirements_file_and_nothing_else(sextet, tmp_path):
    result = sextet("doctor", "--suggest", "--gpu", "Tesla P40, V100")
    lines = [line for line in result.stdout.splitlines() if not line.startswith("#")]
    assert result.exit_code == 0 and all(Requirement(line).specifier for line in lines)
    assert "nvidia-cudnn-cu12==9.10.2.21" in lines
    assert sextet("doctor", "--suggest", "--gpu", "Tesla P40, V100", "--quiet").stdout == result.stdout
    out = tmp_path / "requirements.txt"
    told = sextet("doctor", "--suggest", "--gpu", "Tesla P40,V100", "--out", out)
    assert out.read_text() == result.stdout and told.stdout == f"Wrote {out}.\n"


def test_a_card_for_which_nothing_is_known(sextet):
    result = sextet("doctor", "--suggest", "--gpu", "RTX 5090")
    assert result.exit_code == 1 and result.stdout == "" and "No set is known" in result.stderr


def test_explain(sextet):
    result = sextet("doctor", "--explain", "sxt806")
    assert result.exit_code == 0 and result.stdout.startswith("SXT806, error: ") and "known by" in result.stdout
    assert json.loads(sextet("doctor", "--explain", "SXT103", "--json").stdout)["id"] == "SXT103"


def test_a_log(sextet, tmp_path):
    path = tmp_path / "training.log"
    path.write_text("epoch 1\nRecvAsync is cancelled\n")
    result = sextet("doctor", "--log", path)
    assert result.exit_code == 1 and "line 2: RecvAsync is cancelled" in result.stdout
    path.write_text("epoch 1\n")
    result = sextet("doctor", "--log", path)
    assert result.exit_code == 0 and "None of the texts" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--gpu", "Telsa P40", "--stack", "tf=2.15"], "did you mean 'Tesla P40'"),
        (["--gpu", ""], "leave the option out for this machine"),
        (["--suggest", "--gpu", " "], "Expected a GPU such as 'Tesla P40'"),
        (["--stack", "tf=2.15", "--gpu", ""], "Expected a GPU such as 'Tesla P40'"),
        (["--stack", "tensorfow=2.15"], "did you mean 'tensorflow'"),
        (["--stack", "tensorflow"], "Expected --stack as names and versions"),
        (["--explain", "SXT999"], "Expected the id of a finding"),
        (["--log", "none.log"], "there is no file none.log"),
        (["--suggest", "--log", "x"], "got --suggest and --log"),
        (["--stack", "tf=2.15", "--deep"], "Expected --deep for this machine"),
        (["--suggest", "--deep", "--gpu", "P40"], "Expected --deep for this machine"),
        (["--explain", "SXT103", "--gpu", "P40"], "Expected --explain alone"),
        (["--log", "x", "--gpu", "P40"], "Expected --log alone"),
        (["--out", "x.txt"], "Expected --out with --suggest only"),
    ],
)
def test_mistakes_are_met_with_one_message(sextet, arguments, says):
    result = sextet("doctor", *arguments)
    assert result.exit_code == 2 and result.stdout == ""
    assert result.stderr.startswith("Error: ") and says in result.stderr and "Traceback" not in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("width", ["40", "80", "200"])
def test_a_report_fits_any_width_but_what_is_copied_stands_on_one_line(sextet, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", width)
    result = sextet("doctor", *ASKED_FOR)
    lines = [line.rstrip() for line in result.stdout.splitlines()]
    copied = [line for line in lines if line.startswith(("  fix ", "  source "))]
    assert max(len(line) for line in lines if line not in copied) <= int(width)
    assert sum(line.endswith('pip install "tensorflow[and-cuda]==2.15.1"') for line in copied) == 2
    assert sum(line.endswith("https://www.tensorflow.org/install/source#gpu") for line in copied) == 2
    assert "Traceback" not in result.stderr
