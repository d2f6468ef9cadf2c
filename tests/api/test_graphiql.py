"""GraphiQL's page and assets, as a browser asks for them."""

import gzip
import json
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import OperationDefinitionNode, parse
from starlette.applications import Starlette

from pipeline_gql.api import graphiql
from pipeline_gql.api.graphiql import examples, graphiql_routes
from pipeline_gql.config import Settings

TOKEN = "pgql_" + "a" * 43
ORGANIZATION = "6f0c1f6e-3b1c-4d3e-9a55-1f2e3d4c5b6a"
DEMO: dict[str, Any] = {"demo": True, "demo_token": TOKEN, "demo_organization": ORGANIZATION}
BUILT = Path(graphiql.__file__).parent / "built"
ASSETS = sorted(file.stem for file in (BUILT / "assets").iterdir())


@asynccontextmanager
async def browser(
    host: str = "127.0.0.1:8000", client: str = "127.0.0.1", **settings: Any
) -> AsyncGenerator[httpx.AsyncClient]:
    app = Starlette(routes=graphiql_routes(Settings(**settings)))
    transport = httpx.ASGITransport(app, client=(client, 40_000))
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as asking:
        yield asking


class Config(HTMLParser):
    """The JSON in the page, found as a browser finds it."""

    text = ""
    inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag == "script" and ("id", "config") in attrs

    def handle_endtag(self, tag: str) -> None:
        self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.text += data


def config_of(html: str) -> dict[str, Any]:
    parser = Config()
    parser.feed(html)
    return json.loads(parser.text)


async def headers_shown(**asked: Any) -> dict[str, str]:
    forwarded = asked.pop("forwarded", {})
    async with browser(**asked) as asking:
        response = await asking.get("/graphiql", headers=forwarded)
    return json.loads(config_of(response.text)["headers"])


async def test_the_page_is_html_that_nobody_keeps() -> None:
    async with browser() as asking:
        response = await asking.get("/graphiql")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/graphiql", f"/graphiql/assets/{ASSETS[0]}"])
async def test_every_answer_carries_the_strict_policy(path: str) -> None:
    async with browser() as asking:
        response = await asking.get(path)
    assert response.headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        "font-src 'self' data:; img-src 'self' data:; worker-src 'self'; connect-src 'self'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"


async def test_the_page_holds_no_script_but_files_of_ours_and_data() -> None:
    async with browser() as asking:
        html = (await asking.get("/graphiql")).text
    scripts = re.findall(r"<script([^>]*)>", html)
    assert [("application/json" in tag, 'src="./graphiql/assets/' in tag) for tag in scripts] == [
        (True, False),
        (False, True),
    ]
    addresses = re.findall(r'(?:src|href)="([^"]*)"', html)
    assert all(address.startswith(("./graphiql/assets/", "data:")) for address in addresses)
    assert not re.search(r"\son\w+=|style=", html)


async def test_what_the_page_names_is_there() -> None:
    async with browser() as asking:
        html = (await asking.get("/graphiql")).text
        for address in re.findall(r'"(\./graphiql/assets/[^"]*)"', html):
            assert (await asking.get(address)).status_code == 200


async def test_the_demo_on_loopback_fills_in_token_and_organisation() -> None:
    assert await headers_shown(**DEMO) == {
        "Authorization": f"Bearer {TOKEN}",
        "organization-id": ORGANIZATION,
    }


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1", "[::1]:8000"])
async def test_every_name_of_loopback_is_known(host: str) -> None:
    assert TOKEN in (await headers_shown(host=host, **DEMO))["Authorization"]


@pytest.mark.parametrize("client", ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"])
async def test_every_address_of_loopback_is_known(client: str) -> None:
    assert TOKEN in (await headers_shown(client=client, **DEMO))["Authorization"]


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"demo": False}, id="not the demo"),
        pytest.param({"client": "192.168.1.7"}, id="another machine"),
        pytest.param({"client": "::ffff:10.0.0.1"}, id="another machine, mapped"),
        pytest.param({"client": "testclient"}, id="no address"),
        pytest.param({"host": "evil.example:8000"}, id="a name made to point here"),
        pytest.param({"host": "127.0.0.1.evil.example"}, id="a name that begins like loopback"),
        pytest.param({"host": "localhost.evil.example"}, id="a name that begins like localhost"),
        pytest.param({"host": "192.168.1.7:8000"}, id="asked by another address"),
        pytest.param({"forwarded": {"x-forwarded-for": "127.0.0.1"}}, id="through a proxy"),
        pytest.param({"forwarded": {"forwarded": "for=127.0.0.1"}}, id="through a newer proxy"),
    ],
)
async def test_the_token_is_shown_to_nobody_else(asked: dict[str, Any]) -> None:
    assert await headers_shown(**{**DEMO, **asked}) == {"Authorization": "Bearer <token>"}


async def test_nothing_written_into_the_page_ends_its_element() -> None:
    hostile = "</script><script>alert(1)</script>"
    async with browser(**{**DEMO, "demo_token": hostile}) as asking:
        html = (await asking.get("/graphiql")).text
    assert html.count("<script") == 2
    assert hostile in config_of(html)["headers"]


@pytest.mark.parametrize("name", ASSETS)
async def test_an_asset_is_served_compressed_and_for_good(name: str) -> None:
    async with browser() as asking:
        compressed = await asking.get(f"/graphiql/assets/{name}")
        plain = await asking.get(f"/graphiql/assets/{name}", headers={"accept-encoding": ""})
    kind = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8"}
    for response in (compressed, plain):
        assert response.status_code == 200
        assert response.headers["content-type"] == kind.get(name.rpartition(".")[2], "font/ttf")
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert response.headers["vary"] == "accept-encoding"
    assert compressed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert compressed.content == plain.content


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("gzip", "gzip"),
        ("br, GZIP;q=0.5", "gzip"),
        ("*", "gzip"),
        ("identity", None),
        ("gzip;q=0", None),
        ("gzip; q=0.000, *", None),
        ("*;q=0", None),
    ],
)
async def test_the_client_says_whether_it_takes_gzip(header: str, encoding: str | None) -> None:
    async with browser() as asking:
        asked = {"accept-encoding": header}
        response = await asking.get(f"/graphiql/assets/{ASSETS[0]}", headers=asked)
    assert response.headers.get("content-encoding") == encoding


@pytest.mark.parametrize(
    "name",
    [
        "nothing.js",
        "../index.html",
        "..%2findex.html",
        "%2e%2e%2f%2e%2e%2fassets.py",
        "..%5cindex.html",
        "%2fetc%2fpasswd",
        f"{ASSETS[0]}.gz",
        "a%00.js",
        "",
    ],
)
async def test_only_what_was_built_is_served(name: str) -> None:
    async with browser() as asking:
        response = await asking.get(f"/graphiql/assets/{name}")
    assert response.status_code == 404


def test_nothing_built_is_fetched_from_elsewhere() -> None:
    loads = re.compile(
        rb"""(?:import|importScripts|fetch|Worker|open)\s*\(\s*["'`](?:https?:)?//"""
        rb"""|\bfrom\s*["'](?:https?:)?//|url\(\s*["']?(?:https?:)?//|@import\s+["'](?:https?:)?//"""
    )
    for file in (BUILT / "assets").iterdir():
        assert not loads.search(gzip.decompress(file.read_bytes())), file.name


def test_the_build_stays_small() -> None:
    sizes = [file.stat().st_size for file in BUILT.rglob("*") if file.is_file()]
    assert sum(sizes) < 2_500_000


def test_every_example_is_named_for_its_tab_and_has_its_variables() -> None:
    names: list[str] = []
    for example in examples():
        (operation,) = parse(example.query).definitions
        assert isinstance(operation, OperationDefinitionNode)
        assert operation.name is not None
        names.append(operation.name.value)
        declared = {
            definition.variable.name.value for definition in operation.variable_definitions or ()
        }
        assert set(example.variables) <= declared
    assert names == [
        *("Search", "Create", "Progress", "AddInterest", "Refusal"),
        *("Board", "Forecast", "Timeline", "History"),
    ]
