"""`sextet plan --claims` and `sextet plan --html FILE`."""

from __future__ import annotations

import json

import pytest

from sextet.app.claims import claims


@pytest.fixture(scope="module")
def every() -> dict[str, str]:
    """The verdict of every statement."""
    return {one.statement: one.verdict for one in claims().judgements}


def test_every_statement_is_shown_with_its_verdict(sextet, every):
    done = sextet("plan", "--claims")
    assert done.exit_code == 0, done.output
    signs = {"holds": "=", "does not hold": "X", "depends": "?"}
    for statement, verdict in every.items():
        assert f"{signs[verdict]} {verdict}: {statement}" in done.stdout


def test_as_json(sextet, every):
    done = sextet("plan", "--claims", "--json")
    told = json.loads(done.stdout)
    assert {one["statement"]: one["verdict"] for one in told["claims"]} == every
    assert "3x Tesla P40" in told["setting"]


def test_quiet_keeps_the_judgements(sextet, every):
    done = sextet("plan", "--claims", "--quiet")
    assert done.exit_code == 0 and all(statement in done.stdout for statement in every)


@pytest.mark.parametrize("more", [["3x Tesla P40"], ["--search"], ["--html", "x.html"]])
def test_claims_stand_alone(sextet, more):
    done = sextet("plan", "--claims", *more)
    assert done.exit_code == 2 and "Expected --claims alone" in " ".join(done.stderr.split())


def test_a_page_is_written_and_named(sextet, tmp_path):
    file = tmp_path / "plan.html"
    done = sextet("plan", "1x Tesla P40", "1x T4", "--members", "gru", "--html", file)
    assert done.exit_code == 0, done.output
    assert str(file) in done.stdout
    html = file.read_text(encoding="utf-8")
    assert "<h1>1x Tesla P40 or 1x T4</h1>" in html and html.count('<svg class="chart wide"') >= 5


def test_json_and_a_page_together(sextet, tmp_path):
    file = tmp_path / "plan.html"
    done = sextet("plan", "1x Tesla P40", "--members", "gru", "--html", file, "--json")
    told = json.loads(done.stdout)
    assert told["page"] == str(file) and told["rigs"][0]["name"] == "1x Tesla P40" and file.is_file()


@pytest.mark.parametrize(("name", "said"), [("gone/plan.html", "folder that is there"), ("", "is a folder")])
def test_a_page_needs_a_folder_and_a_name(sextet, tmp_path, name, said):
    done = sextet("plan", "1x Tesla P40", "--members", "gru", "--html", tmp_path / name)
    assert done.exit_code == 2 and said in " ".join(done.stderr.split())
    assert list(tmp_path.iterdir()) == []


def test_a_hostile_rig_file_does_no_harm(sextet, tmp_path):
    rig, file = tmp_path / "rig.toml", tmp_path / "plan.html"
    rig.write_text('name = "<script>pwned=1</script>"\ncards = ["1x Tesla P40"]\n', encoding="utf-8")
    done = sextet("plan", rig, "--members", "gru", "--html", file)
    assert done.exit_code == 0, done.output
    html = file.read_text(encoding="utf-8")
    assert html.count("<script") == 2 and "&lt;script&gt;pwned=1" in html
