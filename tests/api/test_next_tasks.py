"""The next task of each opportunity, whatever was done to the tasks, against a recount."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from tests.api.asking import Ask

START = datetime(2031, 1, 1, tzinfo=UTC)
Tasks = dict[str, dict[str, Any]]


class Errands:
    """Does things to tasks at random and remembers in plain Python what should be so."""

    def __init__(self, ask: Ask, opportunities: list[str], seed: int) -> None:
        self.ask, self.opportunities, self.random = ask, opportunities, Random(seed)
        self.tasks: Tasks = {}

    async def do_something(self) -> None:
        verb = self.random.choice(
            ["create", "create", "complete", "reopen", "update", "delete", "link"]
        )
        fitting = {"complete": [False], "reopen": [True]}.get(verb, [False, True])
        known = [id for id, task in self.tasks.items() if task["on"] and task["done"] in fitting]
        if verb == "create":
            await self.create()
        elif known:
            await self.change(verb, self.random.choice(known))

    def due(self) -> str | None:
        moment = START + timedelta(days=self.random.randrange(4))
        return self.random.choice([None, moment.isoformat(), moment.isoformat()])

    async def create(self) -> None:
        here, due = self.random.choice(self.opportunities), self.due()
        id = await self.ask.hanging("task", here, dueAt=due)
        self.tasks[id] = {"on": here, "due": due, "done": False, "place": len(self.tasks)}

    async def change(self, verb: str, id: str) -> None:
        task, input = self.tasks[id], {"taskId": id}
        if verb == "link":
            others = [each for each in self.opportunities if each != task["on"]]
            task["on"] = self.random.choice(others)
            input |= {"opportunityId": task["on"]}
            await self.ask.done("opportunities.link", input, "opportunity { id }")
            return
        if verb == "update":
            task["due"] = self.due()
            input["dueAt"] = task["due"]
        await self.ask.done(f"task.{verb}", input, "task { id }")
        task["done"] = {"complete": True, "reopen": False}.get(verb, task["done"])
        if verb == "delete":
            task["on"] = None

    def waiting(self, opportunity: str) -> list[str]:
        here = [id for id, t in self.tasks.items() if t["on"] == opportunity and not t["done"]]
        return sorted(here, key=lambda id: (self.tasks[id]["due"] or "9", self.tasks[id]["place"]))


@pytest.mark.parametrize("seed", range(3))
async def test_the_next_task_and_its_filters_agree_with_a_recount(ask: Ask, seed: int) -> None:
    opportunities = [await ask.opportunity() for _ in range(4)]
    errands = Errands(ask, opportunities, seed)
    for _ in range(25):
        await errands.do_something()
    found = await ask.read("{ opportunities { nodes { id nextTask { id } } } }")
    told = {o["id"]: o["nextTask"] and o["nextTask"]["id"] for o in found["opportunities"]["nodes"]}
    waiting = {id: errands.waiting(id) for id in opportunities}
    assert told == {id: next(iter(tasks), None) for id, tasks in waiting.items()}
    assert await _having(ask, 'hasOpenTask, operation: eq, value: "true"') == {
        id for id, tasks in waiting.items() if tasks
    }
    assert await _having(ask, 'hasOpenTask, operation: eq, value: "false"') == {
        id for id, tasks in waiting.items() if not tasks
    }
    first = {id: errands.tasks[tasks[0]]["due"] for id, tasks in waiting.items() if tasks}
    for days in range(5):
        moment = (START + timedelta(days=days)).isoformat()
        for operation, holds in (("lt", str.__lt__), ("ge", str.__ge__), ("eq", str.__eq__)):
            wanted = {id for id, due in first.items() if due and holds(due, moment)}
            filter = f'nextTaskDue, operation: {operation}, value: "{moment}"'
            assert await _having(ask, filter) == wanted, (filter, first)
    undated = {id for id in opportunities if not first.get(id)}
    assert await _having(ask, "nextTaskDue, operation: isnull") == undated


async def _having(ask: Ask, filter: str) -> set[str]:
    found = await ask.read(
        f"{{ opportunities(filters: {{field: {filter}}}) {{ nodes {{ id }} }} }}"
    )
    return {node["id"] for node in found["opportunities"]["nodes"]}
