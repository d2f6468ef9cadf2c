"""An embedded server to be started and stopped."""

from collections.abc import Generator
from pathlib import Path

import pytest

from pipeline_gql.store.embedded import Embedded
from tests.folders import data_folder

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
