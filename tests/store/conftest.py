"""An embedded server to be started and stopped; both kinds of transaction."""

from collections.abc import Generator
from functools import partial
from pathlib import Path

import pytest

from pipeline_gql.store import one_wait
from pipeline_gql.store.database import Database
from pipeline_gql.store.embedded import Embedded
from tests.folders import data_folder
from tests.store.transacting import Opening, alone, pooled

QUICK = {"fsync": "off", "full_page_writes": "off"}


@pytest.fixture(autouse=True)
def patience() -> None:
    """The usual limits, which are of the store."""


@pytest.fixture(scope="module")
def made() -> Generator[Path]:
    """A data directory in a place that is hard to quote, made once for all tests."""
    with data_folder("it's a $PLACE, too") as folder:
        with Embedded(folder, settings=QUICK):
            pass
        yield folder


@pytest.fixture
def embedded(made: Path) -> Generator[Embedded]:
    """Not started."""
    embedded = Embedded(made, settings=QUICK)
    yield embedded
    embedded.halt(force=True)


@pytest.fixture(
    params=[
        "writing",
        "reading",
        "read with the tenant kept",
        "read with the tenant kept, in the public way",
        "read in one wait",
        "read in the public way",
    ]
)
def opening(
    request: pytest.FixtureRequest, database: Database, monkeypatch: pytest.MonkeyPatch
) -> Opening:
    """All kinds of transaction keep the same promises."""
    kind: str = request.param
    if kind.endswith("in the public way"):
        monkeypatch.setattr(one_wait, "fits", lambda connection: False)
    if kind.startswith("read in"):
        pooled(monkeypatch)
    return partial(alone, database) if kind.startswith("read ") else getattr(database, kind)
