"""Values made what an annotation says, or refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.errors import ConfigError
from sextet.core.kinds import checked, expected, of_kind, settle_fields
from sextet.core.progress import Progress, Silent

SILENT = Silent()
HINTS: tuple[Any, ...] = (
    bool, int, float, str, Path, int | None, str | Path | None, Sequence[float], tuple[str, ...],
    tuple[float, float, float], Mapping[str, float], Literal["a", "b"], str | Sequence[Any], Progress,
)  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.binary(max_size=3)
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
)


@dataclass(frozen=True, kw_only=True)
class Options:
    """A dataclass as configs are."""

    steps: int = 3
    levels: tuple[float, ...] = (80.0,)
    name: str | None = None

    def __post_init__(self) -> None:
        """As configs do."""
        settle_fields(self, "Options", unsaid=True)


@pytest.mark.parametrize("hint", HINTS, ids=[expected(hint) for hint in HINTS])
@given(value=ANYTHING)
def test_a_value_is_made_once_and_for_all_or_refused_in_one_line(hint: Any, value: Any) -> None:
    try:
        made = of_kind(value, hint, "f", "x")
    except ConfigError as refused:
        assert str(refused).startswith("f: x must be ") and "; got " in str(refused) and "\n" not in str(refused)
        return
    assert of_kind(made, hint, "f", "x") == made


@pytest.mark.parametrize(
    ("value", "hint", "made"),
    [
        (np.int64(3), int, 3),
        (np.float32(0.5), float, 0.5),
        (3, float, 3),
        (np.bool_(True), bool, True),
        ("a/b", Path, Path("a/b")),
        (Path("a/b"), str, "a/b"),
        ("80, 95", Sequence[float], (80.0, 95.0)),
        (80, Sequence[float], (80,)),
        (np.array([1, 2]), tuple[float, ...], (1, 2)),
        ("a,b", tuple[str, ...], ("a", "b")),
        ("a,b", str | tuple[str, ...], "a,b"),
        ({"a": np.float64(2)}, Mapping[str, float], {"a": 2.0}),
        (Path("x"), str | Any, Path("x")),
    ],
)
def test_what_means_the_same_is_taken(value: Any, hint: Any, made: Any) -> None:
    found = of_kind(value, hint, "f", "x")
    assert found == made and type(found) is type(made)


@pytest.mark.parametrize(
    ("value", "hint", "said"),
    [
        (3.0, int, "a whole number; got 3.0."),
        (True, int, "a whole number; got True."),
        (float("nan"), float | None, "a finite number or None; got nan."),
        ([1.0, float("inf")], Sequence[float], "a list, each a number; got [1.0, inf]."),
        ([0.5, 0.5], tuple[float, float, float], "a list of 3, each a number; got [0.5, 0.5]."),
        ({"a"}, Sequence[str], "a list, each text; got {'a'}."),
        ("c", Literal["a", "b"], "one of a, b; got 'c'."),
        (object(), int | str, "a whole number or text; got an object."),
        (5, Progress, "a Progress; got 5."),
        ({"steps": 4}, Options | None, "an Options or None; got {'steps': 4}. Write it as: from "),
        ({"steps": 4}, Options, "import Options; x=Options(steps=4)."),
    ],
)
def test_anything_else_is_refused_with_what_was_expected(value: Any, hint: Any, said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        of_kind(value, hint, "f", "x")
    assert said in str(refused.value)


def test_fields_of_a_frozen_dataclass_are_settled() -> None:
    assert Options(steps=np.int64(4), levels="80,95") == Options(steps=4, levels=(80.0, 95.0))  # type: ignore[arg-type]
    assert Options(steps=None, levels=None) == Options()  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="Options: name must be text or None; got 5"):
        Options(name=5)  # type: ignore[arg-type]


def test_arguments_of_a_function_are_checked() -> None:
    @checked("ask", skip=("own",))
    def ask(count: int, *, own: int = 0, progress: Progress = SILENT, **more: int) -> tuple[Any, ...]:
        """Give back what came."""
        return count, own, progress, more

    found = ask(np.int64(2), own="own", progress=None, other="x")  # type: ignore[arg-type]
    assert found == (2, "own", SILENT, {"other": "x"}) and ask.__doc__ == "Give back what came."
    with pytest.raises(ConfigError, match="ask: count must be a whole number; got None"):
        ask(None)  # type: ignore[arg-type]

    @checked("tell")
    def tell(*, levels: Sequence[float] = ()) -> Sequence[float]:
        return levels

    with pytest.raises(ConfigError, match="tell has no option 'level', did you mean 'levels'"):
        tell(level=80)  # type: ignore[call-arg]


def test_an_argument_that_was_not_given_is_named_with_the_one_that_may_be_meant() -> None:
    @checked("ask")
    def ask(count: int, *, unit: str, own: int = 0, **more: int) -> None: ...

    with pytest.raises(ConfigError, match=r"^ask needs unit\.$"):
        ask(1)  # type: ignore[call-arg]
    with pytest.raises(ConfigError, match=r"^ask needs count and unit; got 'conut', did you mean 'count'\?$"):
        ask(conut=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        ask(1, 2, unit="m")  # type: ignore[misc]
