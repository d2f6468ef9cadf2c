"""Who comes in: bearer tokens, JWTs, and the organisation that is chosen."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from starlette.applications import Starlette
from starlette.exceptions import HTTPException

from pipeline_gql.app import create_app
from pipeline_gql.auth.viewers import Viewers
from pipeline_gql.config import Settings
from pipeline_gql.domain.viewer import Role
from pipeline_gql.store import models, tokens
from pipeline_gql.store.database import Database
from tests.api.exchanges import Client, Reply
from tests.organisations import Organisation

ISSUER, AUDIENCE = "https://issuer.example", "pipeline-gql"


class Clock:
    """Stands in for `time` in one module, and goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def monotonic(self) -> float:
        return self.now


async def issue(database: Database, organisation: Organisation, **rest: Any) -> tokens.Issued:
    async with database.writing(organisation.org_id) as unit:
        return await tokens.create(unit, organisation.admin.user_id, "test", **rest)


async def knock(app: Starlette, credential: str | None, **headers: str) -> Reply:
    sent = {"authorization": f"Bearer {credential}"} if credential is not None else {}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    return await Client(app, sent).post("{ __typename }")


async def test_a_token_lets_its_user_in(
    app: Starlette, database: Database, organisation: Organisation
) -> None:
    token = await issue(database, organisation)
    assert re.fullmatch(r"pgql_[A-Za-z0-9_-]{43}", token.secret)
    assert token.secret.startswith(token.hint)
    assert (await knock(app, token.secret)).status == 200
    chosen = await knock(app, token.secret, organization_id=str(organisation.org_id).upper())
    assert chosen.status == 200


async def test_only_the_digest_of_a_secret_is_kept(
    database: Database, organisation: Organisation
) -> None:
    token = await issue(database, organisation)
    async with database.writing(organisation.org_id) as unit:
        row = next(row for row in await tokens.all_tokens(unit) if row.id == token.id)
        assert token.secret not in repr({c.name: getattr(row, c.name) for c in row.__table__.c})


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Basic YTpi",
        "Bearer pgql_short",
        "Bearer pgql_" + "A" * 43,
        "Bearer pgql_" + "A" * 44,
        "Bearer a.b.c",
        "Bearer " + "x" * 9000,
        "Bearer \xff\xfe",
    ],
)
async def test_without_a_valid_token_there_is_a_challenge(app: Starlette, header: str) -> None:
    sent = {"authorization": header} if header is not None else {}
    reply = await Client(app, sent).post("{ __typename }")
    assert (reply.status, reply.code) == (401, "UNAUTHENTICATED")
    assert reply.headers["www-authenticate"].startswith("Bearer realm=")
    assert ("error=" in reply.headers["www-authenticate"]) is (header is not None)


async def test_every_path_that_is_not_open_is_closed(app: Starlette) -> None:
    for path in ("/graphql", "/graphql/", "//graphql", "/nowhere", "/metrics/", "/graphiqlx"):
        assert (await Client(app).get(path)).status == 401, path


async def test_a_revoked_token_is_refused(
    database: Database, settings: Settings, organisation: Organisation
) -> None:
    token = await issue(database, organisation)
    async with database.writing(organisation.org_id) as unit:
        assert await tokens.revoke(unit, token.id)
        assert not await tokens.revoke(unit, 10**9)
    app = create_app(settings, database)
    async with app.router.lifespan_context(app):
        assert (await knock(app, token.secret)).status == 401


async def test_an_answer_about_a_token_is_remembered_for_a_while_only(
    app: Starlette, database: Database, organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr("pipeline_gql.auth.viewers.time", clock)
    token = await issue(database, organisation)
    assert (await knock(app, token.secret)).status == 200
    async with database.writing(organisation.org_id) as unit:
        await tokens.revoke(unit, token.id)
    clock.now += 4.9
    assert (await knock(app, token.secret)).status == 200
    clock.now += 0.2
    assert (await knock(app, token.secret)).status == 401


async def test_who_says_the_same_again_is_known_for_as_long_as_the_token_is_good(
    database: Database, organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, viewers = Clock(), Viewers(database)
    monkeypatch.setattr("pipeline_gql.auth.viewers.time", clock)
    for good, expires_at in ((4, datetime.now(UTC) + timedelta(seconds=4)), (5, None)):
        said = b"for so many seconds: %d" % good
        token = await issue(database, organisation, expires_at=expires_at)
        assert viewers.known(said) is None
        viewer = await viewers.of(token.secret, None, said)
        assert viewers.known(said) is viewer
        assert viewers.known(said + b".") is None
        clock.now += good + 0.1
        assert viewers.known(said) is None


async def test_who_is_refused_is_not_known(database: Database) -> None:
    viewers = Viewers(database)
    with pytest.raises(HTTPException):
        await viewers.of("nonsense", None, b"said")
    assert viewers.known(b"said") is None


async def test_a_token_is_good_until_it_expires(
    app: Starlette, database: Database, organisation: Organisation
) -> None:
    now = datetime.now(UTC)
    late = await issue(database, organisation, expires_at=now - timedelta(seconds=1))
    early = await issue(database, organisation, expires_at=now + timedelta(hours=1))
    assert (await knock(app, late.secret)).status == 401
    assert (await knock(app, early.secret)).status == 200


async def test_a_token_of_an_inactive_user_is_refused(
    app: Starlette, database: Database, organisation: Organisation
) -> None:
    token = await issue(database, organisation)
    async with database.writing(organisation.org_id) as unit:
        await unit.session.execute(
            update(models.User)
            .where(models.User.org_id == organisation.org_id)
            .values(is_active=False)
        )
    assert (await knock(app, token.secret)).status == 401


async def test_scopes_decide_who_writes(database: Database, organisation: Organisation) -> None:
    viewers = Viewers(database)
    for scopes, can_write in ((["read"], False), (["read", "write"], True), (["write"], True)):
        token = await issue(database, organisation, scopes=scopes)
        viewer = await viewers.of(token.secret, None)
        assert (viewer.can_write, viewer.role, viewer.name) == (can_write, Role.ADMIN, "Ada Admin")


async def test_an_organisation_the_token_may_not_enter_is_forbidden(
    app: Starlette, database: Database, organisation: Organisation,
    second_organisation: Organisation,
) -> None:  # fmt: skip
    token = await issue(database, organisation)
    other = await knock(app, token.secret, organization_id=str(second_organisation.org_id))
    nobody = await knock(app, token.secret, organization_id="99999999-9999-4999-8999-999999999999")
    assert (other.status, other.code) == (403, "FORBIDDEN")
    assert other.json["errors"][0]["message"] == nobody.json["errors"][0]["message"]


async def test_a_token_of_two_organisations_must_choose(
    app: Starlette, database: Database, organisation: Organisation,
    second_organisation: Organisation,
) -> None:  # fmt: skip
    token = await issue(database, organisation)
    await issue(database, second_organisation, secret=token.secret)
    undecided = await knock(app, token.secret)
    assert (undecided.status, undecided.code) == (400, "BAD_REQUEST")
    assert "organization-id" in undecided.json["errors"][0]["message"]
    viewers = Viewers(database)
    for chosen in (organisation, second_organisation):
        viewer = await viewers.of(token.secret, chosen.org_id)
        assert (viewer.org_id, viewer.user_id) == (chosen.org_id, chosen.admin.user_id)


async def test_guesses_do_not_push_out_those_who_are_known(
    database: Database, organisation: Organisation
) -> None:
    token = await issue(database, organisation)
    viewers = Viewers(database)
    known = await viewers.of(token.secret, None)
    await database.close()
    for number in range(2000):
        with pytest.raises(Exception, match="not valid"):
            await viewers.of(f"nonsense-{number}", None)
    assert await viewers.of(token.secret, None) is known
