"""What every table shares: the tenant in its key, named constraints, composite foreign keys."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    MetaData,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """All tables; `metadata` is what Alembic compares with the database."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        int: BigInteger,
        str: Text,
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
    }


class Tenant(Base):
    """A row of one organisation; row-level security compares `org_id` with the transaction's."""

    __abstract__ = True
    org_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.org_id"), primary_key=True, sort_order=-20
    )


class Vouched:
    """Beside Tenant: a row for whose organisation another foreign key vouches, none of whose
    columns is ever null, so that it need not be looked up once more for each row."""

    org_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-20)


class Numbered(Tenant):
    """A tenant row known by an integer, unique within its organisation."""

    __abstract__ = True
    id: Mapped[int] = mapped_column(Identity(), primary_key=True, sort_order=-10)


class Versioned:
    """A mutable aggregate: `version` grows by one with every change."""

    version: Mapped[int] = mapped_column(server_default=text("1"), default=1)
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    updated_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


def belongs(column: str, table: str, key: str = "id") -> ForeignKeyConstraint:
    """A reference that cannot leave the organisation."""
    return ForeignKeyConstraint(["org_id", column], [f"{table}.org_id", f"{table}.{key}"])


def indexed(table: str, *columns: str, **options: Any) -> Index:
    """An index whose first column is the organisation, as every one of a tenant's must be."""
    return Index(f"ix_{table}_{'_'.join(columns)}", "org_id", *columns, **options)
