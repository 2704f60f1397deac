"""What of a stack was judged: nothing that was not compared with anything passes for right."""

from __future__ import annotations

import pytest

from sextet import diagnose


def last(**stack: str) -> str:
    return " ".join(str(diagnose(**stack)).splitlines()[-1:])


@pytest.mark.parametrize(
    ("stack", "names"),
    [
        ({"tensorflow": "2.19.1", "python": "3.12", "gpu": "P40"}, ()),
        ({"python": "3.12"}, ()),
        ({"driver": "580.82"}, ()),
        ({"torch": "2.8.0+cu126", "gpu": "P40", "python": "3.12", "numpy": "2.1"}, ("Python", "numpy")),
        ({"jax": "0.12.0", "gpu": "T4"}, ("cards",)),
        ({"jax": "0.12.0", "cuda": "12.9", "gpu": "T4"}, ()),
        ({"tensorflow": "2.99", "python": "3.14", "gpu": "T4"}, ("Python", "TensorFlow", "cards")),
        ({"system": "windows", "numpy": "2.1"}, ("system",)),
    ],
)
def test_what_was_compared_with_nothing_is_named(stack: dict[str, str], names: tuple[str, ...]) -> None:
    report = diagnose(**stack)
    assert report.unjudged == names and report.as_dict()["unjudged"] == list(names)
    assert (f"Not judged: {', '.join(names)}." in " ".join(str(report).split())) == bool(names)


@pytest.mark.parametrize(
    "stack",
    [{"cuda": "12.2"}, {"torch": "2.9.0"}, {"torch": "2.9.0+cpu", "gpu": "P40"}, {"system": "linux"}],
)
def test_where_nothing_was_judged_nothing_is_said_to_be_right(stack: dict[str, str]) -> None:
    text = " ".join(str(diagnose(**stack)).split())
    assert "Nothing was judged" in text and "Nothing wrong" not in text and "Not judged" not in text


def test_what_is_right_is_said_to_be_only_where_it_was_judged() -> None:
    assert last(tensorflow="2.21", python="3.12", gpu="P40", cudnn="9.10.2.21") == "Nothing wrong found."
    assert last(tensorflow="2.10", torch="2.9.0") == "Nothing wrong found. Not judged: PyTorch."
