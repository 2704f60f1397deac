"""The catalogue: texts that fill in, ids that explain themselves."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from sextet.core.errors import ConfigError
from sextet.doctor.finding import Level, catalogue, explanation, found

TEXTS = ("title", "seen", "expected", "why", "fix", "source")


@pytest.mark.parametrize("id", catalogue())
def test_an_entry_is_whole(id):
    entry = catalogue()[id]
    assert re.fullmatch(r"SXT\d{3}", id)
    for name in TEXTS:
        assert getattr(entry, name), name
    assert all(re.compile(pattern) for pattern in entry.patterns)
    assert bool(entry.patterns) is id.startswith("SXT8")
    assert "\n" not in entry.fix, "one command"


@pytest.mark.parametrize("id", catalogue())
def test_an_entry_fills_in_and_explains_itself(id):
    entry = catalogue()[id]
    names = {name for text in TEXTS for _, name, _, _ in Formatter().parse(getattr(entry, text)) if name}
    values = {name: 1.5 if name in ("difference", "tolerance") else "x" for name in names}
    finding = found(id, **values)
    assert finding.id == id and "{" not in finding.seen.replace("{libcudnn", "")
    shown = explanation(id.lower())
    assert "{" not in shown.seen and all(f"<{name}>" in str(vars(shown)) for name in names)


def test_a_value_named_as_a_text_is_that_text():
    finding = found("SXT404", level=Level.ERROR, missing="ptxas", package="p", fix="another command")
    assert (finding.level, finding.fix) == (Level.ERROR, "another command")


def test_a_value_that_is_missing_is_an_error_of_ours():
    with pytest.raises(KeyError):
        found("SXT103")


def test_an_unknown_id_is_refused_with_the_nearest():
    with pytest.raises(ConfigError, match="did you mean 'SXT"):
        explanation("SXT10")


def test_names_of_values_stand_apart():
    assert "cuDNN <cudnn> <place> with <cards>" in explanation("SXT103").seen
    assert not any("><" in str(vars(explanation(id))) for id in catalogue())
