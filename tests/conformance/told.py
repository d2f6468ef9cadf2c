"""Documents that clients are told they may send: the contract's search, the integrators' traces."""

from typing import Any

from tests.conformance.rows import global_id

SEARCH = """
query Search($region: String!, $first: Int, $after: String) {
  opportunities(
    filters: [{field: regionName, operation: eq, value: $region}], first: $first, after: $after
    order: {field: createdAt, direction: desc}
  ) {
    pageInfo { startCursor endCursor totalRecords hasNextPage hasPreviousPage }
    edges { cursor node {
      id name legacyId step { id name stage { id name state } } value { grandTotal }
      financialUnit { name ... on Currency { code symbol } }
      interests { edges { node { __typename id totalAmount item {
        id ... on CourseTemplate { code title } ... on Event { code title startDate }
        ... on LearningPath { code name } ... on TrainingTokenType { name }
      } } } }
    } }
  }
}"""
IN_A_STEP = """
query InStep($step: String!, $first: Int = 10, $after: String) {
  opportunities(
    filters: {field: stepId, operation: eq, value: $step}, first: $first, after: $after
  ) {
    pageInfo { hasNextPage endCursor }
    edges { node {
      id activeInvoiceId salesDocument { ... on Invoice { id lifecycleState } }
      attributes { definitionKey value } isReservationValid reservationsValidUntil
      interests(first: 2) { nodes { item { ... on Event { title startDate } } } }
    } }
  }
}"""
EVENT = """
query Event($id: ID!, $after: String) {
  node(id: $id) { ... on Event {
    code remainingPlaces
    interests(first: 3, after: $after) { pageInfo { endCursor } edges { node {
      quantity reservedPlaces opportunity { name step { name } owner { name } account { name } }
    } } }
  } }
}"""
STEPS = """
{ opportunitySteps(order: {field: position}) { edges { node {
  id name probability stage { name state pipeline { name key publishedVersion mode } }
} } } }"""
KINDS = """
fragment Kind on OpportunityInterest {
  ... on EventInterest { x: quantity item { ... on Event { title } } }
  ... on TrainingTokenInterest { x: legacyId expiresAt item { ... on TrainingTokenType { name } } }
  ... on Node { id }
}
query Kinds($ids: [ID!]!, $deep: Boolean!) {
  nodes(ids: $ids) {
    __typename id ...Kind
    ... on Opportunity { interests { nodes { ...Kind opportunity @include(if: $deep) { name } } } }
  }
}"""
BOARD = """
query Board($any: [OpportunityFieldGraphFilter!]) {
  open: opportunities(
    filters: [{field: state, operation: eq, value: "Open"}, {any: $any}], last: 5
  ) {
    totalCount nodes { name daysInStep isStalled probability value { weighted currency } }
  }
  pipelines { nodes { stages { nodes { name steps { nodes {
    name opportunities(first: 2, orderBy: [{field: expectedCloseDate, direction: desc}]) {
      totalCount nodes { name expectedCloseDate contactRoles { role isPrimary contact { name } } }
    }
  } } } } } }
}"""
COLUMNS = """
query Columns($search: String, $any: [OpportunityFieldGraphFilter!], $after: String) {
  board(search: $search, filters: [{any: $any}]) {
    __typename pipeline { name }
    columns {
      __typename isRetired step { id name position stage { state } }
      count totals { currency count value weighted stalledCount }
      opportunities(first: 3) { totalCount totals { currency count }
        pageInfo { hasNextPage hasPreviousPage endCursor }
        edges { cursor node { name isStalled value { grandTotal currency }
          step { name } owner { name } tags { nodes { name } } } }
      }
      back: opportunities(last: 2, orderBy: {field: name}) { nodes { name } }
      next: opportunities(after: $after, first: 1) { nodes { id } pageInfo { hasPreviousPage } }
    }
  }
}"""
FILTER = {"field": "isStalled", "operation": "eq", "value": "true"}
IDS = [
    global_id(type, key)
    for type, key in (
        ("OpportunityInterest", 1),
        ("OpportunityInterest", 2),
        ("OpportunityInterest", 3),
        ("Opportunity", 2),
        ("Opportunity", 2),
        ("Region", "DR"),
        ("Currency", "USD"),
        ("Price", 1),
        ("Account", 999),
        ("EventInterest", 1),
        ("OpportunityContact", 1),
    )
] + ["", "nonsense"]
SEEN = {"field": "legacyId", "operation": "gt", "value": "0"}
TOLD: dict[str, tuple[str, dict[str, Any]]] = {
    "search": (SEARCH, {"region": "UK", "first": 3}),
    "search without a page": (SEARCH, {"region": "United States"}),
    "in a step": (IN_A_STEP, {"step": global_id("OpportunityStep", 3)}),
    "an event": (EVENT, {"id": global_id("Event", 1)}),
    "steps": (STEPS, {}),
    "kinds": (KINDS, {"ids": IDS, "deep": True}),
    "kinds, not deep": (KINDS, {"ids": IDS, "deep": False}),
    "a board": (BOARD, {"any": [FILTER, {"not": FILTER}]}),
    "a board of nothing": (BOARD, {"any": []}),
    "columns": (COLUMNS, {"any": [SEEN]}),
    "columns, searched": (COLUMNS, {"any": [FILTER, {"not": FILTER}], "search": "deal"}),
    "columns of nothing": (COLUMNS, {"any": []}),
}
