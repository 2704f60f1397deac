"""The use case: requests in, comparisons out; from Python as from the command line."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

import sextet
from sextet.app.plan import PlanRequest, job_of_request, plan, run_plan, terms_of
from sextet.core.errors import ConfigError, DataError
from sextet.data.options import DataOptions
from sextet.hardware.rig import read_rig
from sextet.planner.figures import Quantity
from sextet.samples import synthetic

QUESTION = ("3x Tesla P40", "2x Tesla V100 32GB")


def test_from_python_and_as_a_request_it_is_the_same():
    answer = sextet.plan(QUESTION, members="v6", draws=200)
    assert answer.as_dict() == run_plan(PlanRequest(rigs=QUESTION, members="v6", draws=200)).as_dict()
    assert [rig.name for rig in answer.rigs] == list(QUESTION)
    assert str(plan("Tesla T4")).startswith("Verdict")


def test_tensorflow_is_never_loaded():
    program = (
        "import sys, sextet; sextet.plan('2x Tesla T4', draws=10); "
        "print([name for name in ('tensorflow', 'keras', 'pandas') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_data_of_a_file_count(tmp_path):
    frame = synthetic(series=2, rows=1500).drop(columns="spike_label")
    path = tmp_path / "sales.csv"
    frame.to_csv(path, index=False)
    request = PlanRequest(rigs=("Tesla P40",), source=path, horizon=24, members="lstm,rule-based")
    job = job_of_request(request)
    assert [spec.name for spec in job.specs] == ["lstm", "rule-based"] and job.series == 2
    assert job.data == "sales.csv: 2 series, 3,000 rows, h"
    assert run_plan(replace(request, draws=10)).question.rows == job.rows
    with pytest.raises(DataError):
        run_plan(replace(request, source=tmp_path / "none.csv"))


def test_the_budget_of_training_is_what_was_asked():
    job = job_of_request(
        PlanRequest(epochs=3, steps=7, batch=32, horizon=24, series=1, rows=5000, wider=2, host_speed=3.0)
    )
    assert (job.config.epochs, job.config.steps, job.config.batch, job.host) == (3, 7, 32, 3.0)
    plain = job_of_request(PlanRequest(horizon=24, series=1, rows=5000))
    assert job.specs[0].width == 2 * plain.specs[0].width
    assert job_of_request(PlanRequest(quick=True)).config.epochs == 4
    assert job_of_request(PlanRequest(lookback=48)).shape.lookback == 48


def test_terms_are_read():
    terms = terms_of(
        PlanRequest(budget="6000000KRW", electricity="0.12 USD/kWh", weights="time=5, price=1", prices=("used",))
    )
    assert terms.budget == Quantity(6e6, "KRW") and terms.currency == "USD"
    assert terms.weights == {"time": 5.0, "cost": 1.0}
    assert [one.name for one in terms.prices] == ["used"]
    assert terms_of(PlanRequest(budget="4500 USD")).currency == "USD"
    assert terms_of(PlanRequest(won_per_dollar=1000.0)).won_per_dollar.source == "the user"


def test_lists_that_are_named_keep_their_order_and_others_price_rigs_alike():
    rigs = ("P40", "RTX 3060")
    assert run_plan(PlanRequest(rigs=rigs, draws=10)).question.price_lists[0] == "used"
    ours = tuple(map(read_rig, ("3x P40", "2x V100 32GB")))
    assert terms_of(PlanRequest(), ours).prices[0].name == "question"
    asked = run_plan(PlanRequest(rigs=rigs, prices=("question", "used"), draws=10)).question.price_lists
    assert asked == ("question", "used")


def test_a_file_of_prices_goes_before_the_usual_lists(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        '[[list]]\nname = "mine"\ntitle = "mine"\ncurrency = "KRW"\ncondition = "used"\nsource = "a shop"\n'
        'date = "2026-11-25"\n[[list.cards]]\ncard = "Tesla P40"\nlow = 100000\nhigh = 200000\n',
        encoding="utf-8",
    )
    terms = terms_of(PlanRequest(prices=(str(path),)))
    assert [one.name for one in terms.prices] == ["mine", "used", "new"]
    answer = run_plan(PlanRequest(rigs=("2x Tesla P40",), prices=(str(path),), draws=10))
    assert answer.rigs[0].money.price.quantity == Quantity(300_000.0, "KRW")
    assert answer.rigs[0].money.lists == ("mine",) and "a shop [mine], 2026-11-25" in str(answer)


def test_what_a_file_does_not_price_is_of_the_list_of_used_cards_and_says_so(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        '[[list]]\nname = "mine"\ncurrency = "KRW"\ncondition = "used"\nsource = "a shop"\ndate = "2026-11-25"\n'
        '[[list.cards]]\ncard = "T4"\nlow = 100000\n',
        encoding="utf-8",
    )
    answer = run_plan(PlanRequest(rigs=("2x T4", "3x P40"), prices=(str(path),), draws=10, members="gru"))
    assert [rig.money.lists for rig in answer.rigs] == [("mine",), ("used",)]
    assert answer.rigs[1].money.price.quantity.value == pytest.approx(3 * 240 * 1480.1)
    row = next(line for line in str(answer).splitlines() if "from the list" in line)
    assert row.split()[-2:] == ["mine", "used"]


def test_a_search_prices_alike_whatever_rigs_stand_beside_it():
    request = PlanRequest(search=True, budget="3000000KRW", watts=700.0, members="gru", draws=10)
    alone = run_plan(request)
    assert alone.question.price_lists == ("used", "new")
    for rigs in (QUESTION, ("2x Tesla T4",)):
        beside = run_plan(replace(request, rigs=rigs))
        assert beside.front == alone.front and beside.question.price_lists == ("used", "new")
    assert "1x Tesla P40" in {one.rig for one in alone.front if one.front}


def test_a_rig_of_a_file(tmp_path):
    path = tmp_path / "desk.toml"
    path.write_text('name = "under the desk"\ncards = ["3x Tesla P40"]\n[machine]\ncores = 2\n', encoding="utf-8")
    answer = run_plan(PlanRequest(rigs=(path,), draws=10))
    assert answer.rigs[0].name == "under the desk" and len(answer.rigs[0].placement.cards) == 2


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({}, "at least one rig"),
        ({"rigs": ("4x P4O",)}, "Nearest: Tesla P4, Tesla P40"),
        ({"rigs": ("2x P40 nvlink",)}, "cannot exist: Tesla P40 has no NVLink"),
        ({"rigs": ("5x P40 on 16 lanes",)}, "At most 4 cards fit"),
        ({"rigs": ("P40",), "budget": "6000000"}, "with one currency"),
        ({"rigs": ("P40",), "electricity": "cheap"}, "price of a kWh"),
        ({"rigs": ("P40",), "weights": "time"}, "such as time=3"),
        ({"rigs": ("P40",), "weights": "tiem=3"}, "did you mean 'time'"),
        ({"rigs": ("P40",), "prices": ("uesd",)}, "did you mean 'used'"),
        ({"rigs": ("P40",), "watts": 700.0}, "--power with --search only"),
        ({"rigs": ("P40",), "wider": 0}, "--wider above 0"),
        ({"rigs": ("P40",), "host_speed": 0.0}, "host's speed"),
        ({"rigs": ("P40",), "source": "x.csv", "rows": 5}, "the data say --rows themselves"),
        ({"rigs": ("P40",), "source": "x.csv", "past_covariates": 3}, "Leave --covariates out"),
        (
            {"rigs": ("P40",), "data": DataOptions(past="load", target="y")},
            "Expected --target, --past with --data only",
        ),
        ({"rigs": ("P40",), "data": DataOptions(future="p", future_data="nosuch.csv")}, "--future, --future-data with"),
        ({"rigs": ("P40",), "data": DataOptions(skip_short=True, tz="Europe/Berlin")}, "--tz, --skip-short with"),
        ({"rigs": ("P40",), "members": "mine.py:build"}, "a model of your own"),
        ({"rigs": ("P40",), "members": "rule-based"}, "at least one member with a network"),
        ({"rigs": ("P40", "P40")}, "comes 2 times"),
    ],
)
def test_mistakes_are_met_with_one_message(options, why):
    with pytest.raises(ConfigError, match=why):
        run_plan(PlanRequest(**options))


def test_an_unknown_option_gives_the_nearest():
    with pytest.raises(ConfigError, match="did you mean 'budget'"):
        plan("P40", budgte="5 USD")
