"""The moves that were refused to an opportunity, and what failed each time."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import BigInteger, Text, and_, func, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB

from pipeline_gql.domain.filters import Kind
from pipeline_gql.store import models
from pipeline_gql.store.reads.criteria import by, order
from pipeline_gql.store.reads.interests import of_visible
from pipeline_gql.store.reads.shapes import (
    Element,
    Embed,
    One,
    Row,
    Rows,
    Scope,
    Shape,
    code,
    identity,
    moment,
    text,
    to_one,
)
from pipeline_gql.store.reads.text import literal


def _version(step: Element, scope: Scope) -> Element:
    """That which has a step as it is published, else as it last was."""
    its: Any = models.StepVersion.__table__.alias()
    version: Any = models.PipelineVersion.__table__.alias()
    of = and_(version.c.org_id == scope.org, version.c.id == its.c.version_id)
    published = version.c.state == literal("PUBLISHED")
    found = select(its.c.version_id).select_from(its.join(version, of))
    found = found.where(
        its.c.org_id == scope.org, its.c.step_id == step, version.c.state != literal("DRAFT")
    )
    return found.order_by(published.desc(), version.c.number.desc()).limit(1).scalar_subquery()


def _step(name: str) -> Callable[[Row, Row, Scope], Element]:
    def on(here: Row, there: Row, scope: Scope) -> Element:
        step = getattr(here, name)
        return and_(there.step_id == step, there.version_id == _version(step, scope))

    return on


def failures(of: Element) -> Any:
    """The reasons that a column lists, a row for each."""
    each = (
        func.jsonb_array_elements(of)
        .table_valued("value", with_ordinality="place", name="failure")
        .render_derived(name="failure")
    )
    rule = literal_column("failure.value -> 'rule'", JSONB)
    return select(
        literal_column("failure.place", BigInteger).label("place"),
        literal_column("failure.value ->> 'code'", Text).label("code"),
        literal_column("failure.value ->> 'field'", Text).label("field"),
        literal_column("failure.value ->> 'message'", Text).label("message"),
        rule.op("->>")(literal("id")).label("rule_id"),
        rule.op("->>")(literal("name")).label("rule_name"),
    ).select_from(each)


def failures_in(column: str) -> Rows:
    """Those of a column of the row."""
    return Rows(
        "TransitionFailure",
        lambda row, scope: failures(getattr(row, column)),
        {
            "code": code("code"),
            "field": text("field", nullable=True),
            "message": text("message", nullable=True),
            "rule": Embed(
                "RefusalRule",
                {"id": text("rule_id"), "name": text("rule_name")},
                present=lambda row: row.rule_id.is_not(None),
            ),
        },
    )


ATTEMPT = Shape(
    "TransitionAttempt",
    models.TransitionAttempt,
    {
        "id": identity("TransitionAttempt"),
        "opportunity": to_one("Opportunity", "opportunity_id", nullable=False),
        "at": moment("at"),
        "actor": to_one("User", "actor_id"),
        "fromStep": One("OpportunityStep", _step("from_step_id"), nullable=True),
        "toStep": One("OpportunityStep", _step("to_step_id"), nullable=True),
        "failures": failures_in("failures"),
    },
    base=of_visible,
    filters={
        "id": by(Kind.ID, "id", "The attempt's id.", type="TransitionAttempt"),
        "at": by(Kind.TIMESTAMP, "at", "When it was tried."),
        "actorId": by(Kind.ID, "actor_id", "The id of who tried.", type="User"),
        "fromStepId": by(
            Kind.ID, "from_step_id", "The id of the step it stood on.", type="OpportunityStep"
        ),
        "toStepId": by(
            Kind.ID, "to_step_id", "The id of the step that was wanted.", type="OpportunityStep"
        ),
    },
    orders={"at": order(Kind.TIMESTAMP, "at", "By the time when it was tried.")},
)

SHAPES = (ATTEMPT,)
