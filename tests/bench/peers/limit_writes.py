"""What the limit writes for a create, by one statement that commits by itself.

With walls it calls the database function that PostGraphile calls, which claims the key and writes
all the rows that ours does; without them it inserts one row into a plain table, as PostGraphile's
own mutation does.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.bench.peers.peer import Setting

WRITES = ("Q3",)
FUNCTION = """SELECT bench.create_deal(p_org => $1, p_pipeline => $2, p_version => $3, p_step => $4,
    p_name => $5, p_account => $6, p_region => $7, p_units => $8, p_actor => $9, p_key => $10)"""
INSERT = """INSERT INTO bench.plain_opportunity (org_id, pipeline_id, version_id, step_id,
    step_entered_at, name, account_id, region_code, currency, amount, net_total, grand_total,
    probability)
VALUES ($1, $2, $3, $4, now(), $5, $6, $7, 'USD', $8, $8, $8, 5) RETURNING id"""

ANSWER = b'{"data":{"opportunities":{"create":{"errors":[],"opportunity":{"id":"%b"}}}}}'


@dataclass(frozen=True)
class Creating:
    walls: bool
    pipeline: int
    version: int
    step: int
    actor: int

    @classmethod
    def told(cls, setting: Setting, *, walls: bool) -> str:
        """For the environment of a server, which reads it with `read`."""
        loaded = setting.loaded
        actor = loaded.member_id if setting.role == "member" else loaded.member_id - 1
        step = loaded.step_ids["lead"]
        return json.dumps([walls, loaded.pipeline_id, loaded.version_id, step, actor])

    @classmethod
    def read(cls, told: str) -> "Creating":
        return cls(*json.loads(told))

    async def answer(self, connection: Any, org: str, given: Mapping[str, Any]) -> bytes:
        """As ours, of `create(input:)`."""
        arguments = (
            org,
            self.pipeline,
            self.version,
            self.step,
            given["name"],
            int(_key(given["accountId"])),
            _key(given["regionId"]),
            int(Decimal(given["amount"]) * 10_000),
        )
        if self.walls:
            key = given["idempotencyKey"]
            made = await connection.fetchval(FUNCTION, *arguments, self.actor, key)
        else:
            made = await connection.fetchval(INSERT, *arguments)
        return ANSWER % b64encode(b"Opportunity:%d" % made)


def _key(id: str) -> str:
    return b64decode(id).decode().rpartition(":")[2]
