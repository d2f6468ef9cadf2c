"""The attributes that an organisation has defined, all of them in one value."""

from typing import Any

from sqlalchemy import Text, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB

from pipeline_gql.store import models
from pipeline_gql.store.reads.shapes import Element, Scope
from pipeline_gql.store.reads.text import literal


def definitions(scope: Scope) -> Element:
    """JSON text: of each what `Definition.read` takes; the archived ones are among them."""
    row: Any = models.AttributeDefinition.__table__.alias("defined")
    names = ("key", "label", "type", "choices", "required_at_creation", "is_archived")
    each = func.jsonb_build_array(*(row.c[name] for name in names))
    listed = func.coalesce(cast(func.jsonb_agg(each, type_=JSONB), Text), literal("[]"))
    return select(listed).where(row.c.org_id == scope.org).scalar_subquery()
