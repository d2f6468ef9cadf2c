"""`task { … }`."""

from datetime import date, datetime
from typing import Any

import strawberry

from pipeline_gql.api.inputs import (
    ChangeInput,
    Fields,
    WriteInput,
    filled,
    key,
    member,
    named,
    needed,
    optional,
    plain,
    sent,
)
from pipeline_gql.api.payloads import Payload, of
from pipeline_gql.api.types.tasks import TaskPriority
from pipeline_gql.api.verbs import Call, Work, given, verb
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


def create(input: TaskCreateInput, call: Call) -> Work:
    starting = {"opportunity_id": key("Opportunity")}
    asked = filled(input, call, {**FIELDS, **starting})
    return lambda unit: tasks.create(unit, call.viewer, tasks.CreateTask(**asked))


def update(input: TaskUpdateInput, call: Call) -> Work:
    command = tasks.UpdateTask(
        task_id=named(input, call, "Task", "task_id"),
        changes=sent(input, call, FIELDS),
        expected_version=given(input.expected_version),
    )
    return lambda unit: tasks.update(unit, call.viewer, command)


def _named(input: TaskChangeInput, call: Call) -> Named:
    return Named(named(input, call, "Task", "task_id"), given(input.expected_version))


def complete(input: TaskCompleteInput, call: Call) -> Work:
    command = _named(input, call)
    return lambda unit: tasks.complete(unit, call.viewer, command)


def reopen(input: TaskReopenInput, call: Call) -> Work:
    command = _named(input, call)
    return lambda unit: tasks.reopen(unit, call.viewer, command)


def delete(input: TaskDeleteInput, call: Call) -> Work:
    command = _named(input, call)
    return lambda unit: tasks.delete(unit, call.viewer, command)


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
