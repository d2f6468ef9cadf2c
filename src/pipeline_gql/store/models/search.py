"""What `search: "text"` looks through. Triggers of migration 0001 keep it."""

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from pipeline_gql.store.models.base import Tenant


class SearchDoc(Tenant):
    """The searchable text of one record; read through the function `search_docs` alone.

    Row-level security would keep a trigram search from its index, so this table's owner is
    exempt (ENABLEd, not FORCEd) and the function checks the organisation in its place.
    """

    __tablename__ = "search_doc"
    kind: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    body: Mapped[str]
    __table_args__ = (
        CheckConstraint("kind IN ('OPPORTUNITY', 'ACCOUNT', 'CONTACT', 'LEAD')", name="kind"),
        Index(
            "ix_search_doc_body",
            "org_id",
            "body",
            postgresql_using="gin",
            postgresql_ops={"body": "gin_trgm_ops"},
        ),
    )
