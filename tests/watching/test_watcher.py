"""Many series, and a state that is saved and gone on from."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from sextet.core.errors import ConfigError, DataError
from sextet.watching.watcher import Watcher


def weak_then_critical() -> list[tuple[str, str, float, float]]:
    draw = random.Random(0)
    odd = {1500: 15.0, 1576: 60.0}
    return [("", str(row), row * 300.0, odd.get(row, draw.gauss(10, 1))) for row in range(1650)]


@pytest.mark.parametrize("cut", [1500, 1501, 1576, 1577, 1600])
def test_an_alert_gets_worse_once_over_a_stop(cut: int, tmp_path: Path) -> None:
    first = Watcher()
    found = [finding for row in weak_then_critical()[:cut] if (finding := first.take(*row))]
    first.save(tmp_path / "state.json")
    again = Watcher.load(tmp_path / "state.json")
    found += [finding for row in weak_then_critical() if (finding := again.take(*row))]
    assert [(one.stamp, one.event) for one in found][-2:] == [("1500", "start"), ("1576", "worse")]
    assert found[-1].alert == found[-2].alert


def rows(count: int) -> list[tuple[str, str, float, float]]:
    draw = random.Random(2)
    spiky = {500, 900}
    return [
        (name, str(row), row * 60.0, draw.gauss(5, 1) + (30.0 if name == "b" and row in spiky else 0.0))
        for row in range(count)
        for name in ("a", "b")
    ]


def test_series_do_not_hear_of_each_other() -> None:
    both, alone = Watcher(), Watcher()
    found = [finding for row in rows(1000) if (finding := both.take(*row))]
    single = [finding for row in rows(1000) if row[0] == "b" and (finding := alone.take(*row))]
    assert [finding for finding in found if finding.series == "b"] == single
    assert "500" in {finding.stamp for finding in single}
    assert both.counts()["series"] == 2 and both.counts()["rows"] == 2000


@pytest.mark.parametrize("cut", [0, 7, 60, 1001, 1700])
def test_going_on_from_a_state_is_as_if_never_stopped(cut: int, tmp_path: Path) -> None:
    whole = Watcher()
    expected = [whole.take(*row, every=True) for row in rows(1000)]
    first = Watcher()
    found = [first.take(*row, every=True) for row in rows(1000)[:cut]]
    first.save(tmp_path / "state.json")
    again = Watcher.load(tmp_path / "state.json")
    found += [again.take(*row, every=True) for row in rows(1000)[cut:]]
    assert [str(finding) for finding in found] == [str(finding) for finding in expected]  # NaN is equal as text
    assert again.counts() == whole.counts()


def test_rows_judged_before_are_passed_over_and_no_alert_comes_twice(tmp_path: Path) -> None:
    first = Watcher()
    assert [finding for row in rows(1000) if (finding := first.take(*row))]
    first.save(tmp_path / "state.json")
    again = Watcher.load(tmp_path / "state.json")
    assert [finding for row in rows(1000) if (finding := again.take(*row))] == []
    assert again.counts()["passed"] == 2000 and again.counts()["late"] == 0


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "no json", '{"format": "sextet watch 1"}', '{"format": "sextet watch 9"}']
)
def test_what_is_no_state_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match="no state that `sextet watch --state` wrote"):
        Watcher.load(path)


def test_any_truncated_or_damaged_state_is_refused(tmp_path: Path) -> None:
    watcher = Watcher()
    for row in rows(300):
        watcher.take(*row)
    path = tmp_path / "state.json"
    watcher.save(path)
    state = json.loads(path.read_text(encoding="utf-8"))
    for name in set(state["series"][0]) - {"astray", "held"}:  # older states lack that
        damaged = json.loads(json.dumps(state))
        del damaged["series"][0][name]
        path.write_text(json.dumps(damaged), encoding="utf-8")
        with pytest.raises(DataError, match="damaged"):
            Watcher.load(path)


def test_another_risk_holds_for_series_known_already(tmp_path: Path) -> None:
    watcher = Watcher(0.01)
    watcher.take("a", "0", 0.0, 1.0)
    watcher.save(tmp_path / "s")
    assert Watcher.load(tmp_path / "s").risk == 0.01
    assert Watcher.load(tmp_path / "s", risk=0.001).series["a"].gate.risk == 0.001


@pytest.mark.parametrize("risk", [0.0, -1.0, 0.1, 2.0, float("nan")])
def test_a_risk_out_of_range_is_refused(risk: float) -> None:
    with pytest.raises(ConfigError, match="risk above 0 and below 0.1"):
        Watcher(risk)
