"""What is asked. Each question is one document with variables that differ from call to call."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import Any
from uuid import uuid4

from tests.bench.dataset import Loaded
from tests.bench.organisation import EVENTS, REGIONS, WORDS

Variables = Mapping[str, Any]


@dataclass(frozen=True)
class Question:
    """`variables` gives the next ones."""

    name: str
    title: str
    text: str
    variables: Callable[[Loaded, Random], Variables]
    writes: bool = False
    follows: bool = False
    """Whether the next variables depend on what the last ones did: made only when they are sent."""
    connections: int = 16
    """So many ask at once. What keeps a server or its database busy is asked by few: ours would
    refuse more, as it must, and the others would let them wait."""
    same_as: str = ""
    """The question whose document it has."""

    @property
    def document(self) -> str:
        """As peers know it."""
        return self.same_as or self.name


def gid(type: str, key: object) -> str:
    return b64encode(f"{type}:{key}".encode()).decode()


def plain(loaded: Loaded, random: Random) -> int:
    """An opportunity that every role sees."""
    return random.choice(loaded.member_ids)


CARD = "id name step { id name } value { grandTotal } account { id name }"

Q1 = """query Q1($region: String!) {
  opportunities(first: 50, filters: [{field: regionName, operation: eq, value: $region}]) {
    edges { cursor node {
      id name
      step { id name stage { id name state } }
      account { id name }
      value { grandTotal }
      interests { edges { node { id totalAmount item { id } } } }
    } }
    pageInfo { hasNextPage endCursor }
  }
}"""
Q2 = """query Q2($id: ID!) {
  opportunity(id: $id) {
    id name
    step { id name stage { id name state } }
    account { id name }
    value { grandTotal }
    interests { edges { node { id totalAmount item { id } } } }
  }
}"""
Q4 = """query Q4($after: String!) {
  opportunities(first: 50, after: $after) {
    edges { cursor node { id name step { id name } account { id name } value { grandTotal } } }
    pageInfo { hasNextPage endCursor }
  }
}"""
Q5 = f"""query Q5($pipeline: ID!) {{
  board(pipelineId: $pipeline) {{
    columns {{
      step {{ id name }}
      count
      totals {{ currency value }}
      opportunities(first: 25) {{ edges {{ node {{ {CARD} }} }} }}
    }}
  }}
}}"""
Q6 = """query Q6($text: String!) {
  opportunities(first: 25, search: $text) { edges { node { id name account { id name } } } }
}"""
Q7 = """query Q7($region: String!) {
  opportunities(first: 100, filters: [{field: regionName, operation: eq, value: $region}]) {
    edges { node { id transitions { transition { id } toStep { id } allowed
      blockers { code message } } } }
  }
}"""
Q3 = """mutation Q3($input: OpportunityCreateInput!) {
  opportunities { create(input: $input) { errors { label message value } opportunity { id } } }
}"""
W2 = """mutation W2($opportunityId: ID!, $stepId: ID!) {
  opportunities { progress(input: {opportunityId: $opportunityId, stepId: $stepId}) {
    errors { label message value } opportunity { id step { id } } } }
}"""
W3 = """mutation W3($id: ID!, $event: ID!) {
  opportunities { addInterest(input: {opportunityId: $id,
    interestDetails: {id: $event, quantity: 1, unitAmount: "100.00", reserve: true}}) {
    errors { label message value } interests { id } } }
}"""


def _first(loaded: Loaded, random: Random) -> Variables:
    """A page among the first."""
    return _page(loaded.first_id + random.randrange(1_000))


def _deep(loaded: Loaded, random: Random) -> Variables:
    """A page behind row 100,000, or behind the last tenth of fewer."""
    far = min(100_000, (loaded.last_id - loaded.first_id) * 9 // 10)
    near = max(1, min(1_000, loaded.last_id - loaded.first_id - far - 60))
    return _page(loaded.first_id + far + random.randrange(near))


def _page(key: int) -> Variables:
    """Peers that do not read our cursors go by the key."""
    return {"after": cursor(key), "afterId": key}


def cursor(key: int) -> str:
    """Ours, of the order by id."""
    return b64encode(f'["id:asc",null,{key}]'.encode()).decode()


_fresh = count(1)


def _created(loaded: Loaded, random: Random) -> Variables:
    """Each with a key of its own, as clients send it who may have to ask again."""
    return {
        "input": {
            "name": f"{random.choice(WORDS)} {next(_fresh)}",
            "accountId": gid("Organisation", loaded.first_id + random.randrange(5)),
            "regionId": gid("Region", f"R{random.randrange(REGIONS)}"),
            "amount": "1000.00",
            "idempotencyKey": str(uuid4()),
        }
    }


def _moved(loaded: Loaded, random: Random) -> Variables:
    """What is not lost is lost, what is lost begins again; both are allowed from where it is."""
    if loaded.lost_ids is None:
        id, to = random.randrange(loaded.first_id, loaded.last_id), "lost"
    else:
        # One after another, so that the same record is not moved twice at once.
        id = loaded.member_ids[next(_fresh) % len(loaded.member_ids)]
        to = "lead" if id in loaded.lost_ids else "lost"
        loaded.lost_ids.symmetric_difference_update({id})
    return {
        "opportunityId": gid("Opportunity", id),
        "stepId": gid("OpportunityStep", loaded.step_ids[to]),
    }


def _reserving(events: int) -> Callable[[Loaded, Random], Variables]:
    def variables(loaded: Loaded, random: Random) -> Variables:
        event = random.choice(loaded.event_ids[:events])
        return {"id": gid("Opportunity", plain(loaded, random)), "event": gid("Course", event)}

    return variables


def _region(loaded: Loaded, random: Random) -> Variables:
    return {"region": f"Region {random.randrange(REGIONS)}"}


READS = (
    Question(
        "Q1", "50 opportunities of a region, with step, stage, account, interests", Q1, _region
    ),
    Question(
        "Q2",
        "one opportunity by id",
        Q2,
        lambda loaded, random: {"id": gid("Opportunity", plain(loaded, random))},
    ),
    Question("Q4", "50 opportunities, far down the list", Q4, _deep),
    Question("Q4-first", "50 opportunities, among the first", Q4, _first, same_as="Q4"),
    Question(
        "Q5",
        "a board: 8 steps of 25 cards, with counts and sums",
        Q5,
        lambda loaded, random: {"pipeline": gid("Pipeline", loaded.pipeline_id)},
        connections=4,
    ),
    Question(
        "Q6",
        "25 opportunities by a text",
        Q6,
        lambda loaded, random: {"text": f"{random.choice(WORDS)} {random.choice(WORDS)}"},
    ),
    Question(
        "Q7",
        "100 opportunities with every transition's verdict",
        Q7,
        _region,
        connections=8,
    ),
)
WRITES = (
    Question("Q3", "create", Q3, _created, writes=True, connections=8),
    Question("W2", "progress, lost and back", W2, _moved, writes=True, follows=True, connections=8),
    Question(
        "W3", "addInterest and reserve, one event", W3, _reserving(1), writes=True, connections=8
    ),
    Question(
        "W3s",
        "addInterest and reserve, 50 events",
        W3,
        _reserving(EVENTS),
        writes=True,
        connections=8,
        same_as="W3",
    ),
)
QUESTIONS = {each.name: each for each in (*READS, *WRITES)}
