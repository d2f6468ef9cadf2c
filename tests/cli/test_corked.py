"""Nothing that was written is lost, late or out of order because it is kept for a moment."""

import asyncio
from collections.abc import Iterable
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from pipeline_gql.cli.corked import Corked

TURN = None
"""The event loop goes round."""


class Line:
    """Stands where the socket does: what came, and in how many pieces."""

    def __init__(self) -> None:
        self.said = b""
        self.pieces = 0
        self.is_closed = False

    def write(self, data: bytes) -> None:
        self.writelines([data])

    def writelines(self, pieces: Iterable[bytes]) -> None:
        assert not self.is_closed
        self.said += b"".join(pieces)
        self.pieces += 1

    def close(self) -> None:
        self.is_closed = True


def corked() -> tuple[Line, Corked]:
    line = Line()
    return line, Corked(cast(Any, line), asyncio.get_running_loop())


@given(st.lists(st.one_of(st.just(TURN), st.binary(max_size=3))), st.booleans())
def test_all_that_is_written_arrives_in_its_order(events: list[bytes | None], ends: bool) -> None:
    async def play() -> None:
        line, cork = corked()
        written = b""
        for event in events:
            if event is TURN:
                await asyncio.sleep(0)
                assert line.said == written
            else:
                cork.write(event)
                written += event
        if ends:
            cork.close()
        else:
            await asyncio.sleep(0)
        assert (line.said, line.is_closed) == (written, ends)

    asyncio.run(play())


async def test_an_answer_and_its_head_are_one_piece() -> None:
    line, cork = corked()
    for answer in (b"one", b"two"):
        cork.write(b"head ")
        cork.write(answer)
        await asyncio.sleep(0)
    assert (line.said, line.pieces) == (b"head onehead two", 2)
