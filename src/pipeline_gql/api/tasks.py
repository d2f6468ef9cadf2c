"""`task { … }`."""

from datetime import date, datetime
from typing import Any

import strawberry

from pipeline_gql.api.inputs import (
    ChangeInput,
    Fields,
    WriteInput,
    key,
    member,
    needed,
    optional,
    plain,
)
from pipeline_gql.api.payloads import Payload, of
from pipeline_gql.api.types.tasks import TaskPriority
from pipeline_gql.api.usual import acting, creating, updating
from pipeline_gql.api.verbs import verb
from pipeline_gql.operations import tasks
from pipeline_gql.operations.hanging import Named


@strawberry.input(description="The fields of a task that may be empty.")
class TaskFields:
    description: str | None = optional("What is worth knowing.")
    due_date: date | None = optional(
        "The day until which it is to be done; it is overdue when the day is over where the "
        "organisation is. Null takes the term away."
    )
    due_at: datetime | None = optional(
        "Instead of dueDate, the moment from which on it is overdue; without an offset, in the "
        "organisation's time zone. Null takes the term away."
    )
    priority: TaskPriority | None = optional("How much it matters; NORMAL unless given.")
    assigned_to_id: strawberry.ID | None = optional(
        "Who is to do it: an active user who sees the opportunity."
    )


@strawberry.input(description="A new task on an opportunity.")
class TaskCreateInput(TaskFields, WriteInput):
    opportunity_id: strawberry.ID = needed("What it hangs on.")
    title: str = needed("What is to be done.")


@strawberry.input(description="What every change of one task takes.")
class TaskChangeInput(ChangeInput):
    task_id: strawberry.ID | None = optional("The task.")
    id: strawberry.ID | None = optional("The same as taskId.")


@strawberry.input(description="Changes of a task: absent is untouched, null is cleared.")
class TaskUpdateInput(TaskFields, TaskChangeInput):
    title: str | None = optional("What is to be done.")


@strawberry.input(description="The open task that is done.")
class TaskCompleteInput(TaskChangeInput):
    pass


@strawberry.input(description="The task that is not done after all.")
class TaskReopenInput(TaskChangeInput):
    pass


@strawberry.input(description="The task to delete.")
class TaskDeleteInput(TaskChangeInput):
    pass


@strawberry.type(description="What a mutation of a task answers.")
class TaskPayload(Payload):
    task: Any = of("Task", "tasks", "task")


FIELDS: Fields = {
    "title": plain,
    "description": plain,
    "due_date": plain,
    "due_at": plain,
    "priority": member,
    "assigned_to_id": key("User"),
}


create = creating(tasks.CreateTask, tasks.create, {**FIELDS, "opportunity_id": key("Opportunity")})
update = updating("Task", tasks.UpdateTask, tasks.update, FIELDS)
complete = acting("Task", Named, tasks.complete)
reopen = acting("Task", Named, tasks.reopen)
delete = acting("Task", Named, tasks.delete)


@strawberry.type(description="What can be done to tasks.")
class TaskMutations:
    create: Any = verb(TaskCreateInput, TaskPayload, create, "Creates a task on an opportunity.")
    update: Any = verb(TaskUpdateInput, TaskPayload, update, "Changes a task.")
    complete: Any = verb(
        TaskCompleteInput, TaskPayload, complete, "Says that an open task is done."
    )
    reopen: Any = verb(
        TaskReopenInput, TaskPayload, reopen, "Says that a task is not done after all."
    )
    delete: Any = verb(TaskDeleteInput, TaskPayload, delete, "Hides a task from everybody.")
