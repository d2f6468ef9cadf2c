"""Who comes in: bearer tokens, JWTs, and the organisation that is chosen."""

import re
import threading
import time
from collections.abc import AsyncGenerator, Generator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt
import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from sqlalchemy import insert, update
from starlette.applications import Starlette

from pipeline_gql.app import create_app
from pipeline_gql.auth.jwts import FileSource, Jwts, Keys
from pipeline_gql.auth.viewers import Viewers
from pipeline_gql.config import Settings
from pipeline_gql.domain.viewer import Role
from pipeline_gql.store import models, tokens
from pipeline_gql.store.database import Database
from tests.api.exchanges import Client, Reply
from tests.organisations import Organisation

ISSUER, AUDIENCE = "https://issuer.example", "pipeline-gql"


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
    token = await issue(database, organisation)
    assert (await knock(app, token.secret)).status == 200
    async with database.writing(organisation.org_id) as unit:
        await tokens.revoke(unit, token.id)
    assert (await knock(app, token.secret)).status == 200
    now = time.monotonic() + 5.1
    monkeypatch.setattr("pipeline_gql.auth.viewers.time.monotonic", lambda: now)
    assert (await knock(app, token.secret)).status == 401


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


class Publisher:
    """An issuer's keys, and JWTs signed with them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.keys: dict[str, tuple[str, Any]] = {
            "rsa": ("RS256", rsa.generate_private_key(65537, 2048)),
            "ec": ("ES256", ec.generate_private_key(ec.SECP256R1())),
            "ed": ("EdDSA", ed25519.Ed25519PrivateKey.generate()),
        }
        self.publish(*self.keys)

    def publish(self, *names: str) -> None:
        kinds = {"rsa": RSAAlgorithm, "ec": ECAlgorithm, "ed": OKPAlgorithm}
        keys = [
            {
                **orjson.loads(kinds[name].to_jwk(self.keys[name][1].public_key())),
                "kid": name,
                "alg": self.keys[name][0],
                "use": "sig",
            }
            for name in names
        ]
        self.path.write_bytes(orjson.dumps({"keys": keys}))

    def sign(self, name: str = "rsa", **claims: object) -> str:
        algorithm, key = self.keys[name]
        payload = {
            "iss": ISSUER, "aud": AUDIENCE, "sub": "ada", "exp": int(time.time()) + 60, **claims
        }  # fmt: skip
        payload = {k: v for k, v in payload.items() if v is not None}
        return jwt.encode(payload, key, algorithm, {"kid": name})


@pytest.fixture
def publisher(tmp_path: Path) -> Publisher:
    return Publisher(tmp_path / "jwks.json")


@pytest.fixture
async def trusting(
    publisher: Publisher, database: Database, organisation: Organisation
) -> AsyncGenerator[Starlette]:
    """An application that accepts the publisher's JWTs; `ada` is the organisation's admin."""
    await vouch(database, organisation)
    settings = Settings(jwks_file=publisher.path, jwt_issuer=ISSUER, jwt_audience=AUDIENCE)
    app = create_app(settings, database)
    async with app.router.lifespan_context(app):
        yield app


async def vouch(database: Database, organisation: Organisation) -> None:
    values = {
        "issuer": ISSUER,
        "subject": "ada",
        "org_id": organisation.org_id,
        "user_id": organisation.admin.user_id,
    }
    async with database.writing(organisation.org_id) as unit:
        await unit.session.execute(insert(models.Subject).values(values))


@pytest.mark.parametrize("key", ["rsa", "ec", "ed"])
async def test_a_jwt_of_the_issuer_lets_its_subject_in(
    trusting: Starlette, publisher: Publisher, key: str
) -> None:
    assert (await knock(trusting, publisher.sign(key))).status == 200


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": int(time.time()) - 3600},
        {"exp": None},
        {"exp": "soon"},
        {"exp": 10**30},
        {"nbf": int(time.time()) + 3600},
        {"iss": "https://other.example"},
        {"iss": None},
        {"aud": "somebody-else"},
        {"aud": None},
        {"sub": "eve"},
        {"sub": None},
        {"sub": ""},
        {"sub": "a\0da"},
        {"sub": "ada\ud800"},
    ],
)
async def test_a_jwt_with_a_wrong_claim_is_refused(
    trusting: Starlette, publisher: Publisher, claims: dict[str, object]
) -> None:
    assert (await knock(trusting, publisher.sign(**claims))).status == 401


async def test_a_jwt_that_is_not_signed_by_the_issuer_is_refused(
    trusting: Starlette, publisher: Publisher, tmp_path: Path
) -> None:
    head, body, _ = publisher.sign().split(".")
    forger = Publisher(tmp_path / "other.json")
    claims = jwt.decode(publisher.sign(), options={"verify_signature": False})
    forged = [
        forger.sign(),
        jwt.encode(claims, None, "none", {"kid": "rsa"}),
        jwt.encode(claims, "s" * 64, "HS256", {"kid": "rsa"}),
        jwt.encode(claims, publisher.keys["rsa"][1], "RS512", {"kid": "rsa"}),
        jwt.encode(claims, publisher.keys["rsa"][1], "RS256", {"kid": "ec"}),
        jwt.encode(claims, publisher.keys["rsa"][1], "RS256", {"kid": "nobody"}),
        jwt.encode(claims, publisher.keys["rsa"][1], "RS256"),
        f"{head}.{body}.",
        "..",
        f"{head}.{'A' * 6000}.x",
    ]
    for credential in forged:
        assert (await knock(trusting, credential)).status == 401, credential[:60]


async def test_a_jwt_is_refused_where_none_are_configured(
    app: Starlette, publisher: Publisher
) -> None:
    assert (await knock(app, publisher.sign())).status == 401


async def test_new_keys_are_found_and_old_ones_forgotten(
    publisher: Publisher, database: Database, organisation: Organisation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    publisher.publish("rsa")
    settings = Settings(jwks_file=publisher.path, jwt_issuer=ISSUER, jwt_audience=AUDIENCE)
    jwts = Jwts.of(settings)
    assert jwts is not None
    assert isinstance(await jwts.verified(publisher.sign("ec")), str)
    publisher.publish("ec")
    assert isinstance(await jwts.verified(publisher.sign("ec")), str), "asked again too soon"
    later = time.monotonic() + 11
    monkeypatch.setattr("pipeline_gql.auth.jwts.time.monotonic", lambda: later)
    assert not isinstance(await jwts.verified(publisher.sign("ec")), str)
    assert isinstance(await jwts.verified(publisher.sign("rsa")), str)


async def test_the_read_scope_alone_does_not_write(
    publisher: Publisher, database: Database, organisation: Organisation
) -> None:
    await vouch(database, organisation)
    settings = Settings(jwks_file=publisher.path, jwt_issuer=ISSUER, jwt_audience=AUDIENCE)
    viewers = Viewers(database, Jwts.of(settings))
    for scope, can_write in (
        (None, True),
        ("openid profile", True),
        ("pipeline-gql:read", False),
        ("pipeline-gql:read pipeline-gql:write", True),
    ):
        assert (await viewers.of(publisher.sign(scope=scope), None)).can_write is can_write


def test_half_a_configuration_is_refused(publisher: Publisher) -> None:
    with pytest.raises(ValueError, match="JWT_ISSUER and"):
        Settings(jwks_file=publisher.path)
    with pytest.raises(ValueError, match="https"):
        Settings(jwks_url="file:///etc/passwd", jwt_issuer=ISSUER, jwt_audience=AUDIENCE)


class _Publishing(BaseHTTPRequestHandler):
    keys = b""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.keys)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def published(publisher: Publisher) -> Generator[str]:
    """The address of the publisher's keys; nobody answers there once the test closes it."""
    _Publishing.keys = publisher.path.read_bytes()
    with ThreadingHTTPServer(("127.0.0.1", 0), _Publishing) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


async def test_keys_are_fetched_from_their_address(publisher: Publisher, published: str) -> None:
    jwts = Jwts.of(Settings(jwks_url=published, jwt_issuer=ISSUER, jwt_audience=AUDIENCE))
    assert jwts is not None
    claims = await jwts.verified(publisher.sign())
    assert not isinstance(claims, str)
    assert (claims.issuer, claims.subject, claims.can_write) == (ISSUER, "ada", True)


async def test_keys_known_before_stay_in_force_while_the_issuer_is_away(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = Keys(FileSource(publisher.path))
    assert await keys.named("rsa")
    later = time.monotonic()
    for nonsense in ("<html>we are closed</html>", "[]", '{"keys": 1}', "[" * 100_000):
        publisher.path.write_text(nonsense)
        later += 400
        monkeypatch.setattr("pipeline_gql.auth.jwts.time.monotonic", lambda at=later: at)
        assert await keys.named("rsa")
    publisher.path.unlink()
    assert await keys.named("nobody") is None
