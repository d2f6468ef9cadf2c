"""Inputs of what hangs on an opportunity or a lead: which of the two, and which one."""

from typing import Any

import strawberry

from pipeline_gql.api.inputs import ChangeInput, maybe_named, named, optional
from pipeline_gql.api.verbs import Call


@strawberry.input(description="What every change of one lead takes.")
class LeadChangeInput(ChangeInput):
    lead_id: strawberry.ID | None = optional("The lead.")
    id: strawberry.ID | None = optional("The same as leadId.")


def must_host(input: Any, call: Call) -> dict[str, Any]:
    """The member of a command that says what something hangs on."""
    type, field = _host(input)
    return {"opportunity_id": None, field: named(input, call, type, field)}


def may_host(input: Any, call: Call) -> dict[str, Any]:
    """As `must_host`, where the thing itself says it unless the client does."""
    type, field = _host(input)
    return {field: maybe_named(input, call, type, field)}


def _host(input: Any) -> tuple[str, str]:
    is_lead = hasattr(input, "lead_id")
    return ("Lead", "lead_id") if is_lead else ("Opportunity", "opportunity_id")
