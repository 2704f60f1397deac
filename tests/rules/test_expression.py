"""Expressions: what they give on a panel, what is unknown, and what is refused with the place."""

import numpy as np
import pytest

from sextet.core.frequency import Frequency
from sextet.core.panel import Panel
from sextet.core.quantiles import LEVELS, MEDIAN
from sextet.core.window import WindowIndex
from sextet.rules.expression import ExpressionError, parse_condition, parse_number
from sextet.rules.scene import Scene

START = np.datetime64("2024-12-20T00:00", "ns")
ROWS, H = 24 * 14, 36


def scene(tz: str | None = None, freq: str = "h") -> Scene:
    """Two series; y of row k is k (+ 1000 for the second) with row 100 missing; windows from rows 200 and 250."""
    frequency = Frequency.parse(freq)
    y = np.concatenate([np.arange(ROWS), 1000 + np.arange(ROWS)]).astype(float)
    y[[100, ROWS + 100]] = np.nan
    panel = Panel(
        ids=("NP", "DE-LU"),
        frequency=frequency,
        offsets=np.array([0, ROWS, 2 * ROWS]),
        first=np.full(2, int(frequency.ordinals(START))),
        known=np.full(2, ROWS),
        y=y,
        past=np.arange(2 * ROWS, dtype=np.float32)[:, None],
        future=np.arange(2 * ROWS, dtype=np.float32)[:, None] / 2,
        static=np.array([[3.0], [np.nan]], dtype=np.float32),
        past_names=("wind",),
        future_names=("load",),
        static_names=("area",),
        tz=tz,
    )
    index = WindowIndex(series=np.array([0, 1, 1], np.int32), row=np.array([200, ROWS + 250, ROWS + ROWS - 2]))
    quantiles = np.linspace(-6, 6, len(LEVELS)) + np.arange(H)[:, None] + np.zeros((3, 1, 1))
    return Scene(panel=panel, index=index, quantiles=quantiles, levels=LEVELS, spike_probability=np.full((3, H), 0.25))


HOURS = (np.array([200, 250, ROWS - 2])[:, None] + np.arange(H)) % 24


def number(text: str, **more: str) -> np.ndarray:
    return np.broadcast_to(parse_number(text).number(scene(**more)), (3, H))


def holds(text: str, **more: str) -> np.ndarray:
    return np.broadcast_to(parse_condition(text).condition(scene(**more)).yes, (3, H))


def fails(text: str, **more: str) -> np.ndarray:
    return np.broadcast_to(parse_condition(text).condition(scene(**more)).no, (3, H))


def test_names() -> None:
    np.testing.assert_array_equal(number("value")[:, 0], [199, 1249, 1000 + ROWS - 3])
    np.testing.assert_array_equal(number("forecast"), scene().quantiles[..., MEDIAN])
    np.testing.assert_array_equal(number("spike_probability"), np.full((3, H), 0.25))
    np.testing.assert_array_equal(number("step")[0], np.arange(1, H + 1))
    assert (number("horizon") == H).all()
    np.testing.assert_array_equal(number("hour"), HOURS)
    np.testing.assert_array_equal(number("minute"), np.zeros((3, H)))
    stamps = START + (200 + np.arange(H)) * np.timedelta64(1, "h")
    days = stamps.astype("datetime64[D]")
    np.testing.assert_array_equal(number("day")[0], [int(str(day)[8:]) for day in days])
    assert set(number("month")[2]) == {1} and set(number("year")[2]) == {2025} and set(number("quarter")[0]) == {4}
    np.testing.assert_array_equal(number("day_of_year")[0], [day.astype(object).timetuple().tm_yday for day in days])
    np.testing.assert_array_equal(number("week")[0], [day.astype(object).isocalendar()[1] for day in days])


@pytest.mark.parametrize("year", range(2000, 2030))
def test_weeks_are_those_of_iso_8601(year: int) -> None:
    days = np.arange(f"{year}-12-24", f"{year + 1}-01-10", dtype="datetime64[D]")
    frequency = Frequency.parse("D")
    first = int(frequency.ordinals(days[:1].astype("datetime64[ns]"))[0])
    panel = scene().panel
    from dataclasses import replace

    one = replace(panel, frequency=frequency, first=np.full(2, first - 1))
    made = Scene(
        panel=one,
        index=WindowIndex(series=np.zeros(1, np.int32), row=np.ones(1, np.int64)),
        quantiles=np.zeros((1, len(days), len(LEVELS))),
        levels=LEVELS,
    )
    found = parse_number("week").number(made)[0]
    np.testing.assert_array_equal(found, [day.astype(object).isocalendar()[1] for day in days])


def test_the_past_ends_at_the_cutoff() -> None:
    lag = number("lag(24)")
    np.testing.assert_array_equal(lag[0, :24], 200 + np.arange(24) - 24)
    assert np.isnan(lag[:, 24:]).all()
    np.testing.assert_array_equal(number("seasonal(24)")[0], np.concatenate([176 + np.arange(24), 176 + np.arange(12)]))
    assert np.isnan(number("lag(100)")[0, 0]) and number("lag(100)")[0, 1] == 101  # row 100 is missing
    assert np.isnan(number("lag(300)")[1, 0])  # before the series began, though another series lies there
    assert (number("rolling_mean(4)")[0] == 197.5).all()


@pytest.mark.parametrize("name", ["mean", "median", "min", "max", "sum", "std"])
def test_statistics_leave_missing_values_out(name: str) -> None:
    known = np.delete(np.arange(90, 200.0), 10)
    assert number(f"rolling_{name}(110)")[0, 5] == pytest.approx(getattr(np, name)(known))
    assert number(f"rolling_{name}(5000)")[1, 0] == pytest.approx(
        getattr(np, name)(np.delete(1000 + np.arange(250.0), 100))
    )  # stops at the start of the series


def test_what_the_forecast_says() -> None:
    np.testing.assert_allclose(number("quantile(0.9)"), scene().quantiles[..., LEVELS.index(0.9)])
    np.testing.assert_allclose(number("probability_above(forecast)"), 0.5)
    np.testing.assert_allclose(number("probability_below(quantile(0.2))"), 0.2)
    np.testing.assert_allclose(number("probability_above(3) + probability_below(3)"), 1.0)


def test_covariates_known_ahead_are_those_of_the_step_and_others_the_last_known() -> None:
    load = number('covariate("load")')
    np.testing.assert_array_equal(load[0], (200 + np.arange(H)) / 2)
    assert np.isnan(load[2, 2:]).all() and not np.isnan(load[2, :2]).any()  # the data end there
    assert (number('covariate("wind")')[0] == 199).all()
    area = number('static("area")')
    assert (area[0] == 3).all() and np.isnan(area[1:]).all()


def test_arithmetic() -> None:
    for text, wanted in {
        "1 + 2 * 3 - 4 / 8": 6.5,
        "-7 // 2 + 7 % 4": -1,
        "2 ** 3 ** 0": 2,
        "+5 - -5": 10,
        "abs(-3) + round(2.6) + sqrt(16) + log(1) + exp(0)": 11,
        "min(3, 1, 2) + max(3, 1, 2)": 4,
        "5 if true else 6": 5,
        "5 if false else 6": 6,
        "if_missing(1 / 0, 9)": 9,
        "if_missing(8, 9)": 8,
    }.items():
        assert (number(text) == wanted).all(), text
    assert np.isnan(number("1 / 0")).all() and np.isnan(number("9 ** 9 ** 9")).all()
    assert np.isnan(number("log(-1)")).all() and np.isnan(number("5 if lag(36) > 0 else 6")[0, 35:]).sum() == 0
    assert np.isnan(number("5 if lag(1) > 0 else 6")[0, 1:]).all()  # the condition is unknown


def test_conditions() -> None:
    step = np.broadcast_to(np.arange(1, H + 1), (3, H))
    for text, wanted in {
        "step > 5": step > 5,
        "3 <= step < 9": (step >= 3) & (step < 9),
        "step == 3 or step != 3 and step >= 30": (step == 3) | (step >= 30),
        "not step > 5": step <= 5,
        "step in [1, 2, 40]": step <= 2,
        "step not in (1, 2)": step > 2,
        'time >= "22:00" or time < "06:30"': (HOURS >= 22) | (HOURS <= 6),
        'hours("22:00-06:00")': (HOURS >= 22) | (HOURS < 6),
        'hours("06:00-22:00")': (HOURS < 22) & (HOURS >= 6),
        'time in ["05:00", "06:30"]': HOURS == 5,
        'series == "NP"': np.repeat([[True], [False], [False]], H, axis=1),
        'series != "NP"': np.repeat([[False], [True], [True]], H, axis=1),
        'series in ["DE-LU", "x"]': np.repeat([[False], [True], [True]], H, axis=1),
        'like(series, "DE*")': np.repeat([[False], [True], [True]], H, axis=1),
        '"NP" == series': np.repeat([[True], [False], [False]], H, axis=1),
        "missing(lag(24))": step > 24,
        "true": step > 0,
        "not false": step > 0,
    }.items():
        np.testing.assert_array_equal(holds(text), wanted, err_msg=text)
        np.testing.assert_array_equal(fails(text), ~wanted, err_msg=text)


def test_the_calendar_is_that_of_the_datas_clock() -> None:
    stamps = START + (np.array([200, 250, ROWS - 2])[:, None] + np.arange(H)) * np.timedelta64(1, "h")
    for tz, shift in ((None, 0), ("Europe/Berlin", 1), ("America/New_York", -5)):
        days = (stamps + shift * np.timedelta64(1, "h")).astype("datetime64[D]").astype(object)
        weekday = np.vectorize(lambda day: day.weekday())(days)
        np.testing.assert_array_equal(holds("weekend", tz=tz), weekday >= 5)
        np.testing.assert_array_equal(holds('weekday == "Friday"', tz=tz), weekday == 4)
        np.testing.assert_array_equal(holds('weekday not in ["fri", "mon"]', tz=tz), (weekday != 4) & (weekday != 0))
        text = np.vectorize(str)(days)
        np.testing.assert_array_equal(holds('date == "2024-12-28"', tz=tz), text == "2024-12-28")
        np.testing.assert_array_equal(
            holds('"2024-12-28" < date <= "2024-12-31"', tz=tz), (text > "2024-12-28") & (text <= "2024-12-31")
        )
        np.testing.assert_array_equal(
            holds('holiday("DE")', tz=tz), text == "2025-01-01"
        )  # the 25th and 26th lie before
        np.testing.assert_array_equal(holds('before_holiday("DE")', tz=tz), text == "2024-12-31")
        np.testing.assert_array_equal(holds('after_holiday("DE")', tz=tz), text == "2025-01-02")


def test_parts_of_countries_have_holidays_of_their_own() -> None:
    panel_scene = scene()
    from dataclasses import replace

    there = replace(panel_scene.panel, first=panel_scene.panel.first + 24 * 3)  # reaches 2025-01-06, Epiphany
    made = replace(panel_scene, panel=there, _kept={})
    holy = lambda text: parse_condition(text).condition(made).yes.any(axis=1)[2]  # noqa: E731
    days = set(made.days[2].view("datetime64[D]").astype(str))
    assert "2025-01-06" in days and holy('holiday("DE", "BY")') and not holy('holiday("DE", "BE")')


def test_what_is_missing_makes_a_condition_unknown_and_not_its_opposite_true() -> None:
    known = np.broadcast_to(np.arange(H) < 24, (3, H))
    for text in ("lag(24) > 0", "not lag(24) < 0", "lag(24) != -1", "lag(24) not in [-1]", "lag(24) > 0 and true"):
        np.testing.assert_array_equal(holds(text), known, err_msg=text)
        assert not fails(text).any(), text
    assert holds("lag(24) > 0 or true").all() and fails("lag(24) > 0 and false").all()
    assert not holds("hour < 24 or hour >= 24", freq="D").any()  # steps of a day have no hour
    assert not holds('hours("00:00-24:00") or not hours("00:00-24:00")', freq="D").any()
    assert not holds('time < "24:00"', freq="D").any()


def test_several_lines_are_one_expression() -> None:
    np.testing.assert_array_equal(holds("\n  step > 5\n\t and\r\n not weekend \n"), holds("step > 5 and not weekend"))


def test_what_it_needs_is_known() -> None:
    uses = parse_condition(
        'covariate("load") > lag(48) and rolling_sum(500) > 1 and static("area") > 2 and hour > 2'
    ).uses
    assert (uses.reach, uses.rows) == (500, 500)
    assert uses.covariates == {"load"} and uses.static == {"area"}
    assert uses.needs == {"history", "time of day"}
    assert uses.names == {"covariate", "lag", "rolling_sum", "static", "hour"}
    assert parse_number("1 + 1").uses.names == frozenset() and parse_number(" 12.5 ").constant == 12.5


@pytest.mark.parametrize(
    ("text", "position", "parts"),
    [
        ("", 0, ["got nothing"]),
        ("   ", 3, ["got nothing"]),
        ("wekend", 0, ["unknown name 'wekend', did you mean 'weekend'?"]),
        ("  forecats > 3", 2, ["did you mean 'forecast'?"]),
        ("step > 1 and ë > 2", 13, ["unknown name 'ë'."]),
        ('series == "ä" and x', 18, ["unknown name 'x'"]),
        ("lagg(3) > 1", 0, ["unknown function 'lagg', did you mean 'lag'?"]),
        ("forecast", 0, ["expected a condition", "this is a number"]),
        ("series", 0, ["this is a series"]),
        ("weekday == 'satt'", 11, ["unknown day 'satt', did you mean 'sat'?"]),
        ("weekday < 'sat'", 10, ["compared with ==, != or in"]),
        ('holiday("GERM")', 8, ["'GERM'", "ISO 3166"]),
        ('holiday("DE", "BX")', 14, ["DE has no part 'BX'", "BY"]),
        ('holiday(3)', 8, ["a text in quotes"]),
        ("holiday()", 0, ["another number of values"]),
        ("x.y > 1", 0, ["a dot after a name"]),
        ("lag[0] > 1", 0, ["a bracket"]),
        ("(lambda: 1)() > 1", 0, ["unknown function"]),
        ("[1] == [1]", 0, ["a list, other than after in"]),
        ("f'{step}' == series", 0, ["an f-text"]),
        ("(x := 1) > 0", 1, [":="]),
        ("__import__('os').system('x') > 1", 0, ["unknown function"]),
        ("(step > 1", 0, ["never closed"]),
        ("step = 3", 5, ["one = is", "write =="]),
        ("step > 5 && hour == 3", 9, ["&& is", "write and"]),
        ("(step > 5)||(hour == 3)", 10, ["|| is", "write or"]),
        ("!weekend", 0, ["! is", "write not"]),
        ("weekend and ! (hour != 3)", 12, ["! is", "write not"]),
        ("step !== 5", 5, ["!== is", "write !="]),
        ("step <> 5", 5, ["<> is", "write !="]),
        ("step => 5", 5, ["=> is", "write >="]),
        ("step ≥ 5", 5, ["≥ is", "write >="]),
        ("2 × step > 5", 2, ["× is", "write *"]),
        ("step > 5 AND weekend", 9, ["AND is", "write and"]),
        ("NOT weekend", 0, ["NOT is", "write not"]),
        ("series == 'AND' weekend", 16, ["invalid syntax"]),
        ("step ^ 2 > 5", 0, ["write ** for a power"]),
        ("step > 1,5", 7, ["after a point, as in 1.5"]),
        ("step > 1,5 and weekend", 7, ["after a point"]),
        ("1.200,5 * step > 0", 0, ["after a point"]),
        ("step >", 5, ["cannot be read"]),
        ("step > 'a'", 7, ["a number cannot be compared with a text"]),
        ("'a' == 'b'", 0, ["two texts"]),
        ("time > '25:00'", 7, ["time of day", "25:00"]),
        ("time > '2:60'", 7, ["time of day"]),
        ("time > 5", 7, ["a time cannot be compared with a number"]),
        ("date > '2024-02-30'", 7, ["a date", "2024-02-30"]),
        ("hours('22-6')", 6, ["time of day"]),
        ("hours('22')", 6, ["expected hours"]),
        ("lag(0) > 1", 4, ["from 1 to 100,000"]),
        ("lag(1.5) > 1", 4, ["whole number"]),
        ("lag(step) > 1", 4, ["whole number"]),
        ("lag(100001) > 1", 4, ["100,000"]),
        ("rolling_max(10001) > 1", 12, ["10,000"]),
        (" + ".join(["rolling_max(9000)"] * 5) + " > 1", 0, ["45,000 steps together"]),
        ("lag > 1", 0, ["called with brackets"]),
        ("step(3) > 1", 0, ["without brackets"]),
        ("lag(n=3) > 1", 0, ["no names before"]),
        ("min(1, *series) > 1", 7, ["* before a value"]),
        ("quantile(2) > 1", 9, ["above 0 and below 1"]),
        ("quantile(1.0) > 1", 9, ["above 0 and below 1"]),
        ("step > None", 7, ["missing(x)"]),
        ("step is 3", 8, ["write =="]),
        ("step > 1e400", 7, ["below 1e300"]),
        ("step > 1" + "0" * 400, 7, ["below 1e300"]),
        ("step & 1", 0, ["use and, or"]),
        ("~weekend", 0, ["write not"]),
        ("weekend == true", 0, ["write it alone"]),
        ("weekend > 1", 0, ["write it alone"]),
        ("not 5", 4, ["expected a condition"]),
        ("step in 5", 8, ["expected a list"]),
        ("step in []", 8, ["expected a list"]),
        ("step in [hour]", 9, ["written out"]),
        ("step in ['a']", 9, ["a number cannot be compared with a text"]),
        ("'a' in ['a']", 8, ["a text cannot be compared"]),
        ("like(step, 'a')", 5, ["expected series"]),
        ("step > 1 # why", 9, ["'#'"]),
        ("step > 1 \\", 9, ["unexpected character"]),
        ("step > '\x00'", 8, ["unexpected character"]),
        ("step > 1; step", 8, ["cannot be read", "; is", "several rules"]),
        ("1" * 2001, 0, ["2,001 characters"]),
        ("-" * 1900 + "1", 0, ["too much in one expression"]),
        ("(" * 41 + "1" + ")" * 41, 40, ["brackets within brackets"]),
        ("+".join("1" * 500), 0, ["too much in one expression"]),
        ("not " * 400 + "weekend", 0, ["too much in one expression"]),
        ("\ud800", 0, ["unexpected character"]),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_said_with_its_place(text: str, position: int, parts: list[str]) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_condition(text)
    for part in parts:
        assert part in caught.value.message
    assert caught.value.position == position


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ('wekday == "sun" and forcast > 5', [(0, "'wekday'"), (20, "'forcast'")]),
        ("not wekend or lagg(24) > valu", [(4, "'wekend'"), (14, "'lagg'"), (25, "'valu'")]),
        ("weekday in ['son', 'mon', 'mno'] and x", [(12, "'son'"), (26, "'mno'"), (37, "'x'")]),
        ("min(forcast, stp, 3) > if_missing(lagg(3), y)", [(4, "ca"), (13, "stp"), (34, "lagg"), (43, "'y'")]),
        ("lag(x) > 1 and lag(0) > y", [(4, "whole number"), (19, "whole number"), (24, "'y'")]),
        ("(x if y else (weekend and z)) > 1", [(1, "'x'"), (6, "'y'"), (14, "a number"), (26, "'z'")]),
        ("lag(3, x) > (weekday < 3) < y", [(0, "another number"), (7, "'x'"), (23, "cannot be compared"), (28, "'y'")]),
        ("forecast + x > 1 and hour", [(11, "'x'"), (21, "expected a condition")]),
        ("like(serie, 'a') and serie == 'a'", [(5, "'serie'"), (21, "'serie'")]),
        ("a.b > 1 and [x for x in c] and d", [(0, "a dot"), (12, "not part"), (31, "'d'")]),
        ("(x & y) + step", [(0, "a condition"), (1, "use and, or"), (1, "'x'"), (5, "'y'")]),
        ("0 < x < 5 and x > 1", [(4, "'x'"), (14, "'x'")]),
    ],
)
def test_every_mistake_is_said_once_in_the_order_of_the_text(text: str, places: list[tuple[int, str]]) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_condition("  " + text)
    problems = caught.value.problems
    assert sorted(position - 2 for _, position in problems) == [position for position, _ in places]
    for place, word in places:
        assert any(position - 2 == place and word in message for message, position in problems), (place, word)
    assert [position for _, position in problems] == sorted(position for _, position in problems)


def test_equal_texts_are_equal_expressions() -> None:
    assert parse_condition(" step > 1") == parse_condition("step > 1") != parse_condition("step > 2")
