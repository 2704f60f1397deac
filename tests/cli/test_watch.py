"""`sextet watch` as people use it: a process of its own that reads lines and says at once what is odd."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

COMMAND = [sys.executable, "-m", "sextet.cli.main", "watch"]


def lines(rows: int = 1000, spike: int = 700, name: str = "") -> list[str]:
    draw = random.Random(5)
    start = datetime(2024, 1, 1)
    mark = f"{name}," if name else ""
    return [
        f"{mark}{start + timedelta(minutes=5 * row)},{draw.gauss(10, 1) + (50 if row == spike else 0):.3f}\n"
        for row in range(rows)
    ]


def run(*arguments: object, given: str = "") -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.run(command, input=given, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "data.csv"
    path.write_text("ds,y\n" + "".join(lines()), encoding="utf-8")
    return path


def spike_of(text: str) -> dict[str, Any]:
    return next(found for line in text.splitlines() if (found := json.loads(line))["value"] > 40)


def test_an_alert_comes_while_the_pipe_is_still_open() -> None:
    with subprocess.Popen(
        [*COMMAND, "--data", "-", "--json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin and process.stdout and process.stderr
        process.stdin.write("".join(lines(701)))
        process.stdin.flush()
        alert = json.loads(process.stdout.readline())
        while alert["value"] < 40:
            alert = json.loads(process.stdout.readline())
        assert process.poll() is None
        assert set(alert) == {
            *("id", "series", "stamp", "value", "judged", "seen"),
            *("expected", "probability", "event", "severity", "reason"),
        }
        assert alert["event"] == "start" and alert["severity"] == "critical"
        low, high = alert["expected"]
        assert low < 10 < high < alert["value"]
        process.stdin.close()
        assert process.wait(timeout=60) == 0
        assert "in 701 rows of 1 series" in process.stderr.read()


def test_text_file_state_and_going_on(file: Path, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    first = run("--data", file, "--state", state)
    assert first.returncode == 0 and "CRITICAL" in first.stdout and "The value is" in first.stdout
    second = run("--data", file, "--state", state)
    assert (
        second.returncode == 0
        and second.stdout == ""
        and "1,000 up to where an earlier watch had come" in second.stderr
    )


def test_all_quiet_and_what_is_counted(file: Path) -> None:
    every = run("--data", file, "--all", "--json")
    assert len(every.stdout.splitlines()) == 1000
    assert spike_of(every.stdout)["stamp"] == "2024-01-03 10:20:00"
    assert json.loads(every.stdout.splitlines()[0])["expected"] == [None, None]
    dirty = lines(name="a")
    dirty[100:103] = ["a,2024-01-01 08:20:00,\n", dirty[100], "what?\n"]
    counted = run("--data", "-", given="".join(dirty))
    for text in (
        "1 without a number",
        "2 stamps did not come.",
        "1 with a stamp seen before",
        "1 that could not be",
    ):
        assert text in counted.stderr
    assert "note: line 103 was passed over" in counted.stderr
    assert "more" not in counted.stderr
    dirty[200:204] = [f"what {number}?\n" for number in range(4)]
    counted = run("--data", "-", given="".join(dirty))
    assert "5 that could not be" in counted.stderr and counted.stderr.count("was passed over") == 3
    assert "note: and 2 more lines that could not be read." in counted.stderr
    quiet = run("--data", file, "--quiet")
    assert (quiet.stderr, quiet.returncode) == ("", 0)
    assert quiet.stdout == run("--data", file).stdout and "2024-01-03 10:20:00" in quiet.stdout


def test_an_alert_that_gets_worse_is_said_again_with_its_id(tmp_path: Path) -> None:
    rows = lines(spike=776)
    rows[700] = f"{rows[700].split(',')[0]},15\n"
    text = run("--data", "-", given="".join(rows)).stdout.splitlines()
    told = [json.loads(line) for line in run("--data", "-", "--json", given="".join(rows)).stdout.splitlines()]
    at = next(number for number, one in enumerate(told) if one["event"] == "worse")
    worse, weak = told[at], told[at - 1]
    assert (weak["event"], weak["severity"], weak["id"]) == ("start", "watch", worse["id"])
    assert worse["severity"] in ("warning", "critical")
    assert f"  worse: {worse['severity'].upper()} {weak['id']}: The " in text[at]


def test_the_range_on_a_line_is_that_of_what_was_judged() -> None:
    given = "".join(lines(spike=800))
    text = run("--data", "-", "--all", given=given).stdout.splitlines()
    told = [json.loads(line) for line in run("--data", "-", "--all", "--json", given=given).stdout.splitlines()]
    kinds = set()
    for line, one in zip(text[200:], told[200:], strict=True):
        low, high = one["expected"]
        mean = f"mean {one['seen']:.6g}  " if one["judged"] == "mean" else ""
        assert f"  {one['value']:.6g}  {mean}expected {low:.6g} to {high:.6g}  p=" in line
        assert mean or one["seen"] == one["value"]
        kinds.add(one["judged"])
    assert kinds == {"value", "mean"}


@pytest.mark.parametrize(
    ("arguments", "given", "message"),
    [
        (["--data", "none.csv"], "", "There is no file none.csv"),
        (["--data", "-"], "", "No row of standard input could be read"),
        (["--data", "-"], "ds,y\nsoon,1\n", "'soon' is no time"),
        (["--data", "-"], "a,b\n1,2\n", "which column is the time?"),
        (["--data", "-", "--risk", "0.5"], "", "risk above 0 and below 0.1"),
        (["--data", "-", "--refresh", "5"], "", "no run was given"),
        (["no run", "--data", "-"], "", "no run"),
        (["--data", "-", "--state", "."], "2024-01-01,1\n", "."),
    ],
)
def test_wrong_input_is_one_message_and_exit_code_2(arguments: list[str], given: str, message: str) -> None:
    done = run(*arguments, given=given)
    assert done.returncode == 2 and done.stdout == ""
    assert message in done.stderr and done.stderr.startswith("Error: ") and "Traceback" not in done.stderr


def test_several_series_in_one_are_told_and_served() -> None:
    given = "region,product,ds,y\n" + "".join(lines(200, name="A,x") + lines(200, name="A,y"))
    mixed = run("--data", "-", given=given)
    assert "199 late, passed over" in mixed.stderr and "name the column of series with --id" in mixed.stderr
    done = run("--data", "-", "--id", "region,product", "--all", "--json", given=given)
    assert "400 rows of 2 series" in done.stderr and "name the column of series" not in done.stderr
    assert {json.loads(line)["series"] for line in done.stdout.splitlines()} == {"A/x", "A/y"}


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT, which Windows has not")
def test_ctrl_c_ends_it_and_the_state_is_kept(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    command = [*COMMAND, "--data", "-", "--json", "--all", "--state", str(state)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdin and process.stdout and process.stderr
        process.stdin.write("".join(lines(400)))
        process.stdin.flush()
        for _ in range(350):
            process.stdout.readline()
        process.send_signal(signal.SIGINT)
        process.stdin.close()
        assert process.wait(timeout=60) == 130
        assert "Interrupted." in process.stderr.read()
    kept = json.loads(state.read_text(encoding="utf-8"))
    assert kept["series"][0]["rows"] >= 350


def test_a_reader_that_goes_away_is_no_failure(file: Path) -> None:
    command = f"{' '.join(COMMAND)} --data {file} --all | head -n 1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and len(done.stdout.splitlines()) == 1 and "Traceback" not in done.stderr


def written(form: str, comma: bool = False, rows: int = 24 * 30) -> str:
    """Hourly rows of a German or English file."""
    draw = random.Random(3)
    start, mark = datetime(2024, 1, 1), ";" if comma else ","
    values = [f"{1000 + draw.gauss(0, 30):.0f}" for _ in range(rows)]
    dotted = [f"{int(value):,}".replace(",", ".") if comma else value for value in values]
    stamps = [(start + timedelta(hours=row)).strftime(form) for row in range(rows)]
    return f"Zähler{mark}time{mark}y\n" + "".join(f"a{mark}{s}{mark}{v}\n" for s, v in zip(stamps, dotted, strict=True))


def test_files_and_streams_are_read_as_in_training(tmp_path: Path) -> None:
    def judged(text: str) -> list[str]:
        """Lines without the stamp and what follows from its text, the id."""
        return [re.sub(" [0-9a-f]{12}:?", "", line.split("  ", 1)[1]) for line in text.splitlines()]

    expected = judged(run("--data", "-", "--all", "--id", "Zähler", given=written("%Y-%m-%d %H:%M")).stdout)
    assert len(expected) == 24 * 30
    for form, comma in (("%d/%m/%Y %H:%M", False), ("%m/%d/%Y %H:%M", False), ("%d.%m.%Y %H:%M", True)):
        for encoding in ("utf-8-sig", "cp1252", "utf-16"):
            path = tmp_path / "data.csv"
            path.write_bytes(written(form, comma).encode(encoding))
            done = run("--data", path, "--all", "--id", "Zähler")
            assert done.returncode == 0 and "720 rows of 1 series." in done.stderr
            assert judged(done.stdout) == expected
        done = run("--data", "-", "--all", "--id", "Zähler", given=written(form, comma))
        assert judged(done.stdout) == expected


def test_what_was_found_out_of_dates_and_numbers_is_kept_in_the_state(tmp_path: Path) -> None:
    text = written("%d/%m/%Y %H:%M").splitlines(keepends=True)
    state = tmp_path / "state.json"
    assert run("--data", "-", "--id", "Zähler", "--state", state, given="".join(text[:600])).returncode == 0
    assert json.loads(state.read_text(encoding="utf-8"))["written"]["dates"] == "day/month/year"
    # rows of 3 January alone, which could be of 1 March
    fresh = [text[0], *(line for line in text if "03/01/2024" in line)]
    late = run("--data", "-", "--id", "Zähler", "--state", state, given="".join(fresh))
    assert "24 up to where an earlier watch had come" in late.stderr


def test_most_rows_that_cannot_be_read_are_told_with_one_of_them(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    for values, expected in (
        ([f"2024-01-01 {hour:02d}:00,12.5 kW" for hour in range(20)], "Line 2: '12.5 kW' is not a number."),
        ([f"day {hour},12.5" for hour in range(20)], "Line 2: 'day 0' is no time."),
    ):
        path.write_text("ds,y\n" + "\n".join([*values, "2024-01-02 00:00,1.5"]), encoding="utf-8")
        done = run("--data", path)
        said = f"20 of 21 rows could not be read. {expected}"
        assert done.returncode == 2 and said in done.stderr
        piped = run("--data", "-", given=path.read_text(encoding="utf-8"))
        assert piped.returncode == 0 and f"note: standard input: {said}" in piped.stderr
    quiet = run("--data", path, "--quiet")
    assert quiet.returncode == 2 and "20 of 21 rows" in quiet.stderr


def test_a_zone_tells_the_hour_that_comes_twice_and_the_one_that_never_was() -> None:
    back = [f"2024-10-27 0{hour}:{minute}" for hour in (1, 2, 2, 3) for minute in ("00", "30")]
    forward = [f"2024-03-31 0{hour}:{minute}" for hour in (0, 1, 2, 3) for minute in ("00", "30")]
    given = "ds,y\n" + "".join(f"{stamp},1\n" for stamp in back)
    done = run("--data", "-", "--tz", "Europe/Berlin", "--all", "--json", given=given)
    assert "8 rows of 1 series." in done.stderr and "seen before" not in done.stderr
    assert [json.loads(line)["stamp"] for line in done.stdout.splitlines()] == back  # as they came
    given = "ds,y\n" + "".join(f"{stamp},1\n" for stamp in forward)
    done = run("--data", "-", "--tz", "Europe/Berlin", given=given)
    assert "6 rows of 1 series. Rows 2 that could not be read." in done.stderr
    assert "line 6 was passed over: '2024-03-31 02:00' never was in Europe/Berlin, where the clock was" in done.stderr
    wrong = run("--data", "-", "--tz", "Berlin", given=given)
    assert wrong.returncode == 2 and wrong.stderr.startswith("Error: Expected a time zone such as Europe/Berlin")
