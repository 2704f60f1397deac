import copy
import json
import re

import pytest

from sextet.core.errors import RunError
from sextet.report.validate import validate


@pytest.fixture(scope="module")
def view(sample):
    return sample.make_sample(rows=1500).view()


def test_a_built_view_is_valid_also_after_json(view):
    assert validate(view) is view
    again = json.loads(json.dumps(view, allow_nan=False))
    assert validate(again) == view


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (("schema",), 99, "report view.schema"),
        (("header", "title"), 3, "report view.header.title"),
        (("fan", "windows", 0, "median", 2), float("nan"), "report view.fan.windows[0].median[2]"),
        (("fan", "windows", 0, "truth"), [1.0], "fan.windows[0].truth"),
        (("fan", "windows", 0, "lines", 0, "name"), "nobody", "fan.windows[0]"),
        (("fan", "first"), 10_000, "fan.first"),
        (("spikes", "tracks", 0, "hits"), [10**6], "spikes.tracks[0]"),
        (("calibration", "static"), [50.0], "calibration.static"),
        (("quality", "strips", 0, "observed"), [1.0], "quality.strips"),
        (("training", "curves", 0, "select"), [1.0], "training of LSTM.select"),
        (("leaderboard", "columns", 0, "format"), "colour", "report view.leaderboard.columns[0].format"),
        (("weights",), {"absent": 5}, "report view.weights.absent"),
        (("header", "tiles"), True, "report view.header.tiles"),
    ],
)
def test_what_does_not_fit_is_named(view, path, value, place):
    broken = copy.deepcopy(view)
    holder = broken
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    with pytest.raises(RunError, match=re.escape(place)):
        validate(broken)


def test_missing_and_unknown_keys_are_refused(view):
    with pytest.raises(RunError, match="the key 'fan'"):
        validate({key: part for key, part in view.items() if key != "fan"})
    with pytest.raises(RunError, match="only the keys"):
        validate({**view, "colour": "red"})
    with pytest.raises(RunError, match="an object"):
        validate(None)
