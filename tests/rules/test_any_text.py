"""Whatever text is given as a rules file: an error message or valid rules, never a traceback, never for long.

10,000 texts, of four kinds; SEXTET_RULE_TEXTS changes their number.
"""

import os
import random
import time

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sextet.core.errors import ConfigError
from sextet.core.frequency import Frequency
from sextet.core.panel import Panel
from sextet.core.quantiles import LEVELS
from sextet.core.window import WindowIndex
from sextet.rules.contradictions import contradictions
from sextet.rules.rules_file import read_rules
from sextet.rules.scene import Scene
from sextet.rules.user_rules import UserRules, changed
from sextet.rules.vocabulary import WORDS

TEXTS = int(os.environ.get("SEXTET_RULE_TEXTS", "10000"))
LONGEST_SECONDS = 5.0

KEYS = [
    *(
        "name",
        "when",
        "then",
        "then.cap",
        "then.set",
        "floor",
        "cap",
        "closed",
        "alert_above",
        "value",
        "hours",
        "days",
    ),
    *("series", "probability", "severity", "priority", "valid-from", "valid_to", "final", "x"),
]
VALUES = [
    *("0", "-3.5", "inf", "nan", "true", '"a"', '"22:00-06:00"', '"mon"', '["mon"]', "[]", "[1]", "{a = 1}", '"watch"'),
    *("0.5", "2024-01-01", "9999-12-31T23:59:59", "12:30:00", "2024-01-01T00:00:00Z", "{ cap = 1 }", "1_000"),
    *('{ set = "lag(24)" }', "{ mute = true }", '{ alert = "watch" }', "{ blend = { with = 1, weight = 2 } }"),
    *("{ floor = 1, cap = 0 }", "{ multiply = -1 }", '{ add = "-forecast" }', "0x7f", "1e400", "-0.0", "''''''"),
]
PIECES = [
    *WORDS, *"+-*/%()[]{}<>=!,.:;&|^~@#\\'\" \n\t", "**", "//", "==", "!=", "<=", ">=", "<<", "if", "else", "lambda",
    "1", "24", "0.5", "1e308", "9" * 50, '"sat"', '"22:00"', '"DE"', '"2024-02-29"', "é", "\u0000", "\U0001f600", "is",
    "None", "True", "__import__", "x", "f''", "b''", "...", ":=", "yield", "await", "not in", "\r\n", "\x0c", "\u2028",
]  # fmt: skip


def expression(rng: random.Random) -> str:
    """A text of pieces of the language, often near to a valid one."""
    if rng.random() < 0.4:
        return " ".join(rng.choice(PIECES) for _ in range(rng.randint(1, 12)))
    return _grown(rng, rng.randint(0, 5), "condition")


def _grown(rng: random.Random, depth: int, kind: str) -> str:
    if kind == "condition":
        if depth == 0:
            return rng.choice(["weekend", "true", 'weekday == "sun"', 'hours("22:00-06:00")', 'series == "a"', "hour"])
        one, other = (_grown(rng, depth - 1, "condition") for _ in range(2))
        a, b = (_grown(rng, depth - 1, "number") for _ in range(2))
        return rng.choice([f"{one} and {other}", f"not ({one})", f"{one} or {other}", f"{a} < {b}", f"missing({a})"])
    if depth == 0:
        return rng.choice(
            ["forecast", "value", "step", "lag(24)", "rolling_max(48)", "3", "-0.5", "day", "0", "horizon"]
        )
    one, other = (_grown(rng, depth - 1, "number") for _ in range(2))
    test = _grown(rng, 0, "condition")
    chosen = f"({one} if {test} else {other})"
    return rng.choice([f"({one} + {other})", f"{one} ** {other}", f"{one} / {other}", f"min({one}, {other})", chosen,
                       f"quantile(0.{depth})", f"log({one})", f"-{one}"])  # fmt: skip


def table(rng: random.Random) -> str:
    """A rules file of keys and values of the language, in any mixture."""
    blocks = []
    for _ in range(rng.randint(1, 4)):
        lines = [rng.choice(["[[rule]]"] * 8 + ["[rule]", "[[rules]]", "", "[[rule]"])]
        for key in rng.sample(KEYS, rng.randint(0, 6)):
            text = expression(rng)
            quoted = rng.choice([repr(text), f"'''{text}'''", f'"""{text}"""'])
            lines.append(f"{key} = {rng.choice(VALUES) if key not in ('when', 'then.cap', 'then.set') else quoted}")
        blocks.append("\n".join(lines))
    return "\n".join(blocks)


def valid_but_for_the_condition(rng: random.Random) -> str:
    """A rule whose only doubt is its condition."""
    return f"[[rule]]\nwhen = '''{expression(rng)}'''\nthen = {{ cap = 1 }}\nfinal = true"


def noise(rng: random.Random) -> str:
    """Any characters, and cuts of a valid file."""
    if rng.random() < 0.5:
        return "".join(chr(rng.randrange(rng.choice([128, 0xD800]))) for _ in range(rng.randrange(80)))
    text = valid_but_for_the_condition(rng)
    cut, other = sorted(rng.randrange(len(text) + 1) for _ in range(2))
    return text[:cut] + rng.choice(PIECES) + text[other:]


def scene() -> Scene:
    """One window of a series of 100 hours."""
    panel = Panel(
        ids=("a",),
        frequency=Frequency.parse("h"),
        offsets=np.array([0, 100]),
        first=np.array([474_000]),
        known=np.array([100]),
        y=np.arange(100.0),
        past=np.zeros((100, 0), np.float32),
        future=np.zeros((100, 0), np.float32),
        static=np.zeros((1, 0), np.float32),
    )
    index = WindowIndex(series=np.zeros(1, np.int32), row=np.array([60]))
    return Scene(panel=panel, index=index, quantiles=np.tile(np.arange(13.0), (1, 24, 1)), levels=LEVELS)


def hold(text: str) -> bool:
    """Read a text as rules and let them act: whether it was valid. Nothing but a ConfigError may come of it."""
    start = time.process_time()
    try:
        rules = UserRules(rules=read_rules(text, "r.toml"))
    except ConfigError as error:
        message = str(error)
        assert message.startswith("r.toml") and "Traceback" not in message and len(message) < 20_000
        return False
    finally:
        assert time.process_time() - start < LONGEST_SECONDS, text
    try:
        after, _ = changed(rules.changing, scene())
    except ConfigError:  # a column that the data do not have
        return True
    assert np.isfinite(after).all() and (np.diff(after, axis=-1) >= 0).all()
    assert all(rule.text for rule in rules.rules)
    assert time.process_time() - start < LONGEST_SECONDS, text
    return True


many = settings(max_examples=TEXTS // 4, suppress_health_check=list(HealthCheck))
seeds = st.integers(0, 2**32).map(random.Random)


@many
@given(st.text(max_size=200) | seeds.map(noise))
def test_any_characters(text: str) -> None:
    hold(text)


@many
@given(seeds.map(table))
def test_keys_and_values_in_any_mixture(text: str) -> None:
    hold(text)


@many
@given(st.lists(st.sampled_from(PIECES), max_size=15))
def test_pieces_of_conditions_in_any_order(pieces: list[str]) -> None:
    hold(f"[[rule]]\nwhen = '''{' '.join(pieces)}'''\nthen = {{ cap = 1 }}\nfinal = true")


def test_conditions_that_are_nearly_right() -> None:
    valid = []

    @many
    @given(seeds.map(valid_but_for_the_condition))
    def held(text: str) -> None:
        valid.append(hold(text))

    held()
    assert 0.1 < np.mean(valid) < 0.9  # both ways are tried


@pytest.mark.parametrize(
    "when",
    [
        "9 ** 9 ** 9 ** 9 > 1",
        " + ".join(["rolling_median(10000)"] * 4) + " > 1",
        "like(series, '" + "*a" * 500 + "')",
        "1 < " * 300 + "1",
        " or ".join(["weekend"] * 190),
        "(" * 40 + "weekend" + ")" * 40,
        "seasonal(100000) > 1",
        "exp(exp(exp(exp(1000)))) > 1",
    ],
)
def test_the_heaviest_that_is_allowed_takes_no_time(when: str) -> None:
    hold(f'[[rule]]\nwhen = "{when}"\nthen = {{ cap = 1 }}\nfinal = true')


@pytest.mark.parametrize(
    "text",
    [
        "[[rule]]\nthen.cap." + "a." * 90_000 + "a = 1",
        "[" + "a." * 90_000 + "a]\nb = 1",
        "\n".join("[[rule]]\nthen." + "a." * 98 + "a = 1" for _ in range(400)),
        "rule = " + "[" * 90_000,
        "[[rule]]\nwhen = " + "[" * 450 + "]" * 450,
        "rule = [" + "{flor = 1}," * 900 + "]",
        "rule = [" + "{cap = 1}," * 900 + " " * 100_000 + "{flor = 1}]",
        "\n".join(f"[a{n}]" for n in range(20_000)),
        "[[rule]]\nwhen = '" + "x" * 190_000 + "'\nthen = { cap = 1 }",
        "[[rule]]\ncap = " + "9" * 190_000,
        '[[rule]]\nname = """' + "\n[[rule]]" * 20_000 + '\n"""\nflor = 1',
    ],
    ids=range(11),
)
def test_files_made_to_keep_the_reader_busy(text: str) -> None:
    assert hold(text) is False


def test_many_rules_are_checked_in_no_time() -> None:
    text = "\n".join(f'[[rule]]\nname = "r{n}"\nwhen = "hour == {n % 24}"\nthen = {{ set = {n} }}' for n in range(1000))
    start = time.process_time()
    found = contradictions(read_rules(text), scene())
    assert any("set different values" in line for line in found)
    assert time.process_time() - start < 20 * LONGEST_SECONDS
