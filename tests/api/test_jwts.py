"""JWTs of a configured issuer, and its published keys."""

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt
import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from sqlalchemy import insert
from starlette.applications import Starlette

from pipeline_gql.app import create_app
from pipeline_gql.auth.jwts import FileSource, Jwts, Keys
from pipeline_gql.auth.viewers import Viewers
from pipeline_gql.config import Settings
from pipeline_gql.domain.viewer import Role
from pipeline_gql.store import models
from pipeline_gql.store.database import Database
from tests.api.conftest import token_of
from tests.api.test_auth import Clock, knock
from tests.organisations import Organisation

ISSUER, AUDIENCE = "https://issuer.example", "pipeline-gql"


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
            "iss": ISSUER, "aud": AUDIENCE, "sub": "ada", "exp": int(time.time()) + 3600, **claims
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
        {"exp": 1},
        {"exp": None},
        {"exp": "soon"},
        {"exp": 10**30},
        {"nbf": 2**40},
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
    clock = Clock()
    monkeypatch.setattr("pipeline_gql.auth.jwts.time", clock)
    jwts = Jwts.of(settings)
    assert jwts is not None
    assert isinstance(await jwts.verified(publisher.sign("ec")), str)
    publisher.publish("ec")
    clock.now += 9
    assert isinstance(await jwts.verified(publisher.sign("ec")), str), "asked again too soon"
    clock.now += 2
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


class Slow:
    """A publisher that answers when it is let."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self.asked, self.may = threading.Event(), threading.Event()

    def read(self) -> bytes:
        self.asked.set()
        assert self.may.wait(60)
        return self._publisher.path.read_bytes()


async def test_nobody_else_waits_for_a_slow_issuer(
    publisher: Publisher, database: Database, organisation: Organisation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    clock = Clock()
    monkeypatch.setattr("pipeline_gql.auth.jwts.time", clock)
    await vouch(database, organisation)
    publisher.publish("rsa")
    slow = Slow(publisher)
    slow.may.set()
    viewers = Viewers(database, Jwts(Keys(slow), ISSUER, AUDIENCE))
    await viewers.of(publisher.sign("rsa"), None)
    slow.may.clear()
    slow.asked.clear()
    clock.now += 11
    unknown = asyncio.create_task(viewers.of(publisher.sign("ec"), None))
    await asyncio.to_thread(slow.asked.wait, 60)
    others = [asyncio.create_task(viewers.of(publisher.sign("ed"), None)) for _ in range(80)]
    token = await token_of(database, organisation, Role.ADMIN)
    for credential in (publisher.sign("rsa", jti="new"), token):
        assert await asyncio.wait_for(viewers.of(credential, None), 60) == organisation.admin
    publisher.publish("rsa", "ec")
    slow.may.set()
    assert await unknown == organisation.admin
    ended = await asyncio.gather(*others, return_exceptions=True)
    assert [getattr(end, "status_code", None) for end in ended] == [401] * 80


async def test_keys_known_before_stay_in_force_while_the_issuer_is_away(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr("pipeline_gql.auth.jwts.time", clock)
    keys = Keys(FileSource(publisher.path))
    assert await keys.named("rsa")
    for nonsense in ("<html>we are closed</html>", "[]", '{"keys": 1}', "[" * 100_000):
        publisher.path.write_text(nonsense)
        clock.now += 400
        assert await keys.named("rsa")
    publisher.path.unlink()
    assert await keys.named("nobody") is None
