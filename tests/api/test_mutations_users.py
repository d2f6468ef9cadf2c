"""`user { … }`: invited, given roles and tokens, deactivated, by an administrator."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from starlette.applications import Starlette

from pipeline_gql.api.schema import graphql_schema
from pipeline_gql.auth.viewers import REMEMBERED
from pipeline_gql.domain.viewer import Role
from pipeline_gql.store import models
from tests.api.asking import Ask, gid
from tests.api.exchanges import Client

ADMIN, MANAGER, MEMBER, NEIGHBOUR = (gid("User", key) for key in (1, 2, 3, 5))
SHOWN = "user { id name email role isActive version }"
TOKEN = "token { id name hint scopes expiresAt revokedAt user { id } } secret"


async def invited(ask: Ask, email: str, role: str = "MEMBER") -> str:
    input = {"email": email, "name": "Newcomer", "role": role}
    return (await ask.done("user.create", input, "user { id }"))["user"]["id"]


async def issued(ask: Ask, user: str, **more: Any) -> dict[str, Any]:
    return await ask.done("user.createToken", {"userId": user, "name": "laptop", **more}, TOKEN)


async def status(app: Starlette, secret: str) -> int:
    reply = await Client(app, {"authorization": f"Bearer {secret}"}).post("{ __typename }")
    return reply.status


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that looks every credential up anew: what its memory holds back comes at once."""
    monkeypatch.setattr("pipeline_gql.auth.viewers.REMEMBERED", 0.0)


async def test_somebody_is_invited_and_signs_in_with_a_token(ask: Ask, app: Starlette) -> None:
    input = {"email": " Nina@Northwind.example ", "name": "Nina New", "role": "MANAGER"}
    user = (await ask.done("user.create", input, SHOWN))["user"]
    assert (user["email"], user["role"]) == ("Nina@Northwind.example", "MANAGER")
    assert (user["isActive"], user["version"]) == (True, 1)
    assert await status(app, (await issued(ask, user["id"]))["secret"]) == 200


@pytest.mark.parametrize("email", ["ada@northwind.example", "ADA@Northwind.EXAMPLE"])
async def test_an_address_is_one_user_s_whatever_its_case(ask: Ask, email: str) -> None:
    input = {"email": email, "name": "x", "role": "MEMBER"}
    assert await ask.why("user.create", input) == [("VALUE_INVALID", "email")]
    other = {"userId": MEMBER, "email": email}
    assert await ask.why("user.update", other) == [("VALUE_INVALID", "email")]
    await ask.done("user.update", {"userId": ADMIN, "email": email}, SHOWN)


async def test_of_many_invitations_to_one_address_one_is_made(ask: Ask) -> None:
    spelled = ["new@x.example", "NEW@x.example", "New@X.example", "new@X.EXAMPLE"]
    answers = await asyncio.gather(
        *(
            ask.verb("user.create", {"email": email, "name": "x", "role": "MEMBER"})
            for email in spelled
        )
    )
    codes = sorted(error["code"] for answer in answers for error in answer["errors"])
    assert codes == ["VALUE_INVALID"] * 3


@pytest.mark.parametrize(
    ("input", "path"),
    [
        ({"email": "nobody"}, "email"),
        ({"email": " "}, "email"),
        ({"name": ""}, "name"),
        ({"name": "x" * 256}, "name"),
    ],
)
async def test_an_invitation_says_what_is_wrong_with_it(
    ask: Ask, input: dict[str, Any], path: str
) -> None:
    whole = {"email": "a@b.example", "name": "x", "role": "MEMBER", **input}
    ((code, where),) = await ask.why("user.create", whole)
    assert code in ("VALUE_INVALID", "VALUE_REQUIRED")
    assert where == path


async def test_a_role_changes_what_a_token_may_do(
    ask: Ask, app: Starlette, forgetful: None
) -> None:
    secret = (await issued(ask, MEMBER))["secret"]
    client = Client(app, {"authorization": f"Bearer {secret}"})
    create = 'mutation { tag { create(input: {name: "x"}) { errors { code } } } }'
    refused = (await client.post(create)).json["data"]["tag"]["create"]["errors"]
    assert refused == [{"code": "NOT_PERMITTED"}]
    await ask.done("user.update", {"userId": MEMBER, "role": "MANAGER"}, SHOWN)
    assert (await client.post(create)).json["data"]["tag"]["create"]["errors"] == []


async def test_who_is_deactivated_comes_in_no_more_and_keeps_what_is_theirs(
    ask: Ask, app: Starlette, forgetful: None
) -> None:
    secret = (await issued(ask, NEIGHBOUR))["secret"]
    deal = await ask.opportunity(ownerId=NEIGHBOUR)
    assert await status(app, secret) == 200
    payload = await ask.done("user.deactivate", {"userId": NEIGHBOUR}, SHOWN)
    assert payload["user"]["isActive"] is False
    assert await status(app, secret) == 401
    stays = {"id": deal, "name": "renamed", "ownerId": NEIGHBOUR}
    await ask.done("opportunities.update", stays, "")
    newly = {"id": await ask.opportunity(), "ownerId": NEIGHBOUR}
    assert await ask.why("opportunities.update", newly) == [("ITEM_NOT_AVAILABLE", "ownerId")]
    found = await ask.read(
        '{ opportunities(filters: {field: ownerIsActive, operation: eq, value: "false"})'
        " { nodes { id owner { isActive } } } }"
    )
    assert found["opportunities"]["nodes"] == [{"id": deal, "owner": {"isActive": False}}]


async def test_who_comes_back_needs_a_new_token(ask: Ask, app: Starlette, forgetful: None) -> None:
    secret = (await issued(ask, NEIGHBOUR))["secret"]
    await ask.done("user.deactivate", {"userId": NEIGHBOUR}, "")
    why = await ask.why("user.createToken", {"userId": NEIGHBOUR, "name": "x"})
    assert why == [("ITEM_NOT_AVAILABLE", "userId")]
    await ask.done("user.reactivate", {"userId": NEIGHBOUR}, "")
    assert await status(app, secret) == 401
    assert await status(app, (await issued(ask, NEIGHBOUR))["secret"]) == 200


def test_a_server_remembers_who_came_in_for_five_seconds_at_most() -> None:
    assert REMEMBERED == 5.0
    verbs: Any = graphql_schema().type_map["UserMutations"]
    for verb in ("deactivate", "revokeToken"):
        assert "five more seconds" in verbs.fields[verb].description


@pytest.mark.parametrize("verb", ["update", "deactivate"])
async def test_the_last_active_administrator_stays_one(ask: Ask, verb: str) -> None:
    input = {"userId": ADMIN} | ({"role": "MANAGER"} if verb == "update" else {})
    path = "role" if verb == "update" else "userId"
    assert await ask.why(f"user.{verb}", input) == [("VALUE_INVALID", path)]
    other = await invited(ask, "second@x.example", "ADMIN")
    await ask.done("user.deactivate", {"userId": other}, "")
    assert await ask.why(f"user.{verb}", input) == [("VALUE_INVALID", path)]
    await ask.done("user.reactivate", {"userId": other}, "")
    await ask.done(f"user.{verb}", input, "")


async def test_of_two_administrators_who_dismiss_each_other_one_stays(ask: Ask) -> None:
    for round in range(3):
        second = await invited(ask, f"second{round}@x.example", "ADMIN")
        answers = await asyncio.gather(
            ask.insisting("user.deactivate", {"userId": ADMIN}),
            ask.insisting("user.update", {"userId": second, "role": "READ_ONLY"}),
        )
        # Whoever is dismissed first may ask for nothing more; else it is the last one who stays.
        assert sorted(answers) in ([[], ["NOT_PERMITTED"]], [[], ["VALUE_INVALID"]])
        users = await ask.stored.rows(models.User)
        assert [user.is_active for user in users if user.role == "ADMIN"].count(True) == 1
        await _reset(ask)


async def _reset(ask: Ask) -> None:
    """The first administrator and no other, whoever is left."""
    async with ask.database.writing(ask.organisation.org_id) as unit:
        for user in await ask.stored.rows(models.User):
            row = await unit.session.get(models.User, (unit.org_id, user.id))
            assert row
            row.is_active = row.id <= 5
            if row.id > 5:
                row.role = "MEMBER"


async def test_a_dismissed_administrator_whom_a_server_remembers_cannot_come_back(
    ask: Ask,
) -> None:
    second = await invited(ask, "second@x.example", "ADMIN")
    await ask.done("user.update", {"userId": ADMIN, "role": "MEMBER"}, "")
    own = {"userId": ADMIN, "role": "ADMIN"}
    for verb, input in (
        ("user.update", own),
        ("user.createToken", {"userId": second, "name": "x"}),
        ("user.deactivate", {"userId": second}),
        ("user.reactivate", {"userId": ADMIN}),
        ("user.create", {"email": "x@x.example", "name": "x", "role": "ADMIN"}),
    ):
        assert [code for code, _ in await ask.why(verb, input)] == ["NOT_PERMITTED"], verb


# ---- tokens ------------------------------------------------------------------------------------


async def test_a_token_is_what_was_asked_for(ask: Ask) -> None:
    plain = await issued(ask, MEMBER)
    assert plain["secret"].startswith(plain["token"]["hint"])
    assert plain["token"]["scopes"] == ["READ", "WRITE"]
    assert (plain["token"]["expiresAt"], plain["token"]["user"]) == (None, {"id": MEMBER})
    some = await issued(ask, MEMBER, scopes=["READ"], expiresAt="2060-01-01T00:00:00")
    assert some["token"]["scopes"] == ["READ"]
    assert some["token"]["expiresAt"] == "2060-01-01T00:00:00.000000Z"
    writing = await issued(ask, MEMBER, scopes=["WRITE"])
    assert writing["token"]["scopes"] == ["READ", "WRITE"]


@pytest.mark.parametrize(
    ("input", "path"),
    [
        ({"scopes": []}, "scopes"),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, "expiresAt"),
        ({"name": " "}, "name"),
        ({"userId": gid("User", 999)}, "userId"),
        ({"expectedVersion": 7}, "expectedVersion"),
    ],
)
async def test_a_token_that_is_refused_leaves_nothing(
    ask: Ask, input: dict[str, Any], path: str
) -> None:
    whole = {"userId": MEMBER, "name": "x", **input}
    assert [where for _, where in await ask.why("user.createToken", whole)] == [path]


async def test_a_read_only_token_of_an_administrator_invites_nobody(
    ask: Ask, app: Starlette
) -> None:
    secret = (await issued(ask, ADMIN, scopes=["READ"]))["secret"]
    reply = await Client(app, {"authorization": f"Bearer {secret}"}).post(
        'mutation { user { create(input: {email: "a@b.example", name: "x", role: MEMBER})'
        " { errors { code } } } }"
    )
    assert reply.json["data"]["user"]["create"]["errors"] == [{"code": "NOT_PERMITTED"}]


async def test_a_secret_is_told_once_and_kept_nowhere(ask: Ask, app: Starlette) -> None:
    input = {"userId": MEMBER, "name": "x", "idempotencyKey": "once"}
    first = await ask.done("user.createToken", input, TOKEN)
    assert await status(app, first["secret"]) == 200
    again = await ask.verb("user.createToken", input, TOKEN)
    assert (again["replayed"], again["secret"]) == (True, None)
    assert again["token"] == first["token"]
    other = await ask.verb("user.createToken", input, "secret token { hint }")
    assert other["secret"] is None
    tokens = await ask.stored.rows(models.ApiToken)
    assert len([token for token in tokens if token.user_id == 3]) == 1
    assert first["secret"] not in await _all_rows(ask)
    assert first["token"]["hint"] in await _all_rows(ask)


async def _all_rows(ask: Ask) -> str:
    """Every row of every table, global ones too, as text."""
    told: list[str] = []
    async with ask.database.writing(ask.organisation.org_id) as unit:
        for name in models.Base.metadata.tables:
            rows = await unit.session.execute(text(f"SELECT to_jsonb(t)::text FROM {name} AS t"))
            told += rows.scalars()
    return "\n".join(told)


async def test_a_revoked_token_is_good_for_nothing(
    ask: Ask, app: Starlette, forgetful: None
) -> None:
    made = await issued(ask, MEMBER)
    input = {"tokenId": made["token"]["id"]}
    revoked = await ask.done("user.revokeToken", input, f"{TOKEN} user {{ version }}")
    assert revoked["token"]["revokedAt"]
    assert revoked["secret"] is None
    assert await status(app, made["secret"]) == 401
    again = await ask.done("user.revokeToken", input, f"{TOKEN} user {{ version }}")
    assert again == revoked


async def test_a_token_is_revoked_as_its_own_user_s_only(ask: Ask) -> None:
    made = await issued(ask, MEMBER)
    input = {"tokenId": made["token"]["id"], "userId": MANAGER}
    assert await ask.why("user.revokeToken", input) == [("NOT_FOUND", "tokenId")]
    missing = {"tokenId": gid("ApiToken", 999)}
    assert await ask.why("user.revokeToken", missing) == [("NOT_FOUND", "tokenId")]


@pytest.mark.parametrize("role", [Role.MANAGER, Role.MEMBER, Role.READ_ONLY])
async def test_tokens_are_seen_by_administrators_and_by_who_bears_them(
    ask: Ask, role: Role
) -> None:
    for user in (ADMIN, MANAGER, MEMBER, gid("User", 4)):
        await issued(ask, user)
    document = "{ users { nodes { id tokens { totalCount nodes { id name } } } } }"
    everything = (await ask(document))["data"]["users"]["nodes"]
    assert all(user["tokens"]["totalCount"] for user in everything if user["id"] != NEIGHBOUR)
    own = gid("User", ask.organisation.viewers[role].user_id)
    for user in (await ask(document, role=role))["data"]["users"]["nodes"]:
        assert user["tokens"]["totalCount"] == (user["id"] == own)
        assert len(user["tokens"]["nodes"]) == (user["id"] == own)


async def test_what_happens_to_a_user_is_told_without_the_token_s_secret(ask: Ask) -> None:
    made = await issued(ask, MEMBER)
    await ask.done("user.revokeToken", {"tokenId": made["token"]["id"]}, "")
    await ask.done("user.deactivate", {"userId": MEMBER}, "")
    await ask.done("user.reactivate", {"userId": MEMBER}, "")
    events = [event for event in await ask.stored.rows(models.Outbox) if event.aggregate == "User"]
    assert [event.type for event in events] == [
        *("user.token_created", "user.token_revoked", "user.deactivated", "user.reactivated")
    ]
    assert [event.sequence for event in events] == [2, 3, 4, 5]
    verbs = [row.verb for row in await ask.stored.rows(models.Audit) if row.aggregate == "User"]
    assert verbs == ["createToken", "revokeToken", "deactivate", "reactivate"]


async def test_tokens_and_a_dismissal_at_once_leave_no_token_in_force(ask: Ask) -> None:
    tokens = [{"userId": NEIGHBOUR, "name": f"{i}"} for i in range(4)]
    *made, dismissed = await asyncio.gather(
        *(ask.insisting("user.createToken", token) for token in tokens),
        ask.insisting("user.deactivate", {"userId": NEIGHBOUR}),
    )
    assert dismissed == []
    rows = [row for row in await ask.stored.rows(models.ApiToken) if row.user_id == 5]
    assert len(rows) == made.count([])
    assert all(row.revoked_at for row in rows)
