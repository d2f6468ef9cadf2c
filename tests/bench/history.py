"""How long the reports on history take with 100,000 opportunities: `python -m tests.bench.history`.

Each is asked three times through the executor, as a client asks. The best is printed beside the
database's CPU for one of them, the blocks that its statement touches and those that did not fit
into memory, and the load of the machine; what takes longer than a statement may is `inf`.

With `work_mem` at 64 MB nothing spills, and the same reports take up to half as much CPU again:
PostgreSQL sorts this much faster in pieces.
"""

import asyncio
import os
import sys
from math import inf
from pathlib import Path
from time import monotonic

import asyncpg

from pipeline_gql.api.execution import Executor
from pipeline_gql.api.questions import Question
from pipeline_gql.domain.errors import TryAgain
from pipeline_gql.store.database import Database
from tests.conformance.conftest import Asker
from tests.conformance.crowd import cost
from tests.conformance.histories import remember_many
from tests.conformance.rows import global_id
from tests.organisations import FIRST
from tests.server import Server

COUNT = 100_000
TRIES = 3
READERS = "SELECT pid FROM pg_stat_activity WHERE usename = 'pipeline_reader'"
PIPELINE = f'pipelineId: "{global_id("Pipeline", 1)}"'
STEPS = "groups { label count steps { name"
FUNNEL = f"{STEPS} reached share conversion skipped movedBack returned }} stages {{ reached }} }}"
TIMES = f"{STEPS} stays openStays medianDays p90Days }} }}"
OFTEN = "attempts opportunities people movedOn"
MOVES = f"fromStep {{ name }} toStep {{ name }} {OFTEN} reasons {{ code {OFTEN} }}"
STUCK = f"groups {{ label moves {{ {MOVES} }} }}"
AT = 'asOf: "2026-03-01T00:00:00Z"'
ASKED = {
    "asOf, a page": f"{{ opportunities({AT}) {{ nodes {{ name step {{ name }} }} }} }}",
    "asOf, totals": f"{{ opportunities({AT}) {{ totalCount totals {{ currency value }} }} }}",
    "pipelineChanges": '{ pipelineChanges(from: "2026-03-01", to: "2026-03-31") { changes '
    "{ kind currency count value previousValue } opening { value } closing { value } } }",
    "funnel": f"{{ funnel({PIPELINE}) {{ {FUNNEL} }} }}",
    "funnel by owner": f"{{ funnel({PIPELINE}, groupBy: OWNER) {{ {FUNNEL} }} }}",
    "funnel by kind": f"{{ funnel({PIPELINE}, groupBy: INTEREST_KIND) {{ {FUNNEL} }} }}",
    "velocity": f"{{ velocity({PIPELINE}) {{ {TIMES} }} }}",
    "velocity by source": f"{{ velocity({PIPELINE}, groupBy: SOURCE) {{ {TIMES} }} }}",
    "velocity by kind": f"{{ velocity({PIPELINE}, groupBy: INTEREST_KIND) {{ {TIMES} }} }}",
    "refusals": f"{{ refusals({PIPELINE}) {{ {STUCK} }} }}",
    "refusals by owner": f"{{ refusals({PIPELINE}, groupBy: OWNER) {{ {STUCK} }} }}",
}


async def _seconds(executor: Executor, document: str) -> float:
    began = monotonic()
    try:
        answer = await executor.answer(
            Question(document), FIRST.admin, deadline=began + 60, request_id="bench",
            query_only=True,
        )  # fmt: skip
    except TryAgain:
        return inf
    assert b'"errors"' not in answer.body, answer.body
    return monotonic() - began


async def _spent(connection: asyncpg.Connection) -> float:
    """Seconds of CPU that the readers' processes have taken so far (on Linux)."""
    rows = await connection.fetch(READERS)
    return sum(_ticks(row["pid"]) for row in rows) / os.sysconf("SC_CLK_TCK")


def _ticks(process: int) -> int:
    times = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return int(times[11]) + int(times[12])


async def _measure(server: Server, count: int) -> None:
    urls = await server.clone()
    stays = await remember_many(urls, FIRST, count)
    print(f"{count:,} opportunities, {stays:,} stays; load {os.getloadavg()[0]:.1f}")
    database = await Database.open(urls.served)
    asker = Asker(database, FIRST.admin)
    watching = await asyncpg.connect(urls.admin)
    for name, document in ASKED.items():
        before = await _spent(watching)
        times = [await _seconds(asker.executor, document) for _ in range(TRIES)]
        cpu = (await _spent(watching) - before) / TRIES
        try:
            spent = await cost(asker, urls, document)
        except TryAgain:
            print(f"{name:20} takes longer than a statement may; load {os.getloadavg()[0]:.1f}")
            continue
        print(
            f"{name:20} {min(times):6.2f} s, {cpu:5.2f} s of the database's CPU,"
            f" {spent.buffers:7,} blocks, {spent.spilled:6,} spilled;"
            f" load {os.getloadavg()[0]:.1f}",
            flush=True,
        )
    await watching.close()
    await database.close()


def main() -> None:
    server = Server()
    server.start()
    try:
        asyncio.run(_measure(server, int(sys.argv[1]) if len(sys.argv) > 1 else COUNT))
    finally:
        server.stop()


if __name__ == "__main__":
    main()
