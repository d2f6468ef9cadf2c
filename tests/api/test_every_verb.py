"""What every verb of the schema keeps to: its key, its version, its audit and its event.

The verbs are found by introspection; one that is added later is walked too.
"""

import asyncio
from functools import partial
from typing import Any

from pipeline_gql.store import models
from tests.api.asking import Ask, insisting, shown
from tests.api.test_permissions import JUDGING, OWN, VERBS, inputs
from tests.api.walking import administrator
from tests.server import DatabaseUrls

CALLED = {
    "opportunities.place": "progress",
    "pipeline.publish": "migrate",
    "pipeline.revert": "migrate",
    "pipeline.undoMigration": "undo",
}
"""A card that is dragged to another column is a move like any other; opportunities that follow
their pipeline are recorded last; what is undone is said by the record."""


def _takes_a_version(verb: str) -> bool:
    type: Any = VERBS[verb].args["input"].type.of_type
    return "expectedVersion" in type.fields


async def test_every_verb_under_a_key_is_done_once_recorded_and_answered_again(ask: Ask) -> None:
    for verb, input in (await inputs(ask)).items():
        audits, events = await _recorded(ask)
        keyed = {**input, "idempotencyKey": verb}
        first = await _once(ask, verb, keyed)
        audit, event = (
            rows[len(before) :]
            for rows, before in zip(await _recorded(ask), (audits, events), strict=True)
        )
        if verb in OWN | JUDGING:
            assert (audit, event) == ([], []), verb
        else:
            assert audit, verb
            assert event, verb
            name = CALLED.get(verb, verb.split(".")[1])
            assert (audit[-1].verb, audit[-1].actor_id) == (name, 1), verb
            assert (audit[-1].request_id, event[-1].payload["actor"]) == ("test", 1), verb
            assert event[-1].created_at == audit[-1].at, verb
        before = await ask.everything()
        again = await ask.verb(verb, keyed, shown(verb))
        assert again == {**first, "replayed": True}, verb
        assert await ask.everything() == before, verb


async def _once(ask: Ask, verb: str, keyed: dict[str, Any]) -> dict[str, Any]:
    """The answer of the one of eight clients at once for whom it was done; the others are told
    the same."""
    asked = partial(ask.verb, verb, keyed, shown(verb))
    payloads = await asyncio.gather(*(insisting(asked) for _ in range(8)))
    (first,) = [payload for payload in payloads if not payload["replayed"]]
    assert first["errors"] == [], (verb, first)
    for payload in payloads:
        assert payload == {**first, "replayed": payload["replayed"]}, verb
    return first


async def _recorded(ask: Ask) -> tuple[list[models.Audit], list[models.Outbox]]:
    return await ask.stored.rows(models.Audit), await ask.stored.rows(models.Outbox)


async def test_every_verb_that_takes_a_version_takes_the_one_that_is_and_no_other(
    ask: Ask, urls: DatabaseUrls
) -> None:
    """Asked dry, so that nothing becomes of what goes well."""
    given = await inputs(ask)
    await _age(urls)
    before = await ask.everything()
    for verb, input in given.items():
        if not _takes_a_version(verb):
            continue
        told: list[Any] = []
        while not told or told[-1] in ([], [("VERSION_CONFLICT", "expectedVersion")]):
            version = {"expectedVersion": len(told) + 1, "dryRun": True}
            errors = (await ask.verb(verb, {**input, **version}))["errors"]
            told.append([(error["code"], ".".join(error["path"][1:])) for error in errors])
        assert told[-1] == [("VALUE_INVALID", "expectedVersion")], verb
        assert told[-2] == [], verb
        assert len(told) > 2, verb
        assert [] not in told[:-2], verb
    assert await ask.everything() == before


async def _age(urls: DatabaseUrls) -> None:
    """One more version of everything, so that each has an older one."""
    async with administrator(urls) as connection:
        await connection.execute("SET session_replication_role = replica")
        tables = await connection.fetch(
            "SELECT table_name AS name FROM information_schema.columns"
            " WHERE column_name = 'version' AND table_schema = 'public' AND data_type = 'bigint'"
        )
        for table in tables:
            await connection.execute(f"UPDATE {table['name']} SET version = version + 1")
