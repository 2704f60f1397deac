"""`sextet plan`: options, output, exit codes, mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sextet.app.plan import PlanRequest
from sextet.data.options import DataOptions

QUESTION = ("plan", "3x Tesla P40", "2x Tesla V100 32GB")


@pytest.fixture
def asked(monkeypatch):
    """Requests that the command makes, answered by a small search."""
    from sextet.app import plan

    found, real = [], plan.run_plan
    monkeypatch.setattr(
        "sextet.app.plan.run_plan",
        lambda request, progress: (
            found.append(request) or real(PlanRequest(rigs=("Tesla T4",), members="lstm", draws=10))
        ),
    )
    return found


def test_every_option_reaches_the_request(sextet, asked):
    sextet(
        "plan", "3x P40", "2x T4", "--members", "v5", "--horizon", 12, "--lookback", 48, "--series", 3, "--rows", 900
    )
    sextet(
        "plan", "P40", "--data", "x.csv", "--time", "when", "--past", "a,b", "--freq", "h", "--batch", 64, "--epochs", 2
    )
    sextet(
        "plan", "P40", "--covariates", 1, "--future-covariates", 2, "--static-attributes", 3, "--steps", 9, "--quick"
    )
    sextet(
        *("plan", "P40", "--prices", "used,new", "--electricity", "0.1USD", "--won-per-dollar", 1400, "--years", 2),
        *("--hours-a-day", 4, "--budget", "5 USD", "--hours-limit", 3, "--host-speed", 2, "--weights", "time=1"),
        *("--precision", "float32", "--seed", 7, "--wider", 4),
    )
    sextet("plan", "--search", "--power", 700, "--deadline", 2)
    assert asked == [
        PlanRequest(rigs=("3x P40", "2x T4"), members="v5", horizon=12, lookback=48, series=3, rows=900),
        PlanRequest(
            rigs=("P40",),
            source=Path("x.csv"),
            data=DataOptions(time="when", past=("a", "b"), freq="h"),
            batch=64,
            epochs=2,
        ),
        PlanRequest(rigs=("P40",), past_covariates=1, future_covariates=2, static_attributes=3, steps=9, quick=True),
        PlanRequest(
            rigs=("P40",),
            prices=("used", "new"),
            electricity="0.1USD",
            won_per_dollar=1400.0,
            years=2.0,
            hours_a_day=4.0,
            budget="5 USD",
            hours_limit=3.0,
            host_speed=2.0,
            weights="time=1",
            precision="float32",
            seed=7,
            wider=4,
        ),
        PlanRequest(search=True, watts=700.0, hours_limit=2.0),
    ]


def test_the_question_is_answered(sextet):
    result = sextet(*QUESTION)
    assert result.exit_code == 0 and result.stderr == ""
    assert result.stdout.startswith("Verdict\n") and "How often each wins" in result.stdout


def test_json_is_the_whole_of_standard_output(sextet):
    result = sextet(*QUESTION, "--json")
    value = json.loads(result.stdout)
    assert value["schema"] == 1 and [rig["name"] for rig in value["rigs"]] == list(QUESTION[1:])
    assert result.stderr == "" and result.exit_code == 0


def test_quiet_keeps_the_answer(sextet, asked):
    result = sextet(*QUESTION, "--quiet")
    assert result.stdout == sextet(*QUESTION).stdout and "Verdict" in result.stdout
    assert (result.stderr, result.exit_code) == ("", 0)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "Expected at least one rig"),
        (["Telsa P40"], "Nearest: Tesla P40"),
        (["2x P40 nvlink"], "has no NVLink"),
        (["5x P40 on 16 lanes"], "At most 4 cards fit"),
        (["none.toml"], "cannot be read"),
        (["P40", "--budget", "6000000"], "such as 6000000KRW"),
        (["P40", "--members", "ltsm"], "did you mean 'lstm'"),
        (["P40", "--precision", "fp16"], "did you mean 'float16'"),
        (["P40", "--power", "700"], "with --search only"),
        (["P40", "--rows", "100"], "too few for a horizon of 96"),
        (["P40", "--data", "none.csv"], "none.csv"),
        (["P40", "--hours-a-day", "25"], "hours"),
    ],
)
def test_mistakes_are_met_with_one_message(sextet, arguments, says):
    result = sextet("plan", *arguments)
    assert result.exit_code == 2 and result.stdout == ""
    message = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    assert len(message) == 1 and says in message[0] and "Traceback" not in result.stderr
