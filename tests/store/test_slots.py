"""Slots: never more are taken than there are, who came first is served first, none is lost."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_gql.store.slots import Slots

HELD, LEAVES = st.integers(0, 3), st.integers(0, 6)
"""For how many turns of the loop somebody holds a slot, and after how many one gives up."""


@given(st.integers(1, 3), st.lists(st.tuples(HELD, LEAVES | st.none()), max_size=12))
def test_whoever_comes_and_goes_leaves_all_slots_behind(
    count: int, comers: list[tuple[int, int | None]]
) -> None:
    asyncio.run(_come_and_go(Slots(count), comers))


async def _come_and_go(slots: Slots, comers: list[tuple[int, int | None]]) -> None:
    served: list[int] = []
    holding = 0

    async def come(number: int, turns: int) -> None:
        nonlocal holding
        if not slots.took():
            await slots.wait(60)
        served.append(number)
        holding += 1
        try:
            assert holding <= slots.slots
            for _ in range(turns):
                await asyncio.sleep(0)
        finally:
            holding -= 1
            slots.leave()

    async def give_up(comer: asyncio.Task[None], turns: int) -> None:
        for _ in range(turns):
            await asyncio.sleep(0)
        comer.cancel()

    tasks = [asyncio.create_task(come(n, held)) for n, (held, _) in enumerate(comers)]
    for task, (_, leaves) in zip([*tasks], comers, strict=True):
        if leaves is not None:
            tasks.append(asyncio.create_task(give_up(task, leaves)))
    async with asyncio.timeout(30):
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(end, asyncio.CancelledError | None) for end in ends), ends
    assert served == sorted(served)
    assert (slots.busy, slots.waiting) == (0, 0)


async def test_who_has_waited_long_enough_leaves_no_trace() -> None:
    slots = Slots(1)
    assert slots.took()
    with pytest.raises(TimeoutError):
        await slots.wait(0.01)
    assert (slots.busy, slots.waiting) == (1, 0)
    slots.leave()
    assert slots.took()
