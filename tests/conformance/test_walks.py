"""Everything that history tells of random walks equals a recount of their rows in plain Python."""

import os
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from pipeline_gql.domain.viewer import Role
from pipeline_gql.store.database import Database
from tests.conformance import test_pasts, test_pipeline_changes
from tests.conformance.changed import KINDS
from tests.conformance.conftest import Both
from tests.conformance.reference import Reference
from tests.conformance.rows import global_id, load
from tests.conformance.walks import walk
from tests.organisations import FIRST
from tests.server import DatabaseUrls

SEEDS = int(os.environ.get("WALKS", "3"))
GROUPS = [None, "OWNER", "SOURCE", "REGION", "INTEREST_KIND"]
HEAD = """query Q($pipeline: ID!, $by: HistoryGroup, $from: Date, $to: Date,
        $filters: [OpportunityFieldGraphFilter!])"""
ARGUMENTS = "(pipelineId: $pipeline, groupBy: $by, from: $from, to: $to, filters: $filters)"
STEP = "stepId name state isRetired"
OFTEN = "attempts opportunities people"
DOCUMENT = f"""{HEAD} {{
    funnel{ARGUMENTS} {{ __typename groupBy moreGroups groups {{ key label count
        openCount wonCount lostCount archivedCount wonShare
        steps {{ {STEP} reached share wentOn conversion skipped movedBack lost returned stays }}
        stages {{ stageId name state reached share }} }} }}
    velocity{ARGUMENTS} {{ groupBy moreGroups groups {{ key label count
        steps {{ __typename {STEP} expectedDays stays reached openStays medianDays p90Days }}
    }} }}
    refusals{ARGUMENTS} {{ groupBy moreGroups groups {{ key label count {OFTEN} moreMoves
        moves {{ __typename fromStep {{ {STEP} }} toStep {{ {STEP} }} {OFTEN} movedOn lastAt
            reasons {{ code field rule {{ id name }} {OFTEN} movedOn lastAt }} moreReasons }}
    }} }} }}"""
PIPELINES = [global_id("Pipeline", 1), global_id("Pipeline", 2), global_id("Account", 1), "x"]


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_what_history_tells_of_walks_is_what_a_recount_finds(
    database: Database, urls: DatabaseUrls, seed: int
) -> None:
    async with database.writing(FIRST.org_id) as unit:
        await walk(unit, seed)
        now = unit.now
    tables = await load(urls.admin, FIRST.org_id)
    roles = (Role.ADMIN, Role.MEMBER)
    both = Both(database, {role: Reference(tables, FIRST.viewers[role], now) for role in roles})
    random = Random(seed)
    reached: set[str] = set()
    stuck: set[str] = set()
    for place, by in enumerate(GROUPS):
        start = both.references[Role.ADMIN].day(now) - timedelta(days=random.randrange(20, 95))
        asked = _asked(random, place, by, str(start))
        period = {"from": str(start), "kind": random.choice(KINDS)}
        if place:
            period["to"] = str(start + timedelta(days=random.randrange(40)))
        for role in roles:
            stuck |= _kinds(await both.compare(DOCUMENT, asked, role))
            told = await both.compare(test_pipeline_changes.DOCUMENT, period, role)
            reached |= {each["kind"] for each in told["pipelineChanges"]["changes"]}
            at = str(random.choice(tables["opportunity_revision"]).since.isoformat())
            await both.compare(test_pasts.DOCUMENT, {"at": at}, role)
    # A comparison of nothing would be none.
    assert len(reached) >= 5, reached
    assert len(stuck) == 5, stuck


def _kinds(told: dict[str, Any]) -> set[str]:
    """What there was among refused moves and their reasons."""
    moves = [move for group in told["refusals"]["groups"] for move in group["moves"]]
    reasons = [reason for move in moves for reason in move["reasons"]]
    return {
        *("moved on" for each in moves if 0 < each["movedOn"] < each["opportunities"]),
        *("nowhere" for each in moves if each["toStep"] is None),
        *("without a reason" for each in moves if not each["reasons"]),
        *("ruled" for each in reasons if each["rule"] and each["movedOn"] > 0),
        *("of one only" for each in reasons if each["attempts"] > each["opportunities"]),
    }


def _asked(random: Random, place: int, by: str | None, start: str) -> dict[str, Any]:
    asked: dict[str, Any] = {"pipeline": PIPELINES[0], "by": by}
    if place % 2:
        asked["from"] = start
    if place == 3:
        asked["filters"] = [{"field": "currency", "operation": "eq", "value": "USD"}]
    return asked


async def test_versions_that_steps_were_renamed_and_removed_in_are_counted_by_their_steps(
    both: Both,
) -> None:
    for place, by in enumerate(GROUPS):
        for role in (Role.ADMIN, Role.MEMBER):
            asked = {"pipeline": PIPELINES[place % 4], "by": by}
            await both.compare(DOCUMENT, asked, role)
            await both.compare(DOCUMENT, asked | {"pipeline": PIPELINES[0]}, role)
