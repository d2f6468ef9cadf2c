"""Which filters have an index of their own, and which look at one record after another.

Whoever adds a filter decides: an index costs each write, a filter without one is bounded by the
organisation's rows.
"""

from datetime import UTC, datetime, timedelta

from pipeline_gql.domain.filters import Kind
from pipeline_gql.store.reads.registry import LISTED
from tests.conformance.rows import global_id

INDEXED = {
    "Account": "id legacyId name externalId createdAt updatedAt",
    "Contact": "id legacyId name email accountId externalId createdAt updatedAt",
    "CourseTemplate": "id code title createdAt updatedAt",
    "Event": "id legacyId code title startDate courseTemplateId createdAt updatedAt",
    "ExchangeRate": "id date createdAt updatedAt",
    "Goal": "id userId teamId startDate endDate createdAt updatedAt",
    "Invoice": "id number opportunityId createdAt updatedAt",
    "Lead": "id name company status externalId ownerId createdById accountId contactId createdAt"
    " updatedAt",
    "LearningPath": "id code name createdAt updatedAt",
    "Meeting": "id opportunityId startsAt createdAt updatedAt",
    "Opportunity": "id legacyId name externalId regionId regionName stepId pipelineId accountId"
    " ownerId createdById grandTotal probability expectedCloseDate actualCloseDate stepEnteredAt"
    " createdAt updatedAt",
    "Product": "id sku name createdAt updatedAt",
    "Registration": "id eventId opportunityId createdAt updatedAt",
    "Tag": "id name createdAt updatedAt",
    "Task": "id opportunityId dueAt doneAt createdAt updatedAt",
    "TokenIssue": "id opportunityId createdAt updatedAt",
    "User": "id name createdAt updatedAt",
}
"""A page by id is found by one index."""

OTHERS = {
    "Account": "regionId regionName ownerId email phone website industry",
    "Contact": "firstName lastName phone jobTitle accountName",
    "CourseTemplate": "state",
    "Event": "state location endDate maxPlaces courseTemplateTitle regionId regionName",
    "ExchangeRate": "fromCurrency toCurrency",
    "Goal": "name metric userName teamName pipelineId targetAmount currency targetCount isArchived"
    " reachedAt",
    "Invoice": "lifecycleState finalisedAt accountId grandTotal",
    "Lead": "email phone jobTitle source description ownerName assignedToId assignedToName"
    " assignedToEmail teamId teamName tag tagId isConverted convertedAt convertedById version",
    "LearningPath": "isActive",
    "Meeting": "subject location endsAt state userId contactId createdById",
    "Opportunity": "description nextStep forecastCategory amountSource stepName stageId stageName"
    " state pipelineName accountName contactId contactName contactEmail contactRole ownerName"
    " ownerIsActive assignedToId assignedToEmail assignedToName teamId teamName tag tagId"
    " leadSource currency amount netTotal taxTotal weighted daysInStep isStalled hasInterests"
    " hasOpenTask nextTaskDue interestItemId isReservationValid reservationsValidUntil version",
    "Product": "description isActive",
    "Registration": "accountId state",
    "Tag": "colour isArchived",
    "Task": "title description dueDate isOverdue isDone doneById assignedToId assignedToName"
    " priority createdById",
    "TokenIssue": "accountId tokenTypeId expiresAt revokedAt",
    "User": "email role isActive teamId teamName",
}
"""Walks of the organisation's records, at worst of all; those over ties begin there."""

OFTEN = {
    "Region": "R8",
    "OpportunityStep": 4,
    "OpportunityStage": 3,
    "Pipeline": 1,
    "TrainingTokenType": "c4ca4238a0b923820dcc509a6f75849b",
    "TokenIssue": "c4ca4238a0b923820dcc509a6f75849b",
}
"""Keys that many records name, else it is 1001."""
VALUES = {
    Kind.TEXT: "nothing",
    Kind.INTEGER: "77",
    Kind.MONEY: "77000",
    Kind.BOOLEAN: "true",
    Kind.DATE: "2026-05-05",
    # The crowd's times are so many hours before it is loaded.
    Kind.TIMESTAMP: f"{datetime.now(UTC).date() - timedelta(days=200)}T00:00:00Z",
    Kind.ITEM: global_id("Event", 1_001),
}
"""Texts that no record has, so that nobody stops at a full page."""
KNOWN = {"status": "WORKING", "regionName": "Region 8"}


def condition(noun: str, name: str, operation: str = "eq") -> str:
    """The filter with a value."""
    known = LISTED[noun].filters[name]
    value = KNOWN.get(name) or VALUES.get(known.kind)
    if value is None:
        assert known.type is not None
        value = global_id(known.type, OFTEN.get(known.type, 1_001))
    return f'filters: {{field: {name}, operation: {operation}, value: "{value}"}}'
