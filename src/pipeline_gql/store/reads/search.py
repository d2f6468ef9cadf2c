"""Text search. Its documents stand in a table of their own, behind one function."""

from typing import Any

from sqlalchemy import BigInteger, Text, column, func, or_, select

from pipeline_gql.store import models
from pipeline_gql.store.reads.shapes import Element, Row, Scope


def found(scope: Scope, words: Element, kind: str) -> Any:
    """The ids of the records of this kind whose document holds the words."""
    documents = func.search_docs(scope.org, words).table_valued(
        column("kind", Text), column("id", BigInteger)
    )
    return select(documents.c.id).where(documents.c.kind == kind)


def opportunity(row: Row, scope: Scope, words: Element) -> Element:
    """Name or description of the opportunity, name of its account or of one of its contacts."""
    part: Any = models.OpportunityContact.__table__.alias()
    met = select(part.c.opportunity_id).where(
        part.c.org_id == scope.org, part.c.contact_id.in_(found(scope, words, "CONTACT"))
    )
    return or_(
        row.id.in_(found(scope, words, "OPPORTUNITY")),
        row.account_id.in_(found(scope, words, "ACCOUNT")),
        row.id.in_(met),
    )


def record(kind: str) -> Any:
    """A record whose own document holds the words."""

    def searched(row: Row, scope: Scope, words: Element) -> Element:
        return row.id.in_(found(scope, words, kind))

    return searched
