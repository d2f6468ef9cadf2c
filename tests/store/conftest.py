"""An embedded server to be started and stopped; both kinds of transaction."""

from collections.abc import Generator
from pathlib import Path

import pytest

from pipeline_gql.store.database import Database
from pipeline_gql.store.embedded import Embedded
from tests.folders import data_folder
from tests.store.transacting import Opening

QUICK = {"fsync": "off", "full_page_writes": "off"}


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


@pytest.fixture(params=["writing", "reading"])
def opening(request: pytest.FixtureRequest, database: Database) -> Opening:
    """Both kinds of transaction keep the same promises."""
    return getattr(database, request.param)
