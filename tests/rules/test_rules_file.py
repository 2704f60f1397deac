"""The rules file: what it may say is read, and what it may not is named with line, rule, key and remedy."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sextet.core.errors import ConfigError
from sextet.rules.rule import Rule
from sextet.rules.rules_file import EXAMPLE, read_rules

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


def test_every_key_is_read() -> None:
    assert read_rules(FULL) == (
        Rule(name="never negative", action="floor", value=0.0),
        Rule(
            name="capacity",
            action="cap",
            value=512.5,
            series=("NP", "DE*"),
            days=(0, 1, 2, 3, 4),
            hours=(480, 1200),
        ),
        Rule(name="night", action="closed", value=0.0, hours=(1320, 360), days=(5, 6)),
        Rule(name="rule 4", action="closed", value=3.0, hours=(0, 1440), days=(6,)),
        Rule(name="too high", action="alert_above", value=180.0, probability=0.3, severity="critical"),
        Rule(name="too low", action="alert_below", value=70.0),
    )


def test_an_empty_file_has_no_rules_and_the_example_is_valid() -> None:
    assert read_rules("") == read_rules("# nothing yet\n") == ()
    assert read_rules(EXAMPLE)[0].action == "floor"


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
        ("[[rule]\nfloor = 0", ["r.toml is not valid TOML", "line 1", EXAMPLE]),
        ("[[rule]]\nfloor = 0\nfloor = 1\n", ["not valid TOML", "line 3"]),
        ("\n[[rules]]\nfloor = 0", ["line 2", "'rules'", "did you mean 'rule'"]),
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
        ("[[rule]]\nname='a'\nfloor = 5\n[[rule]]\nname='b'\ncap = 4", ["floor 5 of 'a'", "cap 4 of 'b'"]),
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


keys = st.sampled_from(
    [
        "name",
        "floor",
        "cap",
        "closed",
        "alert_above",
        "value",
        "hours",
        "days",
        "series",
        "probability",
        "severity",
        "x",
    ]
)
values = st.sampled_from(
    ["0", "-3.5", "inf", "true", '"a"', '"22:00-06:00"', '"mon"', '["mon"]', "[]", "[1]", "{a = 1}", '"watch"', "0.5"]
)
tables = st.lists(
    st.tuples(st.sampled_from(["[[rule]]", "[rule]", "[[rules]]", ""]), st.dictionaries(keys, values)), max_size=4
)


def toml(blocks: list[tuple[str, dict[str, str]]]) -> str:
    return "\n".join("\n".join([head, *(f"{key} = {value}" for key, value in body.items())]) for head, body in blocks)


@given(st.one_of(st.text(), tables.map(toml)))
@example("rule = [{floor = 1, flor = 2}]")
@example('[[rule]]\nname = """\n[[rule]]\n"""\ncap = "x"')
def test_any_text_is_read_or_refused_with_a_message(text: str) -> None:
    try:
        rules = read_rules(text, "r.toml")
    except ConfigError as error:
        assert str(error).startswith("r.toml")
    else:
        assert all(isinstance(rule, Rule) and rule.text for rule in rules)
