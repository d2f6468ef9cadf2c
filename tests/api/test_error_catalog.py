"""What may go wrong is told before it does; that nothing else does, overhearing sees."""

from typing import Any

from pipeline_gql.api.refusals import ONLY, REMEDIES, catalog
from pipeline_gql.api.schema import graphql_schema
from pipeline_gql.domain.errors import Code
from tests.api.asking import Ask

CATALOG = """query($mutation: String) { errorCatalog(mutation: $mutation) {
  code label message meaning remedy retryable mutations
} }"""


async def told(ask: Ask, mutation: str | None = None) -> list[dict[str, Any]]:
    return (await ask.read(CATALOG, {"mutation": mutation}))["errorCatalog"]


async def test_every_code_is_listed_in_order_and_says_what_helps(ask: Ask) -> None:
    found = await told(ask)
    assert list(dict.fromkeys(each["code"] for each in found)) == [*Code]
    assert set(REMEDIES) == set(Code)
    for each in found:
        assert each["label"].istitle()
        assert each["meaning"].endswith(".")
        assert each["remedy"].endswith(".")
        assert each["mutations"]


async def test_the_words_are_those_of_the_refusal(ask: Ask) -> None:
    (moving,) = [each for each in await told(ask) if each["code"] == "TRANSITION_NOT_FOUND"]
    assert moving["label"] == "Transition Not Found"
    assert moving["message"] == "Transition from step {here} to step {there} not found"
    assert moving["retryable"] is False
    assert {"opportunities.progress", "opportunities.place"} == set(moving["mutations"])


async def test_a_mutation_has_its_own_list(ask: Ask) -> None:
    for mutation in ("opportunities.progress", "account.update", "lead.convert"):
        codes = {each["code"] for each in await told(ask, mutation)}
        assert {"NOT_PERMITTED", "IDEMPOTENCY_KEY_REUSED", "TRY_AGAIN"} <= codes
        assert ("TRANSITION_NOT_FOUND" in codes) == (mutation == "opportunities.progress")
    assert await told(ask, "opportunities.fly") == []


def test_no_code_is_for_a_mutation_that_does_not_exist() -> None:
    verbs = {verb for each in catalog(graphql_schema()) for verb in each.mutations}
    assert {verb for some in ONLY.values() for verb in some} <= verbs
