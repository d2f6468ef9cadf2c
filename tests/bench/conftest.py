"""The servers that are compared, of those that need nothing but Python, on a few rows."""

import asyncio
from collections.abc import Generator
from contextlib import ExitStack

import pytest

from tests.bench import dataset
from tests.bench.peers import PEERS, Running
from tests.bench.peers.peer import Setting, running
from tests.folders import data_folder

FEW = 1_500
COMPARED = ("ours", "limit", "limit-bare", "ordinary")


@pytest.fixture(scope="session")
def peers() -> Generator[list[Running]]:
    """As both roles; the first is ours, asked by an administrator. Its worker rests, so that only
    what is asked is done."""
    with data_folder("bench") as folder, dataset.server(folder) as embedded, ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("PIPELINE_GQL_WORKER", "false")
        loaded = asyncio.run(dataset.loaded(embedded, FEW, lambda count: None))
        settings = [Setting(loaded, embedded.urls(), folder, role) for role in ("admin", "member")]
        yield [
            stack.enter_context(running(PEERS[name], setting))
            for setting in settings
            for name in COMPARED
            if setting.role in PEERS[name].roles
        ]


@pytest.fixture
def ours(peers: list[Running]) -> Running:
    return peers[0]
