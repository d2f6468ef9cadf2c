"""Where an opportunity stood and what it was: its stays and its revisions."""

from sqlalchemy import BigInteger, and_, cast, func

from pipeline_gql.domain.filters import Kind
from pipeline_gql.store import models
from pipeline_gql.store.reads.attempts import failures_in
from pipeline_gql.store.reads.criteria import by, day_of, order
from pipeline_gql.store.reads.interests import of_visible
from pipeline_gql.store.reads.shapes import (
    Element,
    Embed,
    Form,
    One,
    Row,
    Scope,
    Shape,
    Value,
    boolean,
    code,
    day,
    identity,
    moment,
    money,
    number,
    text,
    to_one,
)


def _step(here: Row, there: Row, scope: Scope) -> Element:
    return and_(there.version_id == here.version_id, there.step_id == here.step_id)


def _days(row: Row, scope: Scope) -> Element:
    """How often the day turned during a stay, or has turned since it began."""
    last = day_of(func.coalesce(row.left_at, func.now()), scope)
    return cast(last - day_of(row.entered_at, scope), BigInteger)


STEP = One("OpportunityStep", _step)
OPPORTUNITY = to_one("Opportunity", "opportunity_id", nullable=False)
VERSION = to_one("PipelineVersion", "version_id", nullable=False)

STAY = Shape(
    "OpportunityStay",
    models.StepStay,
    {
        "id": identity("OpportunityStay"),
        "opportunity": OPPORTUNITY,
        "step": STEP,
        "version": VERSION,
        "enteredAt": moment("entered_at"),
        "leftAt": moment("left_at", nullable=True),
        "days": Value(_days, Form.NUMBER),
        "cause": code("cause"),
        "transition": to_one("Transition", "transition_id"),
        "actor": to_one("User", "actor_id"),
        "reason": text("reason", nullable=True),
        "overridden": failures_in("overridden"),
        "value": money("value"),
        "currency": code("currency"),
        "probability": number("probability"),
        "expectedCloseDate": day("expected_close_date", nullable=True),
    },
    base=of_visible,
    filters={
        "id": by(Kind.ID, "id", "The stay's id.", type="OpportunityStay"),
        "stepId": by(Kind.ID, "step_id", "The step's id.", type="OpportunityStep"),
        "cause": by(Kind.TEXT, "cause", "ENTRY, TRANSITION, MIGRATION, IMPORT or OVERRIDE."),
        "actorId": by(Kind.ID, "actor_id", "The id of who moved it there.", type="User"),
        "enteredAt": by(Kind.TIMESTAMP, "entered_at", "When it came."),
        "leftAt": by(Kind.TIMESTAMP, "left_at", "When it left; nothing while it is there."),
    },
    orders={"enteredAt": order(Kind.TIMESTAMP, "entered_at", "By the time when it came.")},
)

REVISION = Shape(
    "OpportunityRevision",
    models.OpportunityRevision,
    {
        "id": identity("OpportunityRevision"),
        "opportunity": OPPORTUNITY,
        "since": moment("since"),
        "until": moment("until", nullable=True),
        "step": STEP,
        "version": VERSION,
        "stepEnteredAt": moment("step_entered_at"),
        "name": text("name"),
        "value": Embed(
            "OpportunityValue",
            {
                "grandTotal": money("grand_total"),
                "netTotal": money("net_total"),
                "taxTotal": money("tax_total"),
                "weighted": money("weighted"),
                "currency": code("currency"),
            },
        ),
        "currency": code("currency"),
        "probability": number("probability"),
        "expectedCloseDate": day("expected_close_date", nullable=True),
        "actualCloseDate": day("actual_close_date", nullable=True),
        "owner": to_one("User", "owner_id"),
        "account": to_one("Account", "account_id"),
        "region": to_one("Region", "region_code", key="code"),
        "leadSource": text("lead_source", nullable=True),
        "forecastCategory": text("forecast_category", nullable=True),
        "isDeleted": boolean("is_deleted"),
    },
    base=of_visible,
    filters={
        "id": by(Kind.ID, "id", "The revision's id.", type="OpportunityRevision"),
        "since": by(Kind.TIMESTAMP, "since", "When it became so."),
        "until": by(Kind.TIMESTAMP, "until", "When it was so no more; nothing if it is still."),
        "stepId": by(Kind.ID, "step_id", "The step's id.", type="OpportunityStep"),
        "ownerId": by(Kind.ID, "owner_id", "The owner's id.", type="User"),
    },
    orders={"since": order(Kind.TIMESTAMP, "since", "By the time when it became so.")},
)

SHAPES = (STAY, REVISION)
