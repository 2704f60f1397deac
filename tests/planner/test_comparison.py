"""The answer as plain values."""

from __future__ import annotations

import json

from sextet.planner.comparison import plain
from sextet.planner.figures import Measured, Prediction, Quantity, Quoted, plain_figure
from sextet.planner.rig_plan import RooflinePoint

PRICE = Quoted(
    quantity=Quantity(450.0, "USD"),
    source="a shop",
    date="2026-11-25",
    low=Quantity(400.0, "USD"),
    high=Quantity(500.0, "USD"),
)


def test_every_kind_of_figure_has_the_same_keys_and_says_its_kind():
    said = [
        plain_figure(Prediction(value=2.0, low=1.0, high=3.0, unit="s", source="a model", notes=("wide",))),
        plain_figure(PRICE),
        plain_figure(Measured(quantity=Quantity(10.0, "W"), source="a meter", date="2026-11-25")),
    ]
    assert [one["kind"] for one in said] == ["predicted", "quoted", "measured"]
    assert len({tuple(one) for one in said}) == 1
    assert (said[0]["low"], said[0]["share"], said[0]["notes"]) == (1.0, 0.8, ["wide"])
    assert (said[1]["low"], said[1]["high"], said[1]["share"]) == (400.0, 500.0, None)
    assert (said[2]["low"], said[2]["high"], said[2]["date"]) == (10.0, 10.0, "2026-11-25")


def test_parts_become_plain_values_with_what_follows_from_them():
    point = RooflinePoint(
        card="Tesla P40",
        member="gru",
        precision="float32",
        flops=8e9,
        bytes=2e8,
        seconds=0.004,
        low=0.002,
        high=0.008,
        peak=11.76e12,
        bandwidth=346e9,
    )
    said = plain({"points": (point,), "price": PRICE, "none": None, "amount": Quantity(1.0, "KRW")})
    assert said["points"][0]["intensity"] == 40 and said["points"][0]["achieved"] == 2e12
    assert said["price"]["unit"] == "USD" and said["none"] is None and said["amount"] == {"value": 1.0, "unit": "KRW"}
    assert json.loads(json.dumps(said)) == said
