"""`demo` and `serve`: two commands, one of which everybody runs first."""

import json
import shlex
import signal
import urllib.request
from collections.abc import Generator
from http import HTTPStatus
from itertools import pairwise
from pathlib import Path
from urllib.error import HTTPError

import pytest

from pipeline_gql.demo import ORG_ID
from pipeline_gql.demo.documents import document
from tests.cli.commands import Serving, postgres_of, serving
from tests.cli.conftest import Command
from tests.folders import data_folder


@pytest.fixture(scope="module")
def data_dir() -> Generator[Path]:
    with data_folder("demo data") as folder:
        yield folder


@pytest.fixture(scope="module")
def demo(data_dir: Path) -> Generator[Serving]:
    """The first demo on its data directory."""
    with serving("demo", "--data-dir", data_dir) as demo:
        yield demo


def test_the_curl_line_works_when_pasted(demo: Serving) -> None:
    """As a shell reads it; .ci/newcomer pastes it, which needs curl."""
    words = shlex.split(demo.curl)
    assert words[0] == "curl"
    after = dict(pairwise(words))
    headers = [words[i + 1] for i, word in enumerate(words) if word in ("-H", "--header")]
    request = urllib.request.Request(
        next(word for word in words if word.startswith("http://")),
        data=after["-d"].encode(),
        headers=dict(header.split(": ", 1) for header in headers),
    )
    with urllib.request.urlopen(request) as sent:
        answer = json.load(sent)
    assert answer["data"]["opportunities"]["pageInfo"]["totalRecords"] > 2
    assert "errors" not in answer


def test_it_prints_the_organisation_and_a_working_token_per_role(demo: Serving) -> None:
    assert str(ORG_ID) in demo.out
    for role in ("admin", "manager", "member", "read-only"):
        assert _ask(demo, demo.token(role), "{ __typename }") == {"data": {"__typename": "Query"}}


def test_the_admins_token_lies_in_a_file_for_its_owner(demo: Serving, data_dir: Path) -> None:
    file = data_dir / "demo-token"
    assert file.read_text().strip() == demo.token("admin")
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_explorer_is_where_it_says(demo: Serving) -> None:
    with urllib.request.urlopen(f"{demo.address}/graphiql") as page:
        assert demo.token("admin") in page.read().decode()


def test_tokens_are_made_listed_and_revoked(
    demo: Serving, data_dir: Path, pipeline_gql: Command
) -> None:
    place = ("--data-dir", data_dir)
    email = _emails(demo)[0]
    made = pipeline_gql("token", "create", "--user", email, "--name", "try", "--days", 2, *place)
    secret = made.out.strip()
    assert made.code == 0
    assert "data" in _ask(demo, secret, "{ __typename }")
    listed = pipeline_gql("token", "list", *place)
    line = next(line for line in listed.out.splitlines() if " try " in line)
    assert secret not in listed.out
    assert secret[:9] in line
    assert "  reads and writes  expires" in line
    number = line.split()[0]
    assert pipeline_gql("token", "revoke", number, *place).code == 0
    assert "revoked" in pipeline_gql("token", "list", *place).out
    of_the_reader = demo.token("read-only")[:9]
    assert f"{of_the_reader}…" in listed.out
    assert all("  reads  " in line for line in listed.out.splitlines() if of_the_reader in line)
    unknown = pipeline_gql("token", "revoke", 999, *place)
    assert (unknown.code, unknown.err) == (1, "There is no token 999.\n")


def test_a_token_may_be_for_reading_alone(
    demo: Serving, data_dir: Path, pipeline_gql: Command
) -> None:
    email, place = _emails(demo)[0], ("--data-dir", data_dir)
    made = pipeline_gql("token", "create", "--user", email, "--name", "look", "--read-only", *place)
    written = _ask(
        demo,
        made.out.strip(),
        'mutation { account { create(input: {name: "x"}) { errors { code } } } }',
    )
    assert written == {"data": {"account": {"create": {"errors": [{"code": "NOT_PERMITTED"}]}}}}


def test_the_document_that_it_keeps_can_be_fetched(demo: Serving) -> None:
    assert _document(demo) == document()


def test_a_second_demo_shares_the_server_and_the_tokens(
    demo: Serving, data_dir: Path, pipeline_gql: Command
) -> None:
    before = postgres_of(data_dir)
    with serving("demo", "--data-dir", data_dir, "--workers", 2) as second:
        assert postgres_of(data_dir) == before
        assert second.address != demo.address
        assert second.token("admin") == demo.token("admin")
        assert "data" in _ask(second, second.token("admin"), "{ __typename }")
        assert second.ended_by(signal.SIGTERM) == 0
    assert "data" in _ask(demo, demo.token("admin"), "{ __typename }")
    refused = pipeline_gql("demo", "--reset", "--port", 0, "--data-dir", data_dir)
    assert refused.code == 1
    assert "Another process uses the database" in refused.err


@pytest.fixture(scope="module")
def ended() -> Generator[tuple[Path, Serving, int]]:
    """A demo of its own that SIGTERM has ended: its data directory, itself, its status."""
    with (
        data_folder("demo ended") as folder,
        serving("demo", "--data-dir", folder) as demo,
    ):
        yield folder, demo, demo.ended_by(signal.SIGTERM)


@pytest.fixture
def lonely(ended: tuple[Path, Serving, int]) -> Path:
    """A data directory that nobody serves."""
    folder, _, _ = ended
    assert postgres_of(folder) == []
    return folder


def test_sigterm_ends_it_and_its_postgresql(ended: tuple[Path, Serving, int], lonely: Path) -> None:
    _, demo, status = ended
    assert status == 0
    assert "Traceback" not in demo.err
    assert not any((lonely / "socket").iterdir())


def test_after_a_kill_the_next_attaches_and_sigint_ends_both(lonely: Path) -> None:
    with serving("demo", "--data-dir", lonely, "--workers", 2) as killed:
        killed.process.kill()
        killed.process.wait()
    left = postgres_of(lonely)
    assert left
    with serving("demo", "--data-dir", lonely) as demo:
        assert postgres_of(lonely) == left
        assert demo.token("admin") == killed.token("admin")
        assert demo.ended_by(signal.SIGINT) == 0
    assert postgres_of(lonely) == []


def test_serve_uses_the_embedded_database_or_the_given_one(lonely: Path) -> None:
    token = (lonely / "demo-token").read_text().strip()
    with serving("serve", "--data-dir", lonely) as server:
        assert "data" in _ask(server, token, "{ __typename }")
        assert _status(server, "pgql_unknown") == HTTPStatus.UNAUTHORIZED
        url = _app_url(lonely)
        with serving("serve", "--data-dir", "/nowhere", DATABASE_URL=url) as other:
            assert "data" in _ask(other, token, "{ __typename }")


def test_reset_begins_anew(lonely: Path) -> None:
    token, left = (lonely / "demo-token").read_text(), lonely / "files" / "left"
    left.write_bytes(b"of an organisation that is no more")
    with serving("demo", "--reset", "--data-dir", lonely) as demo:
        assert demo.token("admin") != token.strip()
        assert "data" in _ask(demo, demo.token("admin"), "{ __typename }")
        assert _document(demo) == document()
    assert not left.exists()


def _document(server: Serving) -> bytes:
    """The file on opportunity 1."""
    url, head = f"{server.address}/attachments/QXR0YWNobWVudDoy", "Bearer " + server.token("admin")
    request = urllib.request.Request(url, headers={"Authorization": head})
    with urllib.request.urlopen(request) as answer:
        return answer.read()


def _ask(server: Serving, token: str, query: str) -> dict[str, object]:
    request = urllib.request.Request(
        f"{server.address}/graphql",
        data=json.dumps({"query": query}).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def _status(server: Serving, token: str) -> int:
    with pytest.raises(HTTPError) as refused:
        _ask(server, token, "{ __typename }")
    refused.value.close()
    return refused.value.code


def _emails(server: Serving) -> list[str]:
    answer = _ask(server, server.token("admin"), "{ users { edges { node { email } } } }")
    data = answer["data"]
    assert isinstance(data, dict)
    return [edge["node"]["email"] for edge in data["users"]["edges"]]


def _app_url(data_dir: Path) -> str:
    from pipeline_gql.store.embedded import Embedded

    return Embedded(data_dir).urls().app
