"""`sextet rules check`."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

GOOD = "[[rule]]\nname = 'night'\nwhen = 'hour < 6'\nthen = { set = 0 }\n"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "rules.toml"
    path.write_text(GOOD, encoding="utf-8")
    return path


def test_a_file_alone(sextet, file):
    result = sextet("rules", "check", str(file))
    assert result.exit_code == 0, result.stderr
    assert "night: set to 0 when hour < 6" in result.stdout and "1 rule, each understood." in result.stdout
    assert sextet("rules", "check", str(file), "--quiet").stdout == result.stdout
    value = json.loads(sextet("rules", "check", str(file), "--json").stdout)
    assert value["valid"] and value["rules"] == [{"name": "night", "text": "set to 0 when hour < 6"}]


def test_what_is_wrong_is_said_with_its_place_and_exit_code_2(sextet, file):
    file.write_text(GOOD + "[[rule]]\nflor = 3\n[[rule]]\nwhen = 'wekend'\nthen = { cap = 1 }", encoding="utf-8")
    result = sextet("rules", "check", str(file))
    assert result.exit_code == 2 and result.stdout == "" and "Traceback" not in result.stderr
    assert f"{file}, line 6, column 1, rule 'rule 2'" in result.stderr and "'floor'" in result.stderr
    assert f"{file}, line 8, column 9, rule 'rule 3'" in result.stderr and "'weekend'" in result.stderr
    told = sextet("rules", "check", str(file), "--json")
    value = json.loads(told.stdout)
    assert told.exit_code == 2 and not value["valid"]
    assert [(problem["line"], problem["column"]) for problem in value["problems"]] == [(6, 1), (8, 9)]


def test_warnings_are_said_beside_errors(sextet, file):
    crossed = "[[rule]]\nname = 'a'\ncap = 1\n[[rule]]\nname = 'b'\nfloor = 2\n"
    file.write_text(crossed, encoding="utf-8")
    result = sextet("rules", "check", str(file))
    assert result.exit_code == 0 and "warning: The cap of 'a' lies below the floor of 'b'" in result.stdout
    file.write_text(crossed + "[[rule]]\nwhen = 'wekend and hour > stp'\nthen = { cap = 1 }", encoding="utf-8")
    result = sextet("rules", "check", str(file))
    assert result.exit_code == 2 and result.stdout == ""
    assert "'wekend'" in result.stderr and "'stp'" in result.stderr
    assert "\nwarning: The cap of 'a' lies below the floor of 'b'" in result.stderr
    value = json.loads(sextet("rules", "check", str(file), "--json").stdout)
    assert len(value["problems"]) == 2 and len(value["warnings"]) == 1


def test_a_file_without_rules_says_what_one_looks_like(sextet, file):
    file.write_text("", encoding="utf-8")
    result = sextet("rules", "check", str(file))
    assert result.exit_code == 0 and f"There are no rules in {file}" in result.stdout
    assert 'name = "never negative"' in result.stdout and "understood" not in result.stdout


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"[[rule", b"\x00"])
def test_what_is_no_text_and_no_toml(sextet, file, content):
    file.write_bytes(content)
    result = sextet("rules", "check", str(file))
    assert result.exit_code == 2 and str(file) in result.stderr and "unexpected" not in result.stderr.lower()
    assert sextet("rules", "check", str(file) + ".no").exit_code == 2
    assert sextet("rules", "check", str(file.parent)).exit_code == 2


def test_what_they_would_have_done(sextet, use_case, file):
    effect = {"name": "night", "text": "", "held": 1200, "changed": 30, "alerts": 0, "muted": 0}
    effect |= {"mae_before": 4.0, "mae_after": 2.5, "pinball_before": 2.0, "pinball_after": 1.25}
    effect |= {"mae_all_before": 3.0, "mae_all_after": float("nan")}
    made = SimpleNamespace(
        valid=True,
        problems=(),
        rules=(("night", "set to 0"),),
        warnings=("Rule 'night' is odd.",),
        effects=(SimpleNamespace(**effect),),
        forecast="last value",
        windows=300,
        horizon=24,
    )
    check = use_case("sextet.app.rules_check", "check_rules", made)
    use_case("sextet.app.rules_check", "RulesCheckRequest", SimpleNamespace)
    result = sextet("rules", "check", str(file), "--data", "sales.csv", "--windows", "300", "--tz", "Europe/Berlin")
    assert result.exit_code == 0, result.stderr
    assert check.args[0].options.tz == "Europe/Berlin" and check.args[0].windows == 300
    rows = [line.split() for line in result.stdout.splitlines()]
    assert ["night", "1,200", "30", "4.000", "2.500", "2.000", "1.250", "3.000", "-", "0", "0"] in rows
    assert "warning: Rule 'night' is odd." in result.stdout
    assert "On 300 past windows of 24 steps" in result.stdout and "last value" in result.stdout
