"""The limit: SQL written by hand that returns the finished JSON, behind a bare ASGI application;
a create, too (`limit_writes.py`).

With walls it looks the token up as ours does, and asks as a role under row-level security over
connections that have a deadline and, as ours, keep their tenant until they need another; without
them it runs the same statement as the owner.
"""

import hashlib
import os
import sys
import time
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

import asyncpg
import orjson

from tests.bench.peers.limit_sql import ALL, READS, SIGHT, STATEMENTS
from tests.bench.peers.limit_writes import WRITES, Creating
from tests.bench.peers.peer import Peer, Setting
from tests.bench.peers.rows import of_ours
from tests.bench.questions import Question


def _argument(name: str, variables: Mapping[str, Any]) -> Any:
    match name:
        case "Q1":
            return variables["region"]
        case "Q2":
            return int(b64decode(variables["id"]).rpartition(b":")[2])
        case "Q4":
            return variables["afterId"]
        case "Q5":
            return int(b64decode(variables["pipeline"]).rpartition(b":")[2])
        case _:
            return variables["text"]


LIMITS = {"statement_timeout": "5000", "lock_timeout": "2000"}
READING = {**LIMITS, "default_transaction_read_only": "on"}


class Application:
    """Three functions deep on purpose: nothing here could be left out."""

    def __init__(self) -> None:
        self.walls = os.environ["BENCH_WALLS"] == "1"
        self.org = os.environ["BENCH_ORG"]
        self.me = int(os.environ["BENCH_ME"])
        sight = SIGHT if os.environ["BENCH_ROLE"] == "member" else ALL
        self.statements = {name: sql.format(sight=sight) for name, sql in STATEMENTS.items()}
        self.known: dict[bytes, float] = {}
        self.tenants: dict[int, str] = {}
        self.creating = Creating.read(os.environ["BENCH_CREATING"])
        self.pool: Any = None
        self.writers: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        message = await receive()
        body = message["body"]
        while message.get("more_body"):
            message = await receive()
            body += message["body"]
        asked = orjson.loads(body)
        name = asked["operationName"]
        async with (self.writers if name in WRITES else self.pool).acquire() as connection:
            if self.walls:
                await self._authenticate(connection, scope)
                await self._wall_in(connection)
            answer = await self._answer(connection, name, asked["variables"])
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(answer)).encode()),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    async def _authenticate(self, connection: Any, scope: Any) -> None:
        """A digest, known for five seconds."""
        given = next(value for name, value in scope["headers"] if name == b"authorization")
        digest = hashlib.sha256(given[7:]).digest()
        if self.known.get(digest, 0) < time.monotonic():
            found = await connection.fetchval(
                "SELECT org_id FROM token_digest WHERE digest = $1", digest
            )
            assert str(found) == self.org
            self.known[digest] = time.monotonic() + 5

    async def _wall_in(self, connection: Any) -> None:
        if self.tenants.get(connection.get_server_pid()) != self.org:
            await connection.execute(f"SET app.org_id='{self.org}'")
            self.tenants[connection.get_server_pid()] = self.org

    async def _answer(self, connection: Any, name: str, variables: Any) -> bytes:
        if name in WRITES:
            return await self.creating.answer(connection, self.org, variables["input"])
        sql, argument = self.statements[name], _argument(name, variables)
        return await connection.fetchval(sql, self.org, self.me, argument)

    async def _live(self, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self._open()
                await send({"type": "lifespan.startup.complete"})
            else:
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _open(self) -> None:
        async def nothing(_: Any) -> None:
            """What is set is kept."""

        async def pool(dsn: str, settings: Mapping[str, str]) -> Any:
            known = {"jit": "off", "plan_cache_mode": "force_generic_plan", **settings}
            return await asyncpg.create_pool(
                dsn, min_size=8, max_size=8, reset=nothing,
                max_cacheable_statement_size=0, server_settings=known,
            )  # fmt: skip

        if self.walls:
            self.pool = await pool(os.environ["BENCH_DSN"], READING)
            self.writers = await pool(os.environ["BENCH_WRITER"], LIMITS)
        else:
            # The owner needs a tenant, too, for the function that searches.
            self.pool = self.writers = await pool(os.environ["BENCH_DSN"], {"app.org_id": self.org})


def _peer(name: str, title: str, *, walls: bool) -> Peer:
    def command(setting: Setting, port: int) -> tuple[list[str], Mapping[str, str]]:
        loaded = setting.loaded
        environment = {
            "BENCH_DSN": setting.urls.reader if walls else setting.urls.admin,
            "BENCH_WRITER": setting.urls.app,
            "BENCH_CREATING": Creating.told(setting, walls=walls),
            "BENCH_WALLS": "1" if walls else "0",
            "BENCH_ORG": loaded.org_id,
            "BENCH_ME": str(loaded.member_id),
            "BENCH_ROLE": setting.role,
        }
        served = "tests.bench.peers.limit:Application"
        options = ["--factory", "--no-access-log", "--log-level", "warning", "--lifespan", "on"]
        return (
            [sys.executable, "-m", "uvicorn", served, *options, "--port", str(port)],
            environment,
        )

    def body(setting: Setting, question: Question, variables: Mapping[str, Any]) -> object:
        return {"operationName": question.document, "variables": variables}

    return Peer(name, title, command, body, of_ours, (*READS, *WRITES))


LIMIT = _peer("limit", "the limit, with walls", walls=True)
LIMIT_WITHOUT_WALLS = _peer("limit-bare", "the limit, without walls", walls=False)
