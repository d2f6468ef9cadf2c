"""Attributes that an organisation defines, and the values that opportunities have of them."""

from typing import Any

from sqlalchemy import CheckConstraint, Computed, ForeignKeyConstraint, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from pipeline_gql.store.models.base import Numbered, Tenant, Versioned, belongs, indexed

TYPES = (
    *("TEXT", "LONG_TEXT", "INTEGER", "DECIMAL", "BOOLEAN"),
    *("DATE", "DATETIME", "CHOICE", "MULTI_CHOICE"),
)
_TYPES = ", ".join(f"'{type}'" for type in TYPES)


class AttributeDefinition(Numbered, Versioned):
    """`key` and `type` never change: values are kept, and compared, as they say."""

    __tablename__ = "attribute_definition"
    key: Mapped[str]
    label: Mapped[str]
    description: Mapped[str | None]
    type: Mapped[str]
    choices: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    required_at_creation: Mapped[bool] = mapped_column(server_default=text("false"))
    is_archived: Mapped[bool] = mapped_column(server_default=text("false"))
    __table_args__ = (
        UniqueConstraint("org_id", "key"),
        CheckConstraint(f"type IN ({_TYPES})", name="type"),
        CheckConstraint(
            "(type IN ('CHOICE', 'MULTI_CHOICE')) = (choices <> '[]'::jsonb)", name="choices"
        ),
    )


class OpportunityAttribute(Tenant):
    """A value: `value` as it is told, `elements` as it is compared, `rank` as it is ordered."""

    __tablename__ = "opportunity_attribute"
    opportunity_id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    elements: Mapped[list[str]] = mapped_column(ARRAY(Text))
    rank: Mapped[str | None] = mapped_column(
        Text(collation="C"), Computed('"left"(elements[1], 255)', persisted=True)
    )
    __table_args__ = (
        belongs("opportunity_id", "opportunity"),
        ForeignKeyConstraint(
            ["org_id", "key"],
            ["attribute_definition.org_id", "attribute_definition.key"],
            name="fk_opportunity_attribute_definition",
        ),
        indexed("opportunity_attribute", "key", "rank", "opportunity_id"),
    )
