"""Versions of pipelines and their transitions. A draft is for those who see everything."""

from typing import Any

from sqlalchemy import Text, cast, func, literal_column, null, select

from pipeline_gql.domain.filters import Kind
from pipeline_gql.domain.viewer import Sight
from pipeline_gql.store import models
from pipeline_gql.store.reads.criteria import CREATED, NAME, UPDATED, by, creation, order, related
from pipeline_gql.store.reads.pipelines import OF_PIPELINE
from pipeline_gql.store.reads.shapes import (
    Element,
    Form,
    One,
    Rendered,
    Row,
    Scope,
    Shape,
    Value,
    code,
    identity,
    moment,
    number,
    text,
    to_many,
    to_one,
)
from pipeline_gql.store.reads.text import literal

RENDERED = "rendered"
"""A fact that says what is to be made of the others: a text."""


def base(row: Row, scope: Scope) -> list[Element]:
    return [] if scope.sight is Sight.ALL else [row.state != literal("DRAFT")]


def _of_visible(row: Row, scope: Scope) -> list[Element]:
    """A transition is seen where its version is."""
    if scope.sight is Sight.ALL:
        return []
    version: Any = models.PipelineVersion.__table__.alias()
    seen = select(version.c.id).where(version.c.org_id == scope.org, *base(version.c, scope))
    return [row.version_id.in_(seen)]


def _name(row: Row, scope: Scope) -> Element:
    """Its own, else what the pipeline is called now."""
    pipeline: Any = models.Pipeline.__table__.alias()
    found = select(pipeline.c.name).where(
        pipeline.c.org_id == scope.org, pipeline.c.id == row.pipeline_id
    )
    return func.coalesce(row.name, found.scalar_subquery())


def _facts(row: Row, scope: Scope) -> Element:
    """What a text of the version needs beside what it means."""
    pipeline: Any = models.Pipeline.__table__.alias()
    key = select(pipeline.c.key).where(
        pipeline.c.org_id == scope.org, pipeline.c.id == row.pipeline_id
    )
    known = func.json_build_object(
        *(literal(RENDERED), literal_column("true")),
        *(literal("version"), row.id),
        *(literal("published"), null()),
        *(literal("key"), key.scalar_subquery()),
        *(literal("name"), _name(row, scope)),
    )
    return cast(known, Text)


def _end(name: str, *, nullable: bool = False) -> One:
    """The step at one end of a transition, as the transition's version has it."""
    return One(
        "OpportunityStep",
        lambda here, there, scope: (
            (there.version_id == here.version_id) & (there.step_id == getattr(here, name))
        ),
        nullable,
    )


def _json(name: str) -> Value:
    return Value(lambda row, scope: cast(getattr(row, name), Text), Form.JSON)


VERSION = Shape(
    "PipelineVersion",
    models.PipelineVersion,
    {
        "id": identity("PipelineVersion"),
        "number": number("number", nullable=True),
        "name": Value(_name, Form.TEXT),
        "state": code("state"),
        "mode": code("mode"),
        "pipeline": to_one("Pipeline", "pipeline_id", nullable=False),
        "basedOn": to_one("PipelineVersion", "based_on_id"),
        "contentHash": code("content_hash", nullable=True),
        "note": text("note", nullable=True),
        "stages": to_many("OpportunityStage", "version_id", covered=True, ordered="position"),
        "steps": to_many("OpportunityStep", "version_id", covered=True, ordered="position"),
        "transitions": to_many("Transition", "version_id", covered=True),
        "document": Rendered(_facts),
        "diagram": Rendered(_facts),
        "createdBy": to_one("User", "created_by_id"),
        "createdAt": moment("created_at"),
        "updatedAt": moment("updated_at"),
        "publishedAt": moment("published_at", nullable=True),
        "version": number("version"),
    },
    base=base,
    filters={
        "id": by(Kind.ID, "id", "The version's id.", type="PipelineVersion"),
        "number": by(Kind.INTEGER, "number", "The number; a draft has none."),
        "state": by(Kind.TEXT, "state", "DRAFT, PUBLISHED or RETIRED."),
        "mode": by(Kind.TEXT, "mode", "GRAPH or FREE."),
        "contentHash": by(Kind.TEXT, "content_hash", "What it means, as a hash."),
        "pipelineId": by(Kind.ID, "pipeline_id", "The pipeline's id.", type="Pipeline"),
        "pipelineKey": related(
            Kind.TEXT, models.Pipeline, "key", "pipeline_id", "The pipeline's key."
        ),
        "createdById": by(Kind.ID, "created_by_id", "Who began it.", type="User"),
        "publishedAt": by(Kind.TIMESTAMP, "published_at", "When it was published."),
        **creation(),
    },
    orders={
        "number": order(Kind.INTEGER, "number", "By number; drafts come last.", nullable=True),
        "publishedAt": order(
            Kind.TIMESTAMP, "published_at", "By the time of publication.", nullable=True
        ),
        "createdAt": CREATED,
        "updatedAt": UPDATED,
    },
)

TRANSITION = Shape(
    "Transition",
    models.Transition,
    {
        "id": identity("Transition"),
        "key": text("key"),
        "name": text("name"),
        "kind": code("kind"),
        "fromStep": _end("from_step_id", nullable=True),
        "toStep": _end("to_step_id"),
        "requiredAttributes": _json("required_attributes"),
        "rules": _json("rules"),
        "actions": _json("actions"),
        "pipelineVersion": to_one("PipelineVersion", "version_id", nullable=False),
    },
    base=_of_visible,
    filters={
        "id": by(Kind.ID, "id", "The transition's id.", type="Transition"),
        "key": by(Kind.TEXT, "key", "The transition's key."),
        "name": by(Kind.TEXT, "name", "The transition's name."),
        "kind": by(Kind.TEXT, "kind", "DIRECTED, GLOBAL or LOOP."),
        "fromStepId": by(Kind.ID, "from_step_id", "The step it leaves.", type="OpportunityStep"),
        "toStepId": by(Kind.ID, "to_step_id", "The step it leads to.", type="OpportunityStep"),
        "pipelineVersionId": by(
            Kind.ID, "version_id", "The id of the version it is of.", type="PipelineVersion"
        ),
        **OF_PIPELINE,
    },
    orders={"name": NAME},
)

SHAPES = (VERSION, TRANSITION)
