"""A read that is one round trip: its answers, its failures, and that nothing stays open."""

import asyncio
from typing import Any

import pytest

from pipeline_gql.store import one_wait
from pipeline_gql.store.database import Database
from tests.organisations import Organisation
from tests.server import DatabaseUrls
from tests.store.transacting import ALIVE, NAMES, busy, pooled

NUMBER = "SELECT convert_to($1::bigint::text, 'UTF8')"
FAILING = "SELECT convert_to((1 / $1::int)::text, 'UTF8')"
WRITING = "UPDATE account SET name = 'x' WHERE org_id = $1 RETURNING name::bytea"
NOTHING = "SELECT NULL::bytea"


async def test_a_statement_is_answered_in_one_write_and_one_transaction(
    database: Database, organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    pooled(monkeypatch)
    assert await database.read(organisation.org_id, NAMES, []) == b"Administrate"
    sent = writes(monkeypatch)
    for _ in range(3):
        assert await database.read(organisation.org_id, NAMES, []) == b"Administrate"
    assert sent == ["armed"] * 3
    reads = database.reads
    assert (reads.in_one_wait, reads.statements, reads.transactions, reads.opened) == (4, 4, 4, 1)


async def test_a_tenant_is_told_in_the_same_write_and_only_when_it_is_another(
    database: Database,
    organisation: Organisation,
    second_organisation: Organisation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert await database.read(organisation.org_id, NAMES, []) == b"Administrate"
    sent = writes(monkeypatch)
    for each in (organisation, organisation, second_organisation, second_organisation):
        assert await database.read(each.org_id, NAMES, []) == f"{each.mark}Administrate".encode()
    assert sent == ["as it is", "as it is", "armed", "as it is"]
    reads = database.reads
    assert (reads.in_one_wait, reads.tenants_set, reads.transactions) == (5, 2, 5)


def writes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is written to the server from here on."""
    sent: list[str] = []
    write = one_wait.Wire.write

    def noting(wire: one_wait.Wire, written: Any) -> None:
        armed = wire.before is not None
        write(wire, written)
        sent.append("armed" if armed else "as it is")

    monkeypatch.setattr(one_wait.Wire, "write", noting)
    return sent


async def test_answers_are_those_of_the_public_way(
    database: Database,
    organisation: Organisation,
    second_organisation: Organisation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = [(NAMES, []), (ALIVE, []), (NOTHING, []), (NUMBER, [2**62])]
    for each in (organisation, second_organisation):
        quick = [await database.read(each.org_id, sql, args) for sql, args in asked]
        with monkeypatch.context() as patch:
            patch.setattr(one_wait, "fits", lambda connection: False)
            public = [await database.read(each.org_id, sql, args) for sql, args in asked]
        assert quick == public
    assert database.reads.in_one_wait == 2 * len(asked)


@pytest.mark.parametrize(
    ("sql", "args"),
    [(FAILING, [0]), (WRITING, None), (NUMBER, ["no number"]), (NUMBER, [2**63]), ("SELEC", [])],
    ids=["fails", "writes", "of another type", "out of range", "no SQL"],
)
@pytest.mark.parametrize("kept", [True, False])
async def test_whatever_fails_leaves_no_transaction_and_the_next_one_well(
    sql: str,
    args: Any,
    kept: bool,
    database: Database,
    urls: DatabaseUrls,
    organisation: Organisation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not kept:
        pooled(monkeypatch)
    args = [organisation.org_id] if args is None else args
    for _ in range(2):
        with pytest.raises(Exception):  # noqa: B017, PT011  # what it is, is the caller's to tell
            await database.read(organisation.org_id, sql, args)
        assert await busy(urls) == 0
        assert await database.read(organisation.org_id, NAMES, []) == b"Administrate"


async def test_many_at_once_are_each_answered_their_own(
    database: Database, organisation: Organisation, second_organisation: Organisation
) -> None:
    async def ask(number: int) -> None:
        each = organisation if number % 2 else second_organisation
        found = await database.read(each.org_id, NUMBER, [number])
        names = await database.read(each.org_id, NAMES, [])
        assert found == str(number).encode()
        assert names == (b"Administrate" if number % 2 else b"CANARY Administrate")

    # No more at once than wait their turn for half a second.
    for start in range(0, 200, 8):
        await asyncio.gather(*(ask(number) for number in range(start, start + 8)))


async def test_a_connection_that_is_not_as_expected_is_asked_in_the_public_way(
    database: Database, organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not one_wait.fits(object())  # type: ignore[arg-type]  # it is none of ours
    await database.read(organisation.org_id, NAMES, [])
    monkeypatch.setattr(one_wait, "Wire", type("Other", (one_wait.Wire,), {}))
    assert await database.read(organisation.org_id, NAMES, []) == b"Administrate"
    assert (database.reads.in_one_wait, database.reads.statements) == (1, 2)


def test_what_is_not_bind_and_execute_is_not_sent_with_a_transaction_around() -> None:
    wire = one_wait.Wire(None)
    wire.before = b"BEGIN"
    with pytest.raises(one_wait.Unarmed):
        wire.write(b"Q\x00\x00\x00\x04")
