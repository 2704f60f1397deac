"""Holidays of countries and their parts, and what is said where the package is not there."""

import sys

import numpy as np
import pytest

from sextet.core.errors import ConfigError, DependencyError
from sextet.rules.public_holidays import check_place, holidays_of
from sextet.rules.user_rules import parse_rules


def days(*texts: str) -> set[int]:
    return {int(np.datetime64(text, "D").astype(np.int64)) for text in texts}


def test_holidays_of_a_country_and_of_its_parts() -> None:
    germany, bavaria = holidays_of("DE", None, 2024, 2025), holidays_of("DE", "BY", 2024, 2025)
    assert days("2024-12-25", "2025-01-01", "2025-04-18", "2025-10-03") <= set(germany.tolist())
    assert set(bavaria.tolist()) >= set(germany.tolist()) | days("2025-01-06", "2025-06-19")
    assert not days("2025-01-06") & set(germany.tolist())
    assert (np.diff(germany) > 0).all()
    assert len(holidays_of("DE", None, 2300, 2310)) == 0  # beyond what calendars know


@pytest.mark.parametrize("place", [("DE", None), ("DE", "BY"), ("US", "CA"), ("GB", "SCT"), ("NO", None)])
def test_places_that_are_known(place: tuple[str, str | None]) -> None:
    check_place(*place)


def test_places_that_are_not() -> None:
    with pytest.raises(ConfigError, match="'de', did you mean 'DE'"):
        check_place("de")
    with pytest.raises(ConfigError, match="DE has no part 'BAY'.*BY"):
        check_place("DE", "BAY")


def test_without_the_package_only_rules_on_holidays_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "holidays", None)
    assert len(parse_rules("[[rule]]\nwhen = 'weekend'\nthen = { cap = 1 }").rules) == 1
    with pytest.raises(DependencyError, match="pip install holidays"):
        parse_rules("[[rule]]\nwhen = 'holiday(\"DE\")'\nthen = { cap = 1 }")
