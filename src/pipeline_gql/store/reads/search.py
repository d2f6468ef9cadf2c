"""Text search. Its documents stand in a table of their own, behind one function."""

from typing import Any

from sqlalchemy import BigInteger, Text, column, func, or_, select, union_all

from pipeline_gql.store import models
from pipeline_gql.store.conditions import undeleted
from pipeline_gql.store.reads.shapes import Element, Row, Scope
from pipeline_gql.store.reads.text import literal
from pipeline_gql.store.reads.ways import few_or_many


def opportunity(row: Row, scope: Scope, words: Element) -> Element:
    """Name or description of the opportunity, name of its account or of one of its contacts."""
    return _among(row, scope, _documents(scope, words).cte())


def opportunity_ways(row: Row, scope: Scope, words: Element) -> list[list[Element]]:
    """The same: looked up, or walked through."""
    hits = _documents(scope, words).cte()
    return few_or_many(_opportunities(scope, hits), row.id, _among(row, scope, hits))


def record(kind: str) -> Any:
    """A record whose own document holds the words."""

    def searched(row: Row, scope: Scope, words: Element) -> Element:
        return row.id.in_(_of(_documents(scope, words).subquery(), kind))

    return searched


def _documents(scope: Scope, words: Element) -> Any:
    """Those that hold the words: of which kind of record, and its id."""
    documents = func.search_docs(scope.org, words).table_valued(
        column("kind", Text), column("id", BigInteger)
    )
    return select(documents.c.kind, documents.c.id)


def _of(hits: Any, kind: str) -> Any:
    return select(hits.c.id).where(hits.c.kind == literal(kind))


def _among(row: Row, scope: Scope, hits: Any) -> Element:
    part: Any = models.OpportunityContact.__table__.alias()
    met = select(part.c.opportunity_id).where(
        part.c.org_id == scope.org, part.c.contact_id.in_(_of(hits, "CONTACT"))
    )
    return or_(
        row.id.in_(_of(hits, "OPPORTUNITY")),
        row.account_id.in_(_of(hits, "ACCOUNT")),
        row.id.in_(met),
    )


def _opportunities(scope: Scope, hits: Any) -> Any:
    """The ids of those that the documents lead to."""
    part: Any = models.OpportunityContact.__table__.alias()
    there: Any = models.Opportunity.__table__.alias()
    of_accounts = select(there.c.id).join_from(hits, there, there.c.account_id == hits.c.id)
    of_contacts = select(part.c.opportunity_id).join_from(
        hits, part, part.c.contact_id == hits.c.id
    )
    return union_all(
        _of(hits, "OPPORTUNITY"),
        of_accounts.where(
            hits.c.kind == literal("ACCOUNT"), there.c.org_id == scope.org, undeleted(there.c)
        ),
        of_contacts.where(hits.c.kind == literal("CONTACT"), part.c.org_id == scope.org),
    )
