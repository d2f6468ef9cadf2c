"""A server killed in the midst of any verb: whoever retries finds it done, and done once.

Where it is killed is another place for each; KILLED_SEED chooses others.
"""

import os
import signal
from random import Random
from typing import Any

from pipeline_gql.domain.viewer import Role
from pipeline_gql.store.database import Database
from tests.api.asking import Ask, input_type, insisting
from tests.api.conftest import token_of
from tests.api.killing import killing
from tests.api.test_permissions import inputs
from tests.api.walking import administrator, records
from tests.server import DatabaseUrls

SEED = os.environ.get("KILLED_SEED", "")
MOST_MESSAGES = 40
"""Connecting included, few verbs have sent that many when they are done."""
TOLD = "errors { code message } replayed effects { created { id } events { recordId } }"


def document(verb: str) -> str:
    namespace, name = verb.split(".")
    return (
        f"mutation M($input: {input_type(verb)}!)"
        f" {{ {namespace} {{ {name}(input: $input) {{ {TOLD} }} }} }}"
    )


async def test_a_retry_of_any_verb_after_a_kill_does_it_once(
    ask: Ask, database: Database, urls: DatabaseUrls
) -> None:
    """What came of both together is what the one answer tells."""
    given = await inputs(ask)
    token = await token_of(database, ask.organisation, Role.ADMIN)
    killed = 0
    async with administrator(urls) as connection, killing(urls, token) as kill:
        for verb, input in given.items():
            variables = {"input": {**input, "idempotencyKey": verb}}
            had, told = await records(connection), await _events(connection)
            n = Random(f"{SEED}{verb}").randint(1, MOST_MESSAGES)
            status = await kill(document(verb), variables, n)
            assert status in (0, -signal.SIGKILL), verb
            killed += status != 0
            payload = await _insisting(ask, verb, variables)
            created = {each["id"] for each in payload["effects"]["created"]}
            assert await records(connection) - had == created, (verb, n)
            came = await _events(connection) - told
            assert came == len(payload["effects"]["events"]), (verb, n)
            again = await _insisting(ask, verb, variables)
            assert again == {**payload, "replayed": True}, (verb, n)
            assert await _events(connection) - told == came, (verb, n)
    assert killed >= len(given) / 2, killed


async def _events(connection: Any) -> int:
    return await connection.fetchval("SELECT count(*) FROM outbox")


async def _insisting(ask: Ask, verb: str, variables: dict[str, Any]) -> Any:
    namespace, name = verb.split(".")
    answered = await insisting(lambda: ask(document(verb), variables))
    payload = answered["data"][namespace][name]
    assert payload["errors"] == [], (verb, payload)
    return payload
