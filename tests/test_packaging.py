"""What `pip install` brings: all that is imported, and nothing without bounds on both sides."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
REQUIRED = [*PROJECT["dependencies"], *(each for extra in EXTRAS.values() for each in extra)]
OURS = {"pipeline_gql", "tests"}


def distribution(requirement: str) -> str:
    """A requirement's name, spelled as pip compares it."""
    name = re.match(r"[\w.-]+", requirement)
    assert name
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def strangers(folders: list[str]) -> Iterator[tuple[str, str]]:
    """Third-party modules that are imported below these folders, each with one importer."""
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text())):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom) and not node.level:
                    names = [node.module or ""]
                for name in (name.split(".")[0] for name in names):
                    if name not in sys.stdlib_module_names | OURS:
                        yield name, str(file.relative_to(ROOT))


@pytest.mark.parametrize(
    ("folders", "extras"),
    [(["src", "migrations"], []), (["tests"], ["test", "ci"])],
    ids=["the server", "its tests"],
)
def test_what_is_imported_is_declared(folders: list[str], extras: list[str]) -> None:
    """Not merely brought along by something else that is."""
    declared = {distribution(each) for each in PROJECT["dependencies"]}
    declared |= {distribution(each) for extra in extras for each in EXTRAS[extra]}
    known = packages_distributions()
    borrowed = {
        f"{file} imports {module}"
        for module, file in strangers(folders)
        if not {distribution(each) for each in known.get(module, [module])} & declared
    }
    assert borrowed == set()


@pytest.mark.parametrize("requirement", REQUIRED)
def test_a_dependency_is_bounded_below_and_above(requirement: str) -> None:
    assert re.fullmatch(r"[\w.-]+(\[[\w,-]+\])?>=[\d.]+,<[\d.]+", requirement)


def test_plain_pytest_needs_nothing_of_ci() -> None:
    """Browser tests are left out of it; all else must be importable with the test extra alone."""
    only_ci = {distribution(each) for each in EXTRAS["ci"]}
    known = packages_distributions()
    needing = {
        file
        for module, file in strangers(["tests"])
        if {distribution(each) for each in known.get(module, [module])} & only_ci
    }
    assert {file for file in needing if not file.startswith("tests/browser/")} == set()
