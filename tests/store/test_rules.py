"""What the database itself keeps: stays, published versions, the audit, the search text."""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from pipeline_gql.domain.errors import TryAgain, ValueInvalid
from pipeline_gql.store import models
from pipeline_gql.store.database import Database, Unit
from tests.organisations import Organisation
from tests.server import DatabaseUrls

START = datetime(2030, 1, 1, tzinfo=UTC)


def opportunity(o: Organisation, id: int = 1, **changes: object) -> models.Opportunity:
    facts: dict[str, object] = {
        "org_id": o.org_id,
        "id": id,
        "name": f"Deal {id}",
        "pipeline_id": o.pipeline_id,
        "version_id": o.version_id,
        "step_id": o.steps["Proposed"],
        "step_entered_at": START,
        "currency": "GBP",
        "probability": 10,
    }
    return models.Opportunity(**{**facts, **changes})


def stay(o: Organisation, id: int = 1, **changes: object) -> models.StepStay:
    facts: dict[str, object] = {
        "org_id": o.org_id,
        "opportunity_id": id,
        "version_id": o.version_id,
        "step_id": o.steps["Proposed"],
        "entered_at": START,
        "value": 0,
        "currency": "GBP",
        "probability": 10,
        "cause": "ENTRY",
    }
    return models.StepStay(**{**facts, **changes})


async def write(database: Database, o: Organisation, *rows: models.Base) -> None:
    async with database.writing(o.org_id) as unit:
        for row in rows:
            unit.session.add(row)
            await unit.session.flush()


async def run(database: Database, o: Organisation, statement: str) -> None:
    async with database.writing(o.org_id) as unit:
        await (await unit.session.connection()).exec_driver_sql(statement)


async def test_an_opportunity_needs_an_open_stay_by_the_end_of_its_transaction(
    database: Database, organisation: Organisation
) -> None:
    with pytest.raises(ValueInvalid):
        await write(database, organisation, opportunity(organisation))
    await write(database, organisation, opportunity(organisation), stay(organisation))


async def test_the_open_stay_cannot_go_or_close_without_another(
    database: Database, organisation: Organisation
) -> None:
    await write(database, organisation, opportunity(organisation), stay(organisation))
    with pytest.raises(ValueInvalid):
        await run(database, organisation, "DELETE FROM step_stay")
    with pytest.raises(ValueInvalid):
        await run(database, organisation, "UPDATE step_stay SET left_at = now() + '10 years'")


async def test_the_open_stay_is_on_the_step_that_the_opportunity_stands_on(
    database: Database, organisation: Organisation
) -> None:
    await write(database, organisation, opportunity(organisation), stay(organisation))
    step = organisation.steps["Opportunity"]
    with pytest.raises(ValueInvalid):
        await run(database, organisation, f"UPDATE opportunity SET step_id = {step}")


async def test_the_open_stay_cannot_become_that_of_another_opportunity(
    database: Database, organisation: Organisation
) -> None:
    for id in (1, 2):
        await write(database, organisation, opportunity(organisation, id), stay(organisation, id))
    taken = """DO $$ BEGIN DELETE FROM step_stay WHERE opportunity_id = 2;
        UPDATE step_stay SET opportunity_id = 2; END $$"""
    with pytest.raises(ValueInvalid):
        await run(database, organisation, taken)


async def test_a_stay_that_opens_after_another_is_on_the_step_that_the_opportunity_stands_on(
    database: Database, organisation: Organisation
) -> None:
    await write(database, organisation, opportunity(organisation), stay(organisation))
    later = START + timedelta(days=1)
    closed = f"UPDATE step_stay SET left_at = '{later.isoformat()}'"
    for step in ("Opportunity", "Proposed"):
        opened = stay(organisation, entered_at=later, step_id=organisation.steps[step])
        with pytest.raises(ValueInvalid) if step == "Opportunity" else nullcontext():
            async with database.writing(organisation.org_id) as unit:
                await (await unit.session.connection()).exec_driver_sql(closed)
                unit.session.add(opened)


async def test_stays_of_one_opportunity_cannot_overlap(
    database: Database, organisation: Organisation
) -> None:
    later = START + timedelta(days=1)
    await write(
        database, organisation, opportunity(organisation), stay(organisation, entered_at=later)
    )
    early = START - timedelta(days=1)
    with pytest.raises(TryAgain):
        await write(
            database,
            organisation,
            stay(organisation, entered_at=early, left_at=later + timedelta(microseconds=1)),
        )
    await write(database, organisation, stay(organisation, entered_at=early, left_at=later))


async def test_two_stays_cannot_be_open(database: Database, organisation: Organisation) -> None:
    await write(database, organisation, opportunity(organisation), stay(organisation))
    with pytest.raises(TryAgain):
        await write(
            database, organisation, stay(organisation, entered_at=START + timedelta(days=1))
        )


async def test_a_step_of_another_version_cannot_be_stood_on(
    database: Database, organisation: Organisation
) -> None:
    with pytest.raises(ValueInvalid):
        await write(database, organisation, opportunity(organisation, step_id=99_999))


@pytest.mark.parametrize(
    "statement", ["UPDATE audit SET verb = 'x'", "DELETE FROM audit", "TRUNCATE audit"]
)
@pytest.mark.parametrize("role", ["pipeline_app", "pipeline_owner", "postgres"])
async def test_the_audit_only_grows(
    database: Database, urls: DatabaseUrls, organisation: Organisation, role: str, statement: str
) -> None:
    entry = models.Audit(
        org_id=organisation.org_id, aggregate="Account", aggregate_id="1", verb="create", at=START
    )
    await write(database, organisation, entry)
    connection = await asyncpg.connect(urls.admin)
    await connection.execute(f"SET app.org_id = '{organisation.org_id}'; SET ROLE {role}")
    with pytest.raises((asyncpg.RestrictViolationError, asyncpg.InsufficientPrivilegeError)):
        await connection.execute(statement)
    await connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE pipeline_version SET note = 'x'",
        "UPDATE pipeline_version SET state = 'DRAFT'",
        "DELETE FROM pipeline_version",
        "UPDATE step_version SET name = 'x'",
        "UPDATE stage_version SET name = 'x'",
        "DELETE FROM transition",
        "INSERT INTO transition (org_id, version_id, key, name, kind, to_step_id)"
        " SELECT org_id, version_id, 'x', 'x', 'GLOBAL', to_step_id FROM transition LIMIT 1",
    ],
)
async def test_a_published_version_does_not_change(
    database: Database, urls: DatabaseUrls, organisation: Organisation, statement: str
) -> None:
    connection = await asyncpg.connect(urls.of("pipeline_app"))
    await connection.execute(f"SET app.org_id = '{organisation.org_id}'")
    with pytest.raises(asyncpg.RestrictViolationError):
        await connection.execute(statement)
    await connection.close()


async def test_a_published_version_can_be_retired(
    database: Database, organisation: Organisation
) -> None:
    await run(database, organisation, "UPDATE pipeline_version SET state = 'RETIRED'")


async def found(unit: Unit, text: str) -> set[tuple[str, int]]:
    connection = await unit.session.connection()
    rows = await connection.exec_driver_sql(
        "SELECT kind, id FROM search_docs($1, $2)", (unit.org_id, text)
    )
    return {(row.kind, row.id) for row in rows}


async def test_search_finds_words_in_any_case_and_follows_every_change(
    database: Database, organisation: Organisation
) -> None:
    deal = opportunity(organisation, name="Émile's order", description="100%_sure \\ thing")
    await write(database, organisation, deal, stay(organisation))
    async with database.writing(organisation.org_id) as unit:
        assert await found(unit, "éMILE") == {("OPPORTUNITY", 1)}
        assert await found(unit, "administr") == {("ACCOUNT", organisation.account_id)}
        assert await found(unit, "LEA@") == {("CONTACT", organisation.contact_id)}
        for literal in ("0%_s", "\\", "e\\ "):
            expected = set() if literal == "e\\ " else {("OPPORTUNITY", 1)}
            assert await found(unit, literal) == expected
        assert await found(unit, "0__s") == set()
    await run(database, organisation, "UPDATE account SET name = 'Renamed'")
    async with database.writing(organisation.org_id) as unit:
        assert await found(unit, "administr") == set()
        assert await found(unit, "renamed") == {("ACCOUNT", organisation.account_id)}


async def test_search_of_another_organisation_is_refused(
    urls: DatabaseUrls, organisation: Organisation, second_organisation: Organisation
) -> None:
    connection = await asyncpg.connect(urls.of("pipeline_reader"))
    question = "SELECT * FROM search_docs($1, 'a')"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.fetch(question, organisation.org_id)
    await connection.execute(f"SET app.org_id = '{organisation.org_id}'")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.fetch(question, second_organisation.org_id)
    await connection.close()


async def test_search_uses_its_index(urls: DatabaseUrls, organisation: Organisation) -> None:
    connection = await asyncpg.connect(urls.admin)
    await connection.execute(f"SET app.org_id = '{organisation.org_id}'")
    await connection.execute(
        f"INSERT INTO search_doc SELECT '{organisation.org_id}', 'OPPORTUNITY', n, md5(n::text)"
        " FROM generate_series(1000, 20000) n"
    )
    await connection.execute("VACUUM ANALYZE search_doc")
    await connection.execute(
        "LOAD 'auto_explain';"
        " SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on;"
        " SET client_min_messages = log; SET plan_cache_mode = force_generic_plan"
    )
    plans: list[str] = []
    connection.add_log_listener(lambda _, message: plans.append(message.message))
    await connection.fetch("SELECT * FROM search_docs($1, 'abc12')", organisation.org_id)
    await connection.close()
    assert any("ix_search_doc_body" in plan for plan in plans), "\n".join(plans)
