"""The promises of the house (README, "The house"), kept by reading its source."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "pipeline_gql"
FILES = sorted(SOURCE.rglob("*.py"))
REVISIONS = sorted((Path(__file__).parents[1] / "migrations" / "versions").glob("*.py"))
LONGEST_FILE = 300
LONGEST_FUNCTION = 40
"""Lines of a function's body without its docstring; worry at 25."""

FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "data", "info"}
CLOCKS = {
    *("asyncio", "time", "date.today", "datetime.now", "datetime.today", "datetime.utcnow"),
    *("get_running_loop", "get_event_loop", "new_event_loop"),
    *("monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time", "time_ns"),
}
"""Modules by which one has the time, and functions and methods that tell it."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def room(name: str) -> list[Path]:
    return [file for file in FILES if file.relative_to(SOURCE).parts[0].removesuffix(".py") == name]


def named(file: Path) -> str:
    return str(file.relative_to(SOURCE))


def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


def functions(file: Path) -> Iterator[Function]:
    for node in ast.walk(tree(file)):
        if isinstance(node, Function):
            yield node


def length(function: Function) -> int:
    body = function.body
    first = body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and len(body) > 1:
        body = body[1:]
    return (body[-1].end_lineno or 0) - body[0].lineno + 1


def imports(file: Path) -> Iterator[str]:
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def defined(file: Path) -> Iterator[tuple[str, bool]]:
    """The names at the top of a module, and whether a decorator has taken them up."""
    for node in tree(file).body:
        if isinstance(node, Function | ast.ClassDef):
            yield node.name, bool(node.decorator_list)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from ((t.id, False) for t in targets if isinstance(t, ast.Name))


def exported(file: Path) -> Iterator[str]:
    """Names that stand as text: in `__all__`, or in an annotation that looks ahead."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from re.findall(r"\w+", node.value) if len(node.value) < 80 else ()


def test_every_module_says_what_it_is_about() -> None:
    assert [named(f) for f in FILES if f.stat().st_size and not ast.get_docstring(tree(f))] == []


def test_no_file_passes_300_lines() -> None:
    lines = {named(file): len(file.read_text().splitlines()) for file in FILES}
    assert {name: n for name, n in lines.items() if n > LONGEST_FILE} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    long = {
        f"{named(file)}::{function.name}": length(function)
        for file in FILES
        for function in functions(file)
        if length(function) > LONGEST_FUNCTION
    }
    assert long == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [named(f) for f in FILES if f.stem in FORBIDDEN_NAMES] == []


@pytest.mark.parametrize("name", ["domain", "operations"])
def test_the_inner_rooms_need_the_standard_library_and_ourselves_only(name: str) -> None:
    strangers = {
        f"{named(file)} imports {module}"
        for file in room(name)
        for module in imports(file)
        if module.split(".")[0] not in sys.stdlib_module_names | {"pipeline_gql"}
    }
    assert strangers == set()


def test_the_domain_waits_for_nothing() -> None:
    waiting = [
        named(file)
        for file in room("domain")
        for node in ast.walk(tree(file))
        if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncWith | ast.AsyncFor)
    ]
    assert waiting == []


def clocks(source: str) -> set[int]:
    """The lines that could tell the time."""
    return {
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom | ast.Attribute)
        and not CLOCKS.isdisjoint(said(node))
    }


def said(node: ast.Import | ast.ImportFrom | ast.Attribute) -> Iterator[str]:
    """The modules that are imported; what is taken from one or from a value, with the last name
    of that, and alone unless a module is called so."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    of = (node.module or "") if isinstance(node, ast.ImportFrom) else ast.unparse(node.value)
    taken = [a.name for a in node.names] if isinstance(node, ast.ImportFrom) else [node.attr]
    yield of if isinstance(node, ast.ImportFrom) else ""
    yield from (name for name in taken if name not in sys.stdlib_module_names)
    yield from (f"{of.split('.')[-1]}.{name}" for name in taken)


@pytest.mark.parametrize("name", ["domain", "operations"])
def test_the_inner_rooms_have_no_clock(name: str) -> None:
    assert {named(file): found for file in room(name) if (found := clocks(file.read_text()))} == {}


@pytest.mark.parametrize(
    "line",
    [
        "import time",
        "from time import perf_counter as clock",
        "import asyncio",
        "from asyncio import timeout",
        "clock = loop.get_running_loop().time",
        "then = datetime.now(UTC)",
        "then = datetime.datetime.utcnow",
        "day = date.today()",
        "clock = clocks.monotonic",
        "from clocks import monotonic",
    ],
)
def test_whatever_tells_the_time_is_a_clock(line: str) -> None:
    assert clocks(line) == {1}


@pytest.mark.parametrize(
    "line",
    [
        "then = unit.now",
        "today = moment.date()",
        "clock = moment.time()",
        "from datetime import date, datetime, time",
    ],
)
def test_a_time_that_somebody_hands_over_is_no_clock(line: str) -> None:
    assert clocks(line) == set()


def test_operations_neither_commit_nor_roll_back_nor_ask_in_sql() -> None:
    ending = re.compile(r"\.(commit|rollback)\(|session\.(execute|scalar|stream)")
    assert [named(f) for f in room("operations") if ending.search(f.read_text())] == []


def test_the_driver_is_known_to_one_module_and_its_inside_to_another() -> None:
    known = [named(f) for f in FILES if "asyncpg" in set(imports(f))]
    assert known == ["store/connections.py", "store/one_wait.py"]


def test_only_who_checks_tokens_speaks_http_to_others() -> None:
    speakers = {"urllib.request", "http.client"}
    assert [named(f) for f in FILES if speakers & set(imports(f))] == ["auth/jwts.py"]


def test_nobody_reaches_for_anothers_private_names() -> None:
    """Of our modules, by import; what begins with an underscore stays in its file."""
    reached = [
        f"{named(file)}:{node.lineno} {alias.name}"
        for file in FILES
        for node in ast.walk(tree(file))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pipeline_gql")
        for alias in node.names
        if alias.name.startswith("_")
    ]
    assert reached == []


def test_what_a_module_defines_is_used() -> None:
    """Functions, classes and constants at the top of a module, by name anywhere in the source
    or in a revision."""
    used = {
        name
        for file in (*FILES, *REVISIONS)
        for node in ast.walk(tree(file))
        for name in (getattr(node, "id", None), getattr(node, "attr", None))
        if not isinstance(getattr(node, "ctx", None), ast.Store)
    }
    used |= {alias for file in FILES for alias in exported(file)}
    unused = {
        f"{named(file)}::{name}"
        for file in FILES
        for name, decorated in defined(file)
        if name not in used and not decorated and not name.startswith("__")
    }
    assert unused == set()


def test_only_the_directory_opens_transactions_without_a_tenant() -> None:
    callers = {named(f) for f in FILES if "without_tenant(" in f.read_text()}
    assert callers == {"store/database.py", "store/directory.py"}


def test_nothing_is_left_to_be_done() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    assert [named(f) for f in FILES if marks.search(f.read_text())] == []


def test_nothing_refers_to_notes_that_are_not_here() -> None:
    elsewhere = re.compile(r"\b(?!README)\w+\.md\b|contract §")
    assert [named(f) for f in FILES if elsewhere.search(f.read_text())] == []


def test_the_server_starts_without_the_test_tools() -> None:
    """Importing the whole application must not lean on what only tests install."""
    absent = "import sys; sys.modules.update(dict.fromkeys(('pytest', 'httpx', 'hypothesis')))\n"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", absent + "import pipeline_gql.cli, pipeline_gql.app"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
