"""What happened to an opportunity, one type for each kind of entry."""

from datetime import datetime
from enum import Enum
from typing import Any

import strawberry

from pipeline_gql.api.scalars import Json
from pipeline_gql.api.types.node import Node, maybe, one, several, told, typed

_CAUSES = {
    "ENTRY": "The opportunity began there.",
    "TRANSITION": "Somebody moved it along a transition.",
    "MIGRATION": "Its pipeline changed.",
    "IMPORT": "It was brought from another system.",
    "OVERRIDE": "Somebody moved it past the rules.",
}
_causes: Any = Enum(
    "TimelineMoveCause",
    {name: strawberry.enum_value(name, description=words) for name, words in _CAUSES.items()},
)
TimelineMoveCause = strawberry.enum(_causes, description="What brought a move about.")


@strawberry.interface(description="Something that happened to an opportunity.")
class TimelineEntry(Node):
    at: datetime = told("When it happened.")
    actor: Any = maybe("User", "people", "Who did it; null if nobody in particular.")
    opportunity: Any = one("Opportunity", "opportunities", "What it happened to.")


@strawberry.type(description="It came to a step.")
class TimelineMove(TimelineEntry, Node):
    from_step: Any = maybe("OpportunityStep", "pipelines", "The step it left; null where it began.")
    to_step: Any = one("OpportunityStep", "pipelines", "The step it came to.")
    cause: Any = typed(TimelineMoveCause, "What brought it about.")
    reason: str | None = told("Why, if that was said.")


@strawberry.type(description="A field that changed.")
class TimelineFieldChange:
    field: str = told("The field, as the inputs of mutations call it.")
    before: Json | None = told(
        "What it was: ids are global ones, decimals texts without trailing zeros; "
        "null if it had no value."
    )
    after: Json | None = told("What it became, likewise.")


@strawberry.type(description="Fields of it changed.")
class TimelineChange(TimelineEntry, Node):
    changes: Any = several("TimelineFieldChange", "timeline", "Those that changed.")


@strawberry.type(description="Somebody said something about it.")
class TimelineComment(TimelineEntry, Node):
    comment: Any = one("Comment", "comments", "What was said, as it reads now.")


@strawberry.type(description="Somebody attached a file or a link.")
class TimelineFile(TimelineEntry, Node):
    attachment: Any = one("Attachment", "attachments", "The file or the link.")


@strawberry.type(description="Somebody set a task.")
class TimelineTask(TimelineEntry, Node):
    task: Any = one("Task", "tasks", "The task, as it is now.")


@strawberry.type(description="Somebody planned a meeting.")
class TimelineMeeting(TimelineEntry, Node):
    meeting: Any = one("Meeting", "tasks", "The meeting, as it is now.")
