"""The doctor as a use case, and from Python."""

from __future__ import annotations

import pytest

import sextet
from sextet.app.doctor import DoctorRequest, diagnose, examine, suggestion
from sextet.core.errors import ConfigError, DataError

from ..doctor.described import DescribedHost, described, whole


def test_the_call_of_the_architecture_page():
    report = sextet.diagnose(gpu="Tesla P40", tensorflow="2.15.0", cuda="11.8", cudnn="8.6.0", python="3.11")
    assert [one.id for one in report.findings] == ["SXT101", "SXT102", "SXT120"]
    assert "2.13" in report.findings[0].expected and "SXT101" in str(report)


def test_several_cards():
    report = diagnose(gpu=["Tesla P40", "RTX 5090"], tensorflow="2.21.0", cudnn="9.10.2.21")
    assert [one.id for one in report.findings] == ["SXT119", "SXT105"]
    assert "P40" not in report.findings[0].seen


def test_a_name_that_is_none_is_refused():
    with pytest.raises(ConfigError, match="did you mean 'cudnn'"):
        diagnose(gpu="P40", cudn="9.1")
    with pytest.raises(ConfigError, match="did you mean 'Tesla P40'"):
        diagnose(gpu="Telsa P40", cudnn="9.1")


def test_a_log(tmp_path):
    path = tmp_path / "training.log"
    path.write_text("CUDNN_STATUS_EXECUTION_FAILED\n")
    assert [one.id for one in diagnose(log=str(path)).findings] == ["SXT806"]
    with pytest.raises(DataError):
        diagnose(log=tmp_path / "none")


@pytest.mark.parametrize(
    "request_",
    [
        DoctorRequest(log="x", stack="python=3.11"),
        DoctorRequest(log="x", deep=True),
        DoctorRequest(deep=True, gpus=("P40",)),
        DoctorRequest(deep=True, frameworks=False),
    ],
)
def test_what_does_not_go_together_is_refused(request_):
    with pytest.raises(ConfigError, match="Expected --"):
        examine(request_, host=described("p40"))


def test_this_machine(tmp_path):
    report = examine(DoctorRequest(), host=described("p40"))
    assert report.findings == () and report.facts["driver"].startswith("580.82.07")
    assert set(report.seconds) == {"looking", "frameworks"}


def test_what_is_installed_for_another_card():
    report = examine(DoctorRequest(gpus=("RTX 5090",)), host=described("p40"))
    assert [one.id for one in report.findings] == ["SXT119", "SXT105"] and "RTX 5090" in report.facts["cards"]


def test_deep_without_a_gpu_says_so():
    report = examine(DoctorRequest(deep=True), host=described("laptop"))
    assert [one.id for one in report.findings] == ["SXT206", "SXT703"] and not report.failed()


def test_deep_on_a_card_whose_process_ends():
    host = DescribedHost(whole({"like": "p40", "commands": {"trial GPU:0 conv1d lstm gru mixed_matmul": {"code": -6}}}))
    report = examine(DoctorRequest(deep=True), host=host)
    assert [one.id for one in report.findings] == ["SXT701", "SXT704"] and report.failed()


def test_deep_that_cannot_be_made_is_a_finding(monkeypatch):
    def broken(*args: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr("sextet.app.doctor.tried", broken)
    report = examine(DoctorRequest(deep=True), host=described("p40"))
    assert [one.id for one in report.findings] == ["SXT001"]


def test_a_set_for_the_cards_that_are_here():
    assert "Tesla P40" in suggestion((), host=described("p40")).cards
    with pytest.raises(ConfigError, match="none were given, and none are seen"):
        suggestion((), host=described("laptop"))
