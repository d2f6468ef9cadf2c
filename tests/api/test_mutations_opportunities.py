"""`opportunities { create update progress delete restore }` from end to end."""

from pipeline_gql.domain.viewer import Role
from tests.api.asking import Ask, gid

STANDS = "opportunity { id version step { name } }"


async def test_only_a_name_is_needed_to_create_an_opportunity(ask: Ask) -> None:
    payload = await ask.done(
        "opportunities.create",
        {"name": "  First aid  "},
        "opportunity { id legacyId name step { name stage { state } } financialUnit { name }"
        " owner { name } createdBy { name } version probability value { grandTotal }"
        " amount account { id } } interests { id }",
    )
    made = payload["opportunity"]
    assert made.pop("id") == gid("Opportunity", made.pop("legacyId"))
    assert made == {
        "name": "First aid",
        "step": {"name": "Proposed", "stage": {"state": "Open"}},
        "financialUnit": {"name": "U.S. Dollars"},
        "owner": {"name": "Ada Admin"},
        "createdBy": {"name": "Ada Admin"},
        "version": 1,
        "probability": 10,
        "value": {"grandTotal": "0.00"},
        "amount": None,
        "account": None,
    }
    assert payload["interests"] is None
