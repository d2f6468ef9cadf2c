"""A write's transaction: what it sends, when, and what its session takes over."""

import json
from enum import StrEnum
from random import Random
from typing import Any

import pytest
from sqlalchemy import BigInteger, Text, bindparam, event, func, literal, select, update

from pipeline_gql.domain.errors import TryAgain, ValueInvalid
from pipeline_gql.store import models, one_wait
from pipeline_gql.store.database import Database, OutcomeUnknown, Unit
from pipeline_gql.store.mapping import numbering
from pipeline_gql.store.questions import ORG, Asked, Question
from tests.organisations import Organisation
from tests.store.test_rules import START, opportunity, stay
from tests.store.transacting import ALIVE

ONE = Question(
    select(models.Account).where(
        models.Account.org_id == ORG, models.Account.id == bindparam("id", type_=BigInteger)
    )
)
NAMES = Question(
    select(models.Account.name).where(models.Account.org_id == ORG).order_by(models.Account.id)
)
FIELDS = ("name", "phone", "industry", "description", "version")


def account(unit: Unit, name: str, **more: Any) -> models.Account:
    return models.Account(org_id=unit.org_id, name=name, **more)


def audit(unit: Unit, verb: str, **more: Any) -> None:
    about = {"aggregate": "Account", "aggregate_id": "1", "before": None, "after": {"a": [1, "é"]}}
    unit.add(models.Audit, org_id=unit.org_id, verb=verb, at=unit.now, **{**about, **more})


async def names(database: Database, o: Organisation) -> list[str]:
    async with database.writing(o.org_id, tells=False) as unit:
        return [row["name"] for row in await unit.rows(Asked(NAMES))]


async def play(unit: Unit, random: Random, prefix: str, *, open_first: bool) -> None:
    """Something made up; `prefix` tells one play from the other."""
    if open_first:
        assert unit.session
    rows: list[models.Account] = []
    for step in range(random.randrange(3, 12)):
        match random.randrange(6):
            case 0:
                # With them the key that is foreseen says all that the database would tell.
                times = {"version": 1, "created_at": unit.now, "updated_at": unit.now}
                more = random.choice([times, {}])
                if random.random() < 0.5:
                    await unit.foresee(key=models.Account, count=random.randint(1, 2))
                row = account(unit, f"{prefix} {step}", phone=random.choice([None, "1"]), **more)
                await unit.insert(row)
                rows.append(row)
            case 1 if rows:
                name = random.choice(FIELDS[1:4])
                setattr(random.choice(rows), name, random.choice([None, "x", f"{step}"]))
            case 2 if rows:
                row = random.choice(rows)
                assert await unit.row(models.Account, Asked(ONE, {"id": row.id})) is row
                row.version += 1
            case 3:
                audit(unit, f"{prefix} {step}", before=random.choice([None, {"b": step}]))
            case 4 if random.random() < 0.4:
                assert await unit.session.scalar(select(func.count(models.Account.id)))
            case 5:
                await random.choice([unit.flush, unit.settle])()
            case _:
                await unit.json(ALIVE, [])


async def written(database: Database, o: Organisation, prefix: str) -> list[Any]:
    table, kept = models.Account, models.Audit
    async with database.writing(o.org_id, tells=False) as unit:
        columns = [getattr(table, name) for name in FIELDS]
        ours = table.name.startswith(f"{prefix} ")
        found = await unit.session.execute(select(*columns).where(ours).order_by(table.id))
        audits = await unit.session.execute(
            select(kept.verb, kept.before, kept.after)
            .where(kept.verb.startswith(f"{prefix} "))
            .order_by(kept.id)
        )
        return [tuple(row) for row in (*found, *audits)]


async def test_a_unit_writes_the_same_whether_and_whenever_its_session_is_opened(
    database: Database, organisation: Organisation
) -> None:
    had = 0
    for seed in range(60):
        told: list[Any] = []
        for prefix, open_first in (("a", False), ("b", True)):
            async with database.writing(organisation.org_id) as unit:
                await play(unit, Random(seed), f"{prefix}{seed}", open_first=open_first)
            rows = await written(database, organisation, f"{prefix}{seed}")
            told.append([(row[0][1:], *row[1:]) for row in rows])
        assert told[0] == told[1], seed
        had += len(told[0])
    assert had > 100


async def test_a_row_that_is_found_again_is_the_same_one_as_it_is_now(
    database: Database, organisation: Organisation
) -> None:
    async with database.writing(organisation.org_id) as unit:
        row = account(unit, "Old")
        await unit.insert(row)
        row.name = "New"
        assert await unit.row(models.Account, Asked(ONE, {"id": row.id})) is row
        assert (row.name, row.name_key) == ("New", "new")
        assert await unit.row(models.Account, Asked(ONE, {"id": 0})) is None


async def test_what_is_new_is_sent_with_the_next_question_in_its_order(
    database: Database, organisation: Organisation
) -> None:
    async with database.writing(organisation.org_id) as unit:
        for verb in ("first", "second"):
            audit(unit, verb)
        told = await unit.json(
            "SELECT convert_to(string_agg(verb, ' ' ORDER BY id), 'UTF8') FROM audit", []
        )
    assert told == b"first second"


async def test_a_new_row_that_is_refused_refuses_what_is_asked_after_it(
    database: Database, organisation: Organisation
) -> None:
    async def write() -> None:
        async with database.writing(organisation.org_id) as unit:
            await unit.insert(account(unit, "Gone"))
            audit(unit, "x", actor_id=987_654)
            await unit.json(ALIVE, [], commits=True)

    with pytest.raises(ValueInvalid):
        await write()
    assert "Gone" not in await names(database, organisation)


async def test_what_commit_refuses_is_refused_where_it_goes_with_the_last_question(
    database: Database, organisation: Organisation
) -> None:
    for with_stay in (False, True):
        try:
            async with database.writing(organisation.org_id) as unit:
                await unit.insert(opportunity(organisation, 1))
                if with_stay:
                    unit.add(models.StepStay, **values(stay(organisation)))
                assert await unit.json(ALIVE, [], commits=True) == b"alive"
            assert with_stay
        except ValueInvalid:
            assert not with_stay
    async with database.writing(organisation.org_id, tells=False) as unit:
        found = await unit.session.scalar(select(func.count(models.Opportunity.id)))
    assert found == 1


def values(row: models.Base) -> dict[str, Any]:
    return {name: value for name, value in vars(row).items() if name != "_sa_instance_state"}


async def test_a_lost_answer_to_the_last_question_leaves_open_whether_it_was_committed(
    database: Database, organisation: Organisation
) -> None:
    dying = "SELECT convert_to(pg_terminate_backend(pg_backend_pid())::text, 'UTF8')"

    async def die(*, commits: bool) -> None:
        async with database.writing(organisation.org_id) as unit:
            await unit.json(ALIVE, [])
            await unit.json(dying, [], commits=commits)

    with pytest.raises(OutcomeUnknown):
        await die(commits=True)
    with pytest.raises(TryAgain):
        await die(commits=False)


async def test_an_argument_is_said_in_words_that_mean_the_same(
    database: Database, organisation: Organisation
) -> None:
    class Word(StrEnum):
        ONE = "it's"

    said = {
        "text": ["", "é \\ ' \n", Word.ONE, None],
        "bigint": [0, -1, 2**63 - 1, None],
        "boolean": [True, False, None],
        "bytea": [b"", b"\\x00\xff'", None],
        "uuid": [organisation.org_id, None],
        "timestamptz": [START, START.replace(microsecond=1), None],
        "date": [START.date(), None],
        "jsonb": ['{"a": ["\\u00e9", 1]}', "null", None],
    }
    async with database.writing(organisation.org_id, keeps=False) as unit:
        for type, values in said.items():
            await unit.raw.execute(f"CREATE TEMPORARY TABLE said_{type} (value {type})")
            into = f"INSERT INTO said_{type} SELECT $1::{type}"
            before = await one_wait.bound(unit.raw, [(into, [each]) for each in values])
            found = f"SELECT value FROM said_{type}"
            rows = await one_wait.fetch(unit.raw, found, [], before)
            decoded = [json.loads(v) if type == "jsonb" and v else v for v in values]
            assert [row[0] for row in rows] == decoded
        with pytest.raises(TypeError):
            await one_wait.bound(unit.raw, [("SET LOCAL jit = 'off'", [1.5])])


async def test_what_is_new_is_written_though_nothing_was_asked(
    database: Database, organisation: Organisation
) -> None:
    async with database.writing(organisation.org_id) as unit:
        unit.add(models.Account, org_id=unit.org_id, name="Added")
    assert "Added" in await names(database, organisation)


async def test_nothing_is_begun_where_nothing_is_asked(
    database: Database, organisation: Organisation
) -> None:
    for _ in range(2):
        async with database.writing(organisation.org_id) as unit:
            await unit.json(ALIVE, [])
            connection: Any = unit.raw
        before = connection._protocol.wire.writes
    async with database.writing(organisation.org_id) as unit:
        assert unit.raw is connection
    assert connection._protocol.wire.writes == before


async def test_rows_are_not_taken_for_those_of_the_next_question(
    database: Database, organisation: Organisation
) -> None:
    async with database.writing(organisation.org_id) as unit:
        await unit.json(ALIVE, [])
        with pytest.raises(one_wait.Unarmed):
            await one_wait.bound(unit.raw, [("UPDATE account SET name = name RETURNING id", [])])


async def test_what_is_foreseen_is_asked_once_and_forgotten_by_what_is_written(
    database: Database, organisation: Organisation
) -> None:
    async with database.writing(organisation.org_id) as unit:
        asked = Asked(NAMES)
        await unit.foresee(asked, Asked(Question(select(literal(1).label("one")))))
        before = await unit.rows(asked)
        assert [row["name"] for row in before] == [row["name"] for row in await unit.rows(asked)]
        await unit.foresee(asked)
        await unit.insert(account(unit, "Later"))
        assert [row["name"] for row in await unit.rows(asked)][-1] == "Later"


async def test_a_row_whose_key_was_foreseen_waits_for_the_next_question(
    database: Database, organisation: Organisation
) -> None:
    async with database.writing(organisation.org_id) as unit:
        wire: Any = unit.raw
        await unit.foresee(key=models.Opportunity)
        zero = dict.fromkeys(("net_total", "tax_total", "grand_total", "board_moves"), 0)
        given = {"amount_source": "MANUAL", "probability_is_manual": False, "version": 1, **zero}
        row = opportunity(organisation, created_at=START, updated_at=START, **given)
        before = wire._protocol.wire.writes
        await unit.insert(row)
        assert wire._protocol.wire.writes == before
        row.name = "Renamed"
        unit.add(models.StepStay, **values(stay(organisation, opportunity_id=row.id)))
        asked = "SELECT convert_to(o.name, 'UTF8') FROM opportunity o WHERE o.id = $1"
        assert await unit.json(asked, [row.id]) == b"Renamed"
        row.name = "Again"
        assert await unit.json(asked, [row.id], commits=True) == b"Again"


async def test_keys_are_those_that_the_database_would_give(
    database: Database, organisation: Organisation
) -> None:
    async with database.writing(organisation.org_id) as unit:
        first, second = account(unit, "First"), account(unit, "Second")
        await unit.insert(first)
        found = [row["key"] for row in await unit.rows(numbering(models.Account, 2))]
        await unit.insert(second)
        assert [*found, second.id] == [first.id + 1, first.id + 2, first.id + 3]


async def test_nothing_is_written_before_what_is_to_be_asked_first(
    database: Database, organisation: Organisation
) -> None:
    heard: list[list[str]] = []
    async with database.writing(organisation.org_id, keeps=False) as unit:
        unit.first(Asked(NAMES), lambda rows: heard.append([row["name"] for row in rows]))
        for write in (lambda: unit.session, lambda: audit(unit, "x")):
            with pytest.raises(RuntimeError):
                write()
        for writing in (unit.insert(account(unit, "x")), unit.commit()):
            with pytest.raises(RuntimeError):
                await writing
        assert heard == []
        assert [row["name"] for row in await unit.rows(Asked(NAMES))] == ["Administrate"]
        assert heard == [["Administrate"]]
        await unit.rows(Asked(NAMES))
        await unit.judged()
        assert heard == [["Administrate"]]
        assert unit.session


@pytest.mark.parametrize("open_first", [True, False])
async def test_what_is_said_is_sent_before_what_is_asked_or_inserted_next(
    database: Database, organisation: Organisation, open_first: bool
) -> None:
    named = update(models.Account).values(name=bindparam("new", type_=Text))
    renaming = Question(named.where(models.Account.org_id == ORG))
    async with database.writing(organisation.org_id, keeps=False) as unit:
        assert unit.session if open_first else True
        row = account(unit, "First")
        await unit.insert(row)
        unit.say(Asked(renaming, {"new": "Said"}))
        found = await unit.row(models.Account, Asked(ONE, {"id": row.id}))
        assert found is row
        assert row.name == "Said"
        await unit.foresee(Asked(NAMES))
        unit.say(Asked(renaming, {"new": "Again"}))
        await unit.insert(account(unit, "Second"))
        told = {each["name"] for each in await unit.rows(Asked(NAMES))}
        assert told == {"Again", "Second"}


@pytest.mark.parametrize("pipelines", [True, False])
async def test_the_public_way_writes_the_same(
    database: Database,
    organisation: Organisation,
    pipelines: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not pipelines:
        monkeypatch.setattr(one_wait, "fits", lambda _: False)
    executed: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *it: executed.append(it[2]))
    async with database.writing(organisation.org_id) as unit:
        row = opportunity(organisation, 1)
        await unit.insert(row)
        unit.add(models.StepStay, **values(stay(organisation)))
        row.name, row.next_step = "Renamed", "Call"
        told = await unit.json(
            "SELECT convert_to(concat(o.name, ' ', o.next_step, ' ', s.entered_at = $1), 'UTF8')"
            " FROM opportunity o JOIN step_stay s ON s.opportunity_id = o.id",
            [START],
            commits=True,
        )
    assert told == b"Renamed Call t"
    assert executed == []
