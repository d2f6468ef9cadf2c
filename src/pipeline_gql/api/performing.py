"""Verbs from their inputs to their answers: the transaction, retries, what a refusal undoes.

A verb has a transaction of its own; those of an atomic namespace share one.
"""

import asyncio
import random
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property
from time import monotonic
from typing import Any

from pipeline_gql.api import effecting, repeating, writing
from pipeline_gql.api.turns import Asking, Turn
from pipeline_gql.api.verbs import Call, Work
from pipeline_gql.api.wording import sentence, worded
from pipeline_gql.domain.errors import Refusal, Refused, RolledBack, TryAgain
from pipeline_gql.domain.problems import invalid, missing
from pipeline_gql.store import idempotency
from pipeline_gql.store.database import Serialization, Unit
from pipeline_gql.store.effects import watching
from pipeline_gql.store.idempotency import Answered, Stored

TRIES = 3
Why = Refusal | Refused


async def perform(turn: Turn, askings: Sequence[Asking]) -> list[bytes]:
    """The payloads as JSON, of verbs that are carried out in one transaction, in their order.

    A refusal of any rolls all back and is worded; the others' payloads say so. The rest is a bug:
    of several verbs, Broke says whose.
    """
    together = _AllOrNone(turn, askings)
    try:
        return await together.performed()
    except Exception as bug:
        if together.at is None or len(askings) == 1:
            raise
        raise Broke(together.at, together.undone(together.at)) from bug


class Broke(Exception):
    """A bug in the verb at `place`; `payloads` are the answers of all, where the others say that
    they were undone."""

    def __init__(self, place: int, payloads: Sequence[bytes]) -> None:
        super().__init__(place)
        self.place = place
        self.payloads = payloads


@dataclass(frozen=True, slots=True)
class _Task:
    """A verb whose input is in order."""

    asking: Asking
    work: Work
    key: str | None


class _AllOrNone:
    """Verbs that are all done or none. `at` is the place of the one that is being looked after;
    None while it is all of them."""

    def __init__(self, turn: Turn, askings: Sequence[Asking]) -> None:
        self._turn = turn
        self._askings = askings
        self._calls = [Call(turn.viewer, is_dry=each.is_dry) for each in askings]
        self._is_dry = askings[0].is_dry
        self.at: int | None = None

    @cached_property
    def _print(self) -> bytes:
        return repeating.fingerprint(self._askings)

    async def performed(self) -> list[bytes]:
        refused: dict[int, Why] = {}
        tasks: list[_Task] = []
        for place in range(len(self._askings)):
            self.at = place
            try:
                tasks.append(self._task(place))
            except (Refusal, Refused) as why:
                refused[place] = why
        self.at = None
        refused = refused or _keyless(tasks)
        if refused:
            return self._told(refused)
        try:
            await self._prepare()
            return await self._retried(tasks)
        except (Refusal, Refused) as why:
            if not self._is_dry:
                await _aftermath(self._turn, why)
            # What hit the transaction as a whole is everybody's reason.
            places = range(len(tasks)) if self.at is None else [self.at]
            return self._told(dict.fromkeys(places, why))

    def _task(self, place: int) -> _Task:
        asking, call = self._askings[place], self._calls[place]
        work = asking.plan.verb.interpret(asking.input, call)
        call.check()
        if asking.is_dry != self._is_dry:
            raise invalid(("dry_run",), "must be the same in all verbs of an atomic namespace")
        return _Task(asking, work, repeating.key_of(self._turn, asking))

    async def _prepare(self) -> None:
        for place, call in enumerate(self._calls):
            self.at = place
            for preparation in call.preparations:
                await preparation(self._turn)

    async def _retried(self, tasks: Sequence[_Task]) -> list[bytes]:
        """Begins again when the transaction met another; never once COMMIT was sent."""
        turn = self._turn
        for attempt in range(TRIES):
            self.at = None
            try:
                async with turn.database.writing(
                    turn.viewer.org_id,
                    deadline=turn.deadline - monotonic(),
                    request_id=turn.request_id,
                    keeps=not self._is_dry,
                    attended=True,
                ) as unit:
                    return await self._answers(unit, tasks)
            except Serialization:
                await asyncio.sleep(random.uniform(0.005, 0.02) * 2**attempt)
        self.at = None
        raise TryAgain()

    async def _answers(self, unit: Unit, tasks: Sequence[_Task]) -> list[bytes]:
        """Of verbs that are done now, or of verbs that were all done under their keys before."""
        answers: list[bytes] = []
        stored = await self._claimed(unit, tasks)
        for place, task in enumerate(tasks):
            self.at = place
            if place not in stored:
                if place:
                    await unit.begin_anew()
                try:
                    answers.append(await self._carried_out(unit, task, ends=len(tasks) == 1))
                    continue
                except Answered as before:
                    stored[place] = self._same(task, before)
            answers.append(await repeating.again(unit, self._turn, task.asking.plan, stored[place]))
        self.at = None
        return answers

    async def _claimed(self, unit: Unit, tasks: Sequence[_Task]) -> dict[int, Stored]:
        """What stands under the keys, by place; all are taken before anything is done, in an
        order in which no two duplicates can wait for each other. A verb by itself that foresees
        hears of it then."""
        stored: dict[int, Stored] = {}
        keyed = [
            (task.key, task.asking.path, place)
            for place, task in enumerate(tasks)
            if task.key is not None
        ]
        for key, path, place in sorted(keyed):
            self.at = place
            idempotency.claim(unit, self._turn.viewer.user_id, key, path, self._print)
            plan = tasks[place].asking.plan
            if len(tasks) == 1 and plan.verb.foresees and not plan.tells_effects:
                break
            try:
                await unit.judged()
            except Answered as before:
                stored[place] = self._same(tasks[place], before)
        self.at = None
        if stored and len(stored) < len(tasks):
            # Some were forgotten, being a week old, and the others will be in a moment.
            raise Serialization
        return stored

    def _same(self, task: _Task, before: Answered) -> Stored:
        """What was answered, unless other input was."""
        assert task.key is not None
        repeating.require_same(before.stored, task.key, self._print)
        return before.stored

    async def _carried_out(self, unit: Unit, task: _Task, *, ends: bool) -> bytes:
        """`ends` if nothing else is done in the transaction."""
        turn, plan = self._turn, task.asking.plan
        ends = ends and not self._is_dry and not plan.tells_effects
        with watching(unit) if plan.tells_effects else nullcontext() as effects:
            try:
                done = await task.work(unit)
            except (Refusal, Refused):
                # What was answered before is answered again, whatever is refused by now.
                await unit.judged()
                raise
            keeping: repeating.Keeping | None = None
            if task.key is not None:
                keeping = repeating.Keeping(unit, turn, task.asking, task.key, done)
            members = await writing.objects(turn, plan, unit, done, ends=ends, keeping=keeping)
            if effects is not None:
                members |= await effecting.written(turn, plan, unit, effects)
        if keeping and not unit.is_over:
            keeping.keep(members)
        told = {} if self._is_dry else writing.secrets(plan, done)
        return writing.payload(plan, {**members, **told})

    def _told(self, refused: Mapping[int, Why]) -> list[bytes]:
        """Each verb's own reasons; whoever has none was undone for another's."""
        first = min(refused)
        return self._answered(
            refused, RolledBack.for_the_sake_of(self._askings[first].path, refused[first])
        )

    def undone(self, place: int) -> list[bytes]:
        """Of verbs that were all undone since the one at `place` broke."""
        return self._answered({}, RolledBack.by_a_bug_in(self._askings[place].path))

    def _answered(self, refused: Mapping[int, Why], undone: RolledBack) -> list[bytes]:
        return [
            writing.refusal(asking.plan, _worded(call, refused.get(place, undone)))
            for place, (asking, call) in enumerate(zip(self._askings, self._calls, strict=True))
        ]


def _keyless(tasks: Sequence[_Task]) -> dict[int, Why]:
    """A verb without a key among others with one would be done again by a retry, and they not."""
    keyless = [place for place, task in enumerate(tasks) if task.key is None]
    if len(keyless) == len(tasks):
        return {}
    because = "all verbs of an atomic namespace have one, or none has"
    return {place: missing(repeating.PATH, because) for place in keyless}


def _worded(call: Call, why: Why) -> list[dict[str, Any]]:
    return [worded(each, call.placed(each.path), call.sent(each)) for each in why.refusals]


async def _aftermath(turn: Turn, why: Why) -> None:
    """What a refused move leaves behind (an attempt) is written by itself, after the rollback."""
    if why.aftermath is None:
        return
    try:
        async with turn.database.writing(
            turn.viewer.org_id,
            deadline=max(turn.deadline - monotonic(), 0.1),
            request_id=turn.request_id,
            tells=False,
        ) as unit:
            await why.aftermath(unit, lambda each: sentence(each, each.path))
    except (Refusal, Refused, Serialization):
        return
