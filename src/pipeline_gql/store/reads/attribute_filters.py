"""Conditions on the values of an attribute, each compared as its type is.

A plan serves all organisations, so what a client's text is compared as is known only when the
statement runs: it is bound in every meaning that it may have, and the definition's type chooses.
A text that means nothing in the type equals nothing, and is neither more nor less than anything.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Text, case, func, literal_column, select, true

from pipeline_gql.domain.attribute_types import FAMILIES, Family
from pipeline_gql.domain.filters import Kind
from pipeline_gql.store import models
from pipeline_gql.store.reads.criteria import nothing
from pipeline_gql.store.reads.shapes import Element, Filter, Row, Scope
from pipeline_gql.store.reads.text import literal


def attribute(key: Element, scope: Scope) -> Filter:
    """On the values of the attribute with this key: of several choices, each is one."""

    def within(row: Row, scope: Scope, holds: Callable[[Element], Element]) -> Element:
        own: Any = models.OpportunityAttribute.__table__.alias()
        each = func.unnest(own.c.elements).table_valued("it").render_derived(name="each")
        found = select(literal_column("1", Text)).select_from(own.join(each, true()))
        return found.where(
            own.c.org_id == scope.org,
            own.c.opportunity_id == row.id,
            own.c.key == key,
            holds(literal_column("each.it", Text)),
        ).exists()

    def meant(by_family: Mapping[Family, Element]) -> Element:
        """The meaning among the type's family; null where it is left out."""
        known: Any = models.AttributeDefinition.__table__.alias()
        families = [
            (known.c.type.in_([literal(type.value) for type in _types(family)]), meaning)
            for family, meaning in by_family.items()
        ]
        found = select(case(*families))
        return found.where(known.c.org_id == scope.org, known.c.key == key).scalar_subquery()

    return Filter(Kind.TEXT, "", nothing, within=within, meant=meant)


def _types(family: Family) -> list[Any]:
    return [type for type, its in FAMILIES.items() if its is family]
