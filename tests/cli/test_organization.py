"""`organization create`: from an empty database to somebody who can sell."""

import json
from urllib.request import Request, urlopen

import pytest

from tests.cli.commands import serving
from tests.cli.conftest import Command
from tests.folders import data_folder


def test_its_token_creates_an_opportunity_at_once(pipeline_gql: Command) -> None:
    with data_folder() as folder:
        made = pipeline_gql(
            *("organization", "create", "Acme", "--admin", "ada@acme.example"),
            *("--pipeline", "sales", "--currency", "EUR", "--data-dir", str(folder)),
        )
        assert made.code == 0, made.err
        token = made.out.split()[-1]
        with serving("serve", "--data-dir", str(folder), "--port", "0") as server:
            query = (
                'mutation { opportunities { create(input: {name: "First"}) { errors { message }'
                " opportunity { currency owner { email } step { name } pipeline { key } } } } }"
            )
            request = Request(
                f"{server.address}/graphql",
                json.dumps({"query": query}).encode(),
                {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
            )
            answer = json.load(urlopen(request))
    created = answer["data"]["opportunities"]["create"]
    assert created == {
        "errors": [],
        "opportunity": {
            "currency": "EUR",
            "owner": {"email": "ada@acme.example"},
            "step": {"name": "Qualification"},
            "pipeline": {"key": "sales"},
        },
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--admin", "ada"], "--admin must be an e-mail address."),
        (["--admin", "a@b.example", "--currency", "XXQ"], "--currency must be a currency code"),
        (["--admin", "a@b.example", "--time-zone", "../x"], "--time-zone must be an IANA"),
        (["--admin", "a@b.example", "--pipeline", "x"], "there is no built-in pipeline x"),
        ([], "Missing option '--admin'"),
    ],
)
def test_a_mistake_is_a_sentence_and_makes_nothing(
    pipeline_gql: Command, arguments: list[str], said: str
) -> None:
    with data_folder() as folder:
        ended = pipeline_gql("organization", "create", "A", *arguments, "--data-dir", str(folder))
        assert ended.code in (1, 2)
        assert said in ended.err
        assert ended.err.count("\n") == 1
        listed = pipeline_gql("token", "list", "--data-dir", str(folder))
        assert "There is no organisation yet" in listed.err
