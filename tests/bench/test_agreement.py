"""The benchmark's own promise: what it compares answers the same."""

import asyncio
from collections.abc import Generator
from contextlib import ExitStack
from random import Random

import orjson
import pytest

from tests.bench import dataset
from tests.bench.client import ask_once
from tests.bench.peers import PEERS, Running
from tests.bench.peers.peer import Setting, running
from tests.bench.questions import READS, WRITES, Question
from tests.bench.running import agree, raw
from tests.folders import data_folder

FEW = 600
COMPARED = ("ours", "limit", "limit-bare", "ordinary")


@pytest.fixture(scope="module")
def peers() -> Generator[list[Running]]:
    """All that need nothing but Python, as both roles, on a few rows."""
    with data_folder("bench") as folder, dataset.server(folder) as embedded, ExitStack() as stack:
        loaded = asyncio.run(dataset.loaded(embedded, FEW, lambda count: None))
        settings = [Setting(loaded, embedded.urls(), folder, role) for role in ("admin", "member")]
        yield [
            stack.enter_context(running(PEERS[name], setting))
            for setting in settings
            for name in COMPARED
            if setting.role in PEERS[name].roles
        ]


async def test_all_peers_give_equal_answers(peers: list[Running]) -> None:
    await agree(peers, READS)


@pytest.mark.parametrize("question", WRITES, ids=lambda question: question.name)
async def test_writes_are_not_refused(question: Question, peers: list[Running]) -> None:
    asked = raw(peers[0], question, Random(3))
    answer = orjson.loads(await ask_once(peers[0].port, asked))
    assert [verb["errors"] for verb in answer["data"]["opportunities"].values()] == [[]]
