"""Whatever somebody gets wrong is told in one sentence."""

import socket
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.server import DatabaseUrls

NOWHERE = "postgresql://somebody:secret@127.0.0.1:1/db"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sell"], "No such command"),
        (["serve", "--colour", "red"], "No such option: --colour"),
        (["serve", "--port", "eighty"], "Invalid value for '--port'"),
        (["serve", "--port", "99999"], "--port should be less than or equal to 65535"),
        (["serve", "--workers", "0"], "--workers should be greater than or equal to 1"),
        (["token", "create"], "Missing option '--user'"),
        (["token", "revoke", "first"], "name the token by its number"),
        (["token", "list", "--organization", "ours"], "Invalid value for '--organization'"),
        (["db", "backup"], "Missing argument"),
    ],
)
def test_a_mistake_on_the_command_line_is_one_sentence(
    pipeline_gql: Command, arguments: list[str], said: str
) -> None:
    ended = pipeline_gql(*arguments)
    assert ended.code == 2
    assert said in ended.err
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DATABASE_URL", "mysql://u@h/d", "DATABASE_URL must look like postgresql://"),
        ("DATABASE_URL", "postgresql://u@h:99999/d", "DATABASE_URL is not an address"),
        ("READER_DATABASE_URL", "h:5432", "READER_DATABASE_URL must look like"),
        ("PIPELINE_GQL_PORT", "-1", "PIPELINE_GQL_PORT should be greater than or equal to 0"),
        ("PIPELINE_GQL_SLOTS", "many", "PIPELINE_GQL_SLOTS should be a valid integer"),
        ("PIPELINE_GQL_ALLOW_GET", "perhaps", "PIPELINE_GQL_ALLOW_GET should be a valid boolean"),
        ("PIPELINE_GQL_FILES_URL", "/srv/files", "PIPELINE_GQL_FILES_URL must begin with one of"),
        ("PIPELINE_GQL_FILES_URL", "ftp://h/x", "PIPELINE_GQL_FILES_URL must begin with one of"),
        ("PIPELINE_GQL_FILES_URL", "file:here", "must be file:// and the whole path of a folder"),
        ("PIPELINE_GQL_FILES_URL", "file://here/x", "must be file:// and the whole path"),
        ("PIPELINE_GQL_FILES_URL", "s3:bucket", "must be s3:// and the name of what files are"),
        ("PIPELINE_GQL_FILES_URL", "gs:///folder", "must be gs:// and the name of what"),
        ("PIPELINE_GQL_FILES_URL", "s3://b:port", "PIPELINE_GQL_FILES_URL is not an address"),
    ],
)
def test_a_mistake_in_the_settings_is_one_sentence(
    pipeline_gql: Command, name: str, value: str, said: str
) -> None:
    ended = pipeline_gql("serve", **{name: value})
    assert ended.code == 2
    assert said in ended.err
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize("command", ["serve", "demo", "worker"])
@pytest.mark.parametrize(
    ("url", "beside", "said"),
    [
        ("az://container", {}, "Account must be specified"),
        ("abfss://c@account.example.com/x", {}, "URL did not match any known pattern"),
        ("gs://bucket", {"GOOGLE_SERVICE_ACCOUNT": "/nowhere.json"}, "Unable to open service"),
        ("gs://bucket", {"GOOGLE_SERVICE_ACCOUNT_KEY": "{"}, "service account"),
    ],
)
def test_a_place_for_files_that_cannot_be_is_told_before_anything_starts(
    pipeline_gql: Command, command: str, url: str, beside: dict[str, str], said: str
) -> None:
    ended = pipeline_gql(command, **{"PIPELINE_GQL_FILES_URL": url, **beside})
    assert ended.code == 1
    assert ended.err.startswith("PIPELINE_GQL_FILES_URL cannot be used: ")
    assert said in ended.err
    assert ended.err.count("\n") == 1


def test_a_variable_that_is_no_setting_is_told_and_ignored(pipeline_gql: Command) -> None:
    strange = {"PIPELINE_GQL_PRT": "1", "PIPELINE_GQL_DATABASE": "x", "PIPELINE_GQL_SLOTS": "2"}
    ended = pipeline_gql("db", "status", **strange)
    assert ended.code == 3
    assert ended.err == (
        "PIPELINE_GQL_DATABASE is no setting and has no effect; the nearest is DATABASE_URL.\n"
        "PIPELINE_GQL_PRT is no setting and has no effect; the nearest is PIPELINE_GQL_PORT.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "settings", "said"),
    [
        (["serve", "--host", "1.2.3.4"], {}, "not an address of this machine"),
        (["serve", "--host", "nobody.invalid"], {}, "not the name or address of a machine"),
        (["serve", "--port", "0"], {"DATABASE_URL": NOWHERE}, "cannot be used: connection refused"),
        (["token", "list"], {"DATABASE_URL": NOWHERE}, "cannot be used: connection refused"),
        (["db", "upgrade"], {"MIGRATE_DATABASE_URL": NOWHERE}, "cannot be used"),
        (["db", "upgrade"], {"DATABASE_URL": NOWHERE}, "Set MIGRATE_DATABASE_URL"),
        (["db", "stop"], {"DATABASE_URL": NOWHERE}, "for the embedded database only"),
        (["demo", "--reset", "--port", "0"], {"DATABASE_URL": NOWHERE}, "embedded database only"),
        (["db", "start", "--data-dir", "/dev/null/x"], {}, "/dev/null"),
        (["db", "restore", "/nowhere", "--yes"], {}, "There is no file /nowhere"),
    ],
)
def test_trouble_outside_is_one_sentence_without_secrets(
    pipeline_gql: Command, arguments: list[str], settings: dict[str, str], said: str
) -> None:
    ended = pipeline_gql(*arguments, **settings)
    assert ended.code == 1
    assert said in ended.err
    assert ended.err.count("\n") == 1
    assert "secret" not in ended.err


def test_a_port_in_use_is_named(pipeline_gql: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = pipeline_gql("demo", "--port", port)
    assert (ended.code, ended.err) == (
        1,
        f"Port {port} on 127.0.0.1 is in use; choose another with --port.\n",
    )


def test_a_privileged_role_is_not_served(pipeline_gql: Command, urls: DatabaseUrls) -> None:
    ended = pipeline_gql("serve", "--port", 0, DATABASE_URL=urls.admin)
    assert ended.code == 1
    assert "superuser" in ended.err


def test_a_database_that_was_never_upgraded_is_not_served(
    pipeline_gql: Command, urls: DatabaseUrls
) -> None:
    empty = urls.served.app.replace(f"/{urls.name}?", "/postgres?")
    ended = pipeline_gql("serve", "--port", 0, DATABASE_URL=empty)
    assert ended.code == 1
    assert "db upgrade" in ended.err


def test_the_schema_is_printed(pipeline_gql: Command) -> None:
    printed = pipeline_gql("schema", "print")
    assert printed.code == 0
    assert "type Query {" in printed.out


def test_nothing_was_made_by_mistake(tmp_path: Path, pipeline_gql: Command) -> None:
    assert pipeline_gql("db", "status").code == 3
    assert pipeline_gql("db", "stop").out == "PostgreSQL was not running.\n"
    assert not (tmp_path / "default").exists()
