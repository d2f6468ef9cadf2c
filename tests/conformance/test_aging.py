"""Days in a step turn at the organisation's midnight; field, filter, order and count agree."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from pipeline_gql.store.database import Database
from tests.api.asking import Ask
from tests.conformance.rows import decoded
from tests.organisations import Organisation
from tests.server import DatabaseUrls

ZONES = ["UTC", "Pacific/Auckland", "America/St_Johns", "Pacific/Kiritimati"]
PAGE = """
query Aged($days: String!) {
  all: opportunities(order: {field: daysInStep, direction: desc}) {
    nodes { id daysInStep isStalled }
  }
  aged: opportunities(filters: [{field: daysInStep, operation: ge, value: $days}]) { nodes { id } }
  stalled: opportunities(filters: [{field: isStalled, operation: eq, value: "true"}]) {
    totalCount nodes { id } totals { count stalledCount }
  }
  totals: opportunities { totals { stalledCount } }
}
"""


@pytest.fixture
def ask(database: Database, organisation: Organisation) -> Ask:
    return Ask(database, organisation)


@pytest.mark.parametrize("zone", ZONES)
async def test_days_in_a_step_turn_at_the_organisations_midnight(
    ask: Ask, urls: DatabaseUrls, zone: str
) -> None:
    """Moments on both sides of its last midnights; the step has patience for two days."""
    midnight = _last_midnight(zone)
    entered = {
        await ask.opportunity(): midnight - timedelta(days=days) + timedelta(seconds=seconds)
        for days in range(4)
        for seconds in (-1, 0)
    }
    await _let_stand(urls, zone, entered)
    here = ZoneInfo(zone)
    today = datetime.now(here).date()
    found = await ask.read(PAGE, {"days": "3"})
    if datetime.now(here).date() != today:
        # Midnight came meanwhile, and will not again before tomorrow.
        today += timedelta(days=1)
        found = await ask.read(PAGE, {"days": "3"})
    days = {id: (today - moment.astimezone(here).date()).days for id, moment in entered.items()}
    told = found["all"]["nodes"]
    assert {each["id"]: each["daysInStep"] for each in told} == days
    assert [each["daysInStep"] for each in told] == sorted(days.values(), reverse=True)
    assert {each["id"] for each in found["aged"]["nodes"]} == {i for i, n in days.items() if n >= 3}
    stalled = {each["id"] for each in told if each["isStalled"]}
    assert stalled == {id for id, n in days.items() if n >= 2}
    assert {each["id"] for each in found["stalled"]["nodes"]} == stalled
    assert found["stalled"]["totals"] == [{"count": len(stalled), "stalledCount": len(stalled)}]
    assert found["totals"]["totals"] == [{"stalledCount": len(stalled)}]


def _last_midnight(zone: str) -> datetime:
    here = ZoneInfo(zone)
    return datetime.combine(datetime.now(here).date(), time(), here).astimezone(UTC)


async def _let_stand(urls: DatabaseUrls, zone: str, entered: dict[str, datetime]) -> None:
    """The opportunities, since these moments, on steps that have patience for two days."""
    connection = await asyncpg.connect(urls.admin)
    # A published version does not change, except for who is above its triggers.
    await connection.execute("SET session_replication_role = replica")
    await connection.execute("UPDATE organisation SET time_zone = $1", zone)
    await connection.execute("UPDATE step_version SET stalled_after_days = 2")
    for id, moment in entered.items():
        _, key = decoded(id) or ("", 0)
        await connection.execute(
            "UPDATE opportunity SET step_entered_at = $1 WHERE id = $2", moment, key
        )
    await connection.close()
