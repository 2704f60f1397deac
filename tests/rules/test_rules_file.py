"""The rules file: what it may say is read, and what it may not is named with line, rule, key and remedy."""

import numpy as np
import pytest

from sextet.core.errors import ConfigError
from sextet.rules.action import Action
from sextet.rules.expression import number_of
from sextet.rules.rule import Rule
from sextet.rules.rules_file import EXAMPLE, examine, read_rules

FULL = """
# what the shop knows
[[rule]]
name = "never negative"
floor = 0

[[rule]]
name = "capacity"
cap = 512.5
series = ["NP", "DE*"]
days = ["weekday"]
hours = "08:00-20:00"

[[rule]]
name = "night"
closed = "22:00-06:00"
days = ["Sat", "sunday"]

[[rule]]
closed = "00:00-24:00"
value = 3
days = "sun"

[[rule]]
name = "too high"
alert_above = 180
probability = 0.3
severity = "critical"

[[rule]]
name = "too low"
alert_below = 70
"""


def short(kind: str, value: float, **more: object) -> tuple[Action, ...]:
    return (Action(kind=kind, value=number_of(value), **more),)  # type: ignore[arg-type]


def test_every_short_key_is_read() -> None:
    assert read_rules(FULL) == (
        Rule(name="never negative", actions=short("floor", 0.0), final=True),
        Rule(
            name="capacity",
            actions=short("cap", 512.5),
            series=("NP", "DE*"),
            days=(0, 1, 2, 3, 4),
            hours=(480, 1200),
            final=True,
        ),
        Rule(name="night", actions=short("closed", 0.0), hours=(1320, 360), days=(5, 6), final=True),
        Rule(name="rule 4", actions=short("closed", 3.0), hours=(0, 1440), days=(6,), final=True),
        Rule(
            name="too high",
            actions=short("alert_above", 180.0, probability=0.3, severity="critical"),
            final=True,
        ),
        Rule(name="too low", actions=short("alert_below", 70.0), final=True),
    )


def test_every_key_of_the_language_is_read() -> None:
    (rule,) = read_rules(
        """
        [[rule]]
        name = "peak"
        when = '''
            weekday in ["mon", "fri"]
            and forecast > 1.5 * rolling_mean(24)
        '''
        priority = -3
        valid-from = 2024-01-31
        valid_to = 2024-12-31
        series = "NP"
        final = true
        [rule.then]
        multiply = 0.9
        add = "0.1 * lag(24)"
        blend = { with = "seasonal(168)", weight = 0.25 }
        cap = 500
        alert = { severity = "critical", reason = "peak" }
        mute = true
        """
    )
    assert [action.kind for action in rule.actions] == ["multiply", "add", "blend", "cap", "alert", "mute"]
    assert rule.actions[2].weight == 0.25 and rule.actions[1].value is not None
    assert rule.actions[1].value.text == "0.1 * lag(24)"
    assert (rule.actions[4].severity, rule.actions[4].reason) == ("critical", "peak")
    assert (rule.priority, rule.final, rule.uses.reach) == (-3, True, 168)
    assert rule.valid_from == np.datetime64("2024-01-31") and rule.valid_to == np.datetime64("2025-01-01")
    assert rule.text == (
        "multiplied by 0.9, then 0.1 * lag(24) added, then drawn by 25% to seasonal(168), then at most 500, then "
        'critical alert, then alerts silenced when weekday in ["mon", "fri"] and forecast > 1.5 * rolling_mean(24) '
        "for NP from 2024-01-31 on before 2025-01-01"
    )


def test_rules_of_the_language_act_in_the_member_unless_final_and_short_ones_are_final() -> None:
    text = "[[rule]]\nthen = {cap = 1}\n[[rule]]\ncap = 1\n[[rule]]\ncap = 1\nfinal = false"
    assert [rule.final for rule in read_rules(text)] == [False, True, False]


def test_a_moment_ends_where_it_says_and_a_date_with_its_day() -> None:
    (rule,) = read_rules("[[rule]]\ncap = 1\nvalid-from = 2024-01-31T06:00:00\nvalid-to = 2024-02-01T12:30:00")
    assert rule.valid_from == np.datetime64("2024-01-31T06:00")
    assert rule.valid_to == np.datetime64("2024-02-01T12:30")
    (rule,) = read_rules("[[rule]]\ncap = 1\nvalid-from = 0001-01-01\nvalid-to = 9999-12-31")
    hour = np.array(["2024-02-01T12"], dtype="datetime64[ns]")
    assert rule.holds_at(hour).all()


def test_an_empty_file_has_no_rules_and_the_example_is_valid() -> None:
    assert read_rules("") == read_rules("# nothing yet\n") == ()
    assert [rule.actions[0].kind for rule in read_rules(EXAMPLE)] == ["floor", "set"]


def test_rules_speak_for_themselves() -> None:
    assert [rule.text for rule in read_rules(FULL)] == [
        "at least 0",
        "at most 512.5 from 08:00 to 20:00 on mon, tue, wed, thu, fri for NP, DE*",
        "0 while closed from 22:00 to 06:00 on sat, sun",
        "3 while closed from 00:00 to 24:00 on sun",
        "alert when above 180 with a probability of 30%",
        "alert when below 70 with a probability of 50%",
    ]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("[[rule]\nfloor = 0", ["not valid TOML", "line 1, column 7", EXAMPLE]),
        ("[[rule]]\nfloor = 0\nfloor = 1\n", ["not valid TOML", "line 3"]),
        ("[[rule]]\ncap = 1,5\n", ["not valid TOML", "line 2", "after a point, as in 1.5"]),
        ("[[rule]]\nthen = {alert_above = 5, probability = 0,5}\n", ["line 2", "after a point, as in 1.5"]),
        ("\n[[rules]]\nfloor = 0", ["line 2, column 3", "'rules'", "Did you mean [[rule]]"]),
        ("floor = 0", ["line 1", "[[rule]]", "'floor'"]),
        ("[rule]\nfloor = 0", ["line 1", "two brackets"]),
        ("rule = 3", ["two brackets"]),
        ("[[rule]]\nfloor = 0\n\n[[rule]]\nname = 'b'\nflor = 1", ["line 6", "rule 'b'", "did you mean 'floor'"]),
        ("[[rule]]\nname = 'b'", ["line 1", "exactly one of", "got none"]),
        ("[[rule]]\nfloor = 1\ncap = 2", ["line 3", "got floor and cap", "one [[rule]] for each"]),
        ("[[rule]]\nfloor = '3'", ["line 2", "number for floor", "'3'"]),
        ("[[rule]]\nfloor = true", ["number for floor", "True"]),
        ("[[rule]]\ncap = inf", ["number for cap", "inf"]),
        ("[[rule]]\ncap = nan", ["number for cap", "nan"]),
        ("[[rule]]\ncap = [1]", ["number for cap", "[1]"]),
        ("[[rule]]\nname = 4\ncap = 1", ["line 2", "text as name", "4"]),
        ("[[rule]]\nname = '" + 101 * "x" + "'\ncap = 1", ["line 2", "at most 100 characters", "rule 'rule 1'"]),
        ('[[rule]]\nname = "a\\nb"\ncap = 1', ["line 2", "of one line"]),
        ("[[rule]]\nname = ' '\ncap = 1", ["line 2", "text as name"]),
        ("[[rule]]\nclosed = '22-06'", ["line 2", "22:00-06:00", "'22-06'"]),
        ("[[rule]]\nclosed = true", ["22:00-06:00", "True"]),
        ("[[rule]]\nclosed = '24:00-06:00'", ["00:00"]),
        ("[[rule]]\nclosed = '06:00-06:00'", ["whole day"]),
        ("[[rule]]\ncap = 1\nhours = '8:61-9:00'", ["line 3", "8:61-9:00"]),
        ("[[rule]]\nclosed = '1:00-2:00'\nhours = '1:00-2:00'", ["line 3", "hours is not needed with closed"]),
        ("[[rule]]\ncap = 1\nvalue = 2", ["line 3", "value goes with closed"]),
        ("[[rule]]\ncap = 1\nseverity = 'watch'", ["severity goes with alert_above"]),
        ("[[rule]]\ncap = 1\nprobability = 0.2", ["probability goes with alert_above"]),
        ("[[rule]]\nalert_above = 1\nprobability = 50", ["line 3", "above 0 and below 1", "50"]),
        ("[[rule]]\nalert_above = 1\nseverity = 'criticle'", ["line 3", "did you mean 'critical'"]),
        ("[[rule]]\ncap = 1\ndays = ['thuesday']", ["line 3", "'thuesday'", "did you mean 'tuesday'"]),
        ("[[rule]]\ncap = 1\ndays = []", ["list of texts for days", "[]"]),
        ("[[rule]]\ncap = 1\ndays = [1]", ["list of texts for days", "[1]"]),
        ("[[rule]]\ncap = 1\nseries = 7", ["list of texts for series", "7"]),
        ("[[rule]]\ncap = 1\nthen = {cap = 2}", ["line 2", "got cap and then"]),
        ("[[rule]]\nthen = 3", ["line 2, column 1", "then = { cap = 512 }", "3"]),
        ("[[rule]]\nthen = {}", ["line 2", "got {}"]),
        ("[[rule]]\nthen = {capp = 2}", ["line 2, column 9", "'capp'", "did you mean 'cap'"]),
        ("[[rule]]\nthen = {cap = true}", ["line 2, column 9", "expression in quotes", "True"]),
        ("[[rule]]\nthen = {cap = 'forecats'}", ["line 2, column 16", "did you mean 'forecast'"]),
        ("[[rule]]\nthen = {cap = 'weekend'}", ["line 2, column 16", "expected a number", "a condition"]),
        ("[[rule]]\nthen = {mute = 1}", ["line 2", "mute = true"]),
        ("[[rule]]\nthen = {alert = 'criticle'}", ["line 2", "did you mean 'critical'"]),
        ("[[rule]]\nthen = {alert = {sevrity = 'watch'}}", ["line 2, column 18", "did you mean 'severity'"]),
        ("[[rule]]\nthen = {alert = {reason = 4}}", ["line 2", "text as reason", "4"]),
        ("[[rule]]\nthen = {blend = {weight = 0.4}}", ["line 2", "what to blend with"]),
        ("[[rule]]\nthen = {blend = {with = 1, weight = 4}}", ["line 2, column 28", "from 0 to 1", "4"]),
        ("[[rule]]\nthen = {multiply = -1}", ["line 2", "factor of 0 or more"]),
        ("[[rule]]\nwhen = 4\nthen = {cap = 1}", ["line 2", "condition in quotes", "4"]),
        ("[[rule]]\nwhen = 'a >'\nthen = {cap = 1}", ["line 2, column 11", "cannot be read"]),
        ('[[rule]]\nwhen = """\n  weekend\n  and wekend"""\nthen = {cap = 1}', ["line 4, column 7", "weekend"]),
        ('[[rule]]\nwhen = "series == \\"a\\" and x"\nthen = {cap = 1}', ["line 2, column 1", "'x'"]),
        ("[[rule]]\ncap = 1\npriority = 1.5", ["line 3", "whole number", "1.5"]),
        ("[[rule]]\ncap = 1\nfinal = 'yes'", ["line 3", "final = true", "'yes'"]),
        ("[[rule]]\ncap = 1\nvalid-from = '2024-01-01'", ["line 3", "without quotes"]),
        ("[[rule]]\ncap = 1\nvalid-to = 12:30:00", ["line 3", "expected a date"]),
        ("[[rule]]\ncap = 1\nvalid-to = 2024-01-01T00:00:00Z", ["line 3", "without an offset"]),
        ("a = " + 5000 * "1", ["not valid TOML"]),
        ("a = " + 3000 * "[", ["not valid TOML"]),
        ("#" * 200_001, ["200,001 characters"]),
        ("[[rule]]\nthen." + "a." * 50_000 + "a = 1", ["line 2", "100 dots"]),
        ("[[rule]]\ncap = " + 400 * "[" + 400 * "]", ["line 2", "number for cap", "[[["]),
        ("rule = [" + 1001 * "{cap = 1}," + "]", ["1,001 rules"]),
    ],
)
def test_what_is_wrong_is_said(text: str, parts: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        read_rules(text, "r.toml")
    message = str(caught.value)
    assert message.startswith("r.toml")
    for part in parts:
        assert part in message


def test_a_floor_above_a_cap_at_other_hours_is_fine() -> None:
    assert len(read_rules("[[rule]]\nfloor = 5\nhours='8:00-9:00'\n[[rule]]\ncap = 4\nhours='10:00-12:00'")) == 2


def test_every_mistake_of_a_rule_is_said_where_it_stands() -> None:
    text = """[[rule]]
name = "a"
when = 'wekday == "sun" and forcast > 5'
then = { cap = "weeked + lagg(valu)", blend = { weight = 4, with = "stp" }, alert = { severity = "hot", reason = 1 } }
days = ["mo", "tu"]
priority = "high"
valid-from = "2024"

[[rule]]
flor = 1
when = "stp > 1"
"""
    rules, problems = examine(text, "r.toml")
    assert rules == ()
    told = [(problem.line, problem.column, problem.rule) for problem in problems]
    cap, inner = text.splitlines()[3].index("weeked") + 1, text.splitlines()[3].index("stp") + 1
    assert told[:2] == [(3, 9, "a"), (3, 29, "a")]
    assert {(4, cap, "a"), (4, cap + 9, "a"), (4, cap + 14, "a"), (4, inner, "a")} <= set(told)
    assert told == sorted(told) and told[-2:] == [(10, 1, "rule 2"), (11, 9, "rule 2")]
    said = "\n".join(problem.message for problem in problems)
    words = ("'wekday'", "'forcast'", "'weeked'", "'lagg'", "'valu'", "'stp'", "weight from 0 to 1", "'hot'", "'mo'")
    for word in (*words, "'tu'", "text as reason", "whole number", "without quotes", "'flor'"):
        assert word in said, word
    assert "exactly one of" not in said  # the unknown key was meant to be it


def test_the_first_of_very_many_problems_are_said() -> None:
    rules, problems = examine("[[rule]]\nflor = 1\n" * 500, "r.toml")
    assert rules == () and len(problems) == 50 and problems[-1].line == 100


def test_every_rule_that_is_wrong_is_said() -> None:
    rules, problems = examine("[[rule]]\nflor = 1\n[[rule]]\ncap = 2\n[[rule]]\nname = 'c'\ncap = 'x'", "r.toml")
    assert [rule.actions[0].kind for rule in rules] == ["cap"]
    assert [(problem.line, problem.column, problem.rule) for problem in problems] == [(2, 1, "rule 1"), (7, 1, "c")]
    with pytest.raises(ConfigError, match="r.toml, line 2.*\nr.toml, line 7"):
        read_rules("[[rule]]\nflor = 1\n[[rule]]\ncap = 2\n[[rule]]\nname = 'c'\ncap = 'x'", "r.toml")
