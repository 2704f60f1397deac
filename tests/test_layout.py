"""The shape of the project: what imports what, how large a file may be, what is pinned."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "sextet"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SOURCES = sorted(path for top in ("src", "tests", "scripts", "benchmarks") for path in (ROOT / top).rglob("*.py"))
PACKAGED = [path for path in SOURCES if PACKAGE in path.parents]
FOLDERS = sorted(path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file())
# Folders right of `members` may use TensorFlow, but only once a function needs it.
NEURAL = {"members", "training"}
HEAVY = ("tensorflow", "keras", "tf2onnx", "ray")


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT / "src").with_suffix("").parts).removesuffix(".__init__")


def _loaded_by(imports: list[str], packages: tuple[str, ...]) -> list[str]:
    """Which of `packages` a fresh Python has loaded after `imports`."""
    program = "".join(f"import {name}\n" for name in imports)
    program += f"import sys; print(*[name for name in {packages!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_a_file_has_at_most_400_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", PACKAGED, ids=_name)
def test_a_function_has_fewer_than_50_lines_of_code(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
            assert node.end_lineno - first.lineno + 1 < 50, f"{node.name} at line {node.lineno}"


def test_packages_are_empty_files():
    assert [_name(path) for path in PACKAGED if path.name == "__init__.py" and path.stat().st_size] == [
        "src/sextet/__init__.py"
    ]


def test_the_public_names_cost_nothing_until_asked_for():
    assert _loaded_by(["sextet"], (*HEAVY, "numpy", "pandas", "pyarrow", "scipy", "onnxruntime")) == []


def test_only_members_and_training_load_tensorflow():
    light = [_module(path) for path in PACKAGED if not NEURAL & set(path.relative_to(PACKAGE).parts)]
    assert len(light) > 50
    assert _loaded_by(light, HEAVY) == []


def test_the_command_line_starts_without_what_only_training_needs():
    packages = (*HEAVY, "pandas", "scipy", "pyarrow", "onnxruntime", "polars", "utilsforecast")
    assert _loaded_by(["sextet.cli.main"], packages) == []


def test_import_contracts_name_every_folder():
    layers, forbidden = PROJECT["tool"]["importlinter"]["contracts"]
    ordered = [name.strip() for layer in layers["layers"] for name in layer.split("|")]
    assert layers["exhaustive"] and set(FOLDERS) <= set(ordered)
    left_of_members = ordered[ordered.index("members") + 1 :]
    assert {name.removeprefix("sextet.") for name in forbidden["source_modules"]} == set(left_of_members)
    assert set(forbidden["forbidden_modules"]) == set(HEAVY)


def test_the_architecture_page_names_every_folder():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert [name for name in FOLDERS if f"| `{name}/` |" not in page] == []


def test_every_folder_has_tests():
    assert [name for name in FOLDERS if not list((ROOT / "tests" / name).glob("test_*.py"))] == []


def test_nothing_is_pickled():
    pickled = re.compile(r"\bimport (pickle|dill|joblib|cloudpickle)\b|allow_pickle\s*=\s*True|\bread_pickle\b")
    assert [_name(path) for path in PACKAGED if pickled.search(path.read_text(encoding="utf-8"))] == []


def test_every_dependency_is_pinned_within_what_the_project_allows():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins: dict[str, list[Requirement]] = {}
    for line in lines:
        if not line.startswith("#"):
            pin = Requirement(line)
            assert str(pin.specifier).startswith("==") and pin.url is None, line
            pins.setdefault(_normal(pin.name), []).append(pin)
    project = PROJECT["project"]
    extras = project["optional-dependencies"].values()
    wanted = [*project["dependencies"], *(text for extra in extras for text in extra)]
    for requirement in map(Requirement, wanted):
        if requirement.name != project["name"]:
            versions = [next(iter(pin.specifier)).version for pin in pins[_normal(requirement.name)]]
            assert versions and all(map(requirement.specifier.contains, versions)), requirement


def test_no_file_names_a_registry_or_mirror():
    for name in ("constraints.txt", "pyproject.toml", "Makefile", ".ci/run", "scripts/environment.sh"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not re.search(r"https?://|--(extra-)?index-url|--find-links", text), name


@pytest.mark.parametrize("name", [".ci/run", "scripts/environment.sh", "scripts/lock.sh"])
def test_scripts_can_be_run(name):
    assert os.access(ROOT / name, os.X_OK)
    assert subprocess.run(["bash", "-n", ROOT / name], check=False).returncode == 0  # noqa: S603, S607


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
