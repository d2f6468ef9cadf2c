"""What every verb of the schema keeps to: its key, its version, its audit and its event.

The verbs are found by introspection; one that is added later is walked too.
"""

from typing import Any

from pipeline_gql.store import models
from tests.api.asking import Ask, shown
from tests.api.test_permissions import OWN, VERBS, inputs

CALLED = {"opportunities.place": "progress"}
"""A card that is dragged to another column is a move like any other."""


def _takes_a_version(verb: str) -> bool:
    type: Any = VERBS[verb].args["input"].type.of_type
    return "expectedVersion" in type.fields


async def test_every_verb_under_a_key_is_done_once_recorded_and_answered_again(ask: Ask) -> None:
    for verb, input in (await inputs(ask)).items():
        audits, events = await _recorded(ask)
        keyed = {**input, "idempotencyKey": verb}
        first = await ask.done(verb, keyed, shown(verb))
        audit, event = (
            rows[len(before) :]
            for rows, before in zip(await _recorded(ask), (audits, events), strict=True)
        )
        if verb in OWN:
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


async def _recorded(ask: Ask) -> tuple[list[models.Audit], list[models.Outbox]]:
    return await ask.stored.rows(models.Audit), await ask.stored.rows(models.Outbox)


async def test_every_verb_that_takes_a_version_refuses_one_that_never_was(ask: Ask) -> None:
    for verb, input in (await inputs(ask)).items():
        if _takes_a_version(verb):
            why = await ask.why(verb, {**input, "expectedVersion": 999})
            assert why == [("VALUE_INVALID", "expectedVersion")], verb
