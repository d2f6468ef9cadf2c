"""What is told of many at once reads them once, and what few hold is looked up."""

import hashlib

import pytest

from pipeline_gql.domain.viewer import Viewer
from tests.counters.conftest import walking
from tests.counters.crowd import MANY
from tests.counters.plans import Spent, explained, planned
from tests.counters.walking import VIEWERS, Walker
from tests.organisations import FIRST
from tests.server import DatabaseUrls

COUNT = "{ opportunities { totalCount } }"
TOTALS = "{ opportunities { totalCount totals { currency value } } }"
BOARD = "{ board { columns { count totals { currency value } } } }"
PAGE = 26
TIED = 4
"""A record may be owned, made, assigned and shared; each tells of it once."""


async def _spent(walker: Walker, document: str, viewer: Viewer) -> Spent:
    return await explained(walker.reader, *planned(walker.asker.executor, document, viewer))


def _searched(text: str) -> str:
    return f'{{ opportunities(search: "{text}") {{ nodes {{ name }} }} }}'


@pytest.mark.parametrize(("document", "looks"), [(COUNT, 1), (TOTALS, 2), (BOARD, 1)])
async def test_all_that_a_member_sees_is_looked_up(
    crowd_urls: DatabaseUrls, document: str, looks: int
) -> None:
    """What others have is not read, nor each column's records apart."""
    async with walking(crowd_urls) as walker:
        answer = await walker.asker.read(COUNT, viewer=FIRST.member)
        seen = answer["opportunities"]["totalCount"]
        spent = await _spent(walker, document, FIRST.member)
        assert 1_000 < seen < MANY / 2
        assert spent.rows < TIED * looks * seen, (seen, str(spent))


async def test_a_board_counts_and_adds_up_by_one_look(crowd_urls: DatabaseUrls) -> None:
    """At an index, that is: the rows themselves lie in more than a thousand blocks."""
    async with walking(crowd_urls) as walker:
        spent = await _spent(walker, BOARD, FIRST.admin)
        assert spent.rows < 1.1 * MANY, str(spent)
        assert spent.buffers < MANY / 50, str(spent)


@pytest.mark.parametrize("viewer", VIEWERS, ids=lambda viewer: viewer.role)
async def test_what_few_hold_is_looked_up(crowd_urls: DatabaseUrls, viewer: Viewer) -> None:
    """The third opportunity's name is made of this."""
    text = hashlib.md5(b"3").hexdigest()
    async with walking(crowd_urls) as walker:
        spent = await _spent(walker, _searched(text), viewer)
        assert spent.rows < 2 * PAGE, str(spent)


@pytest.mark.parametrize("viewer", VIEWERS, ids=lambda viewer: viewer.role)
async def test_what_many_hold_is_read_until_the_page_is_full(
    crowd_urls: DatabaseUrls, viewer: Viewer
) -> None:
    async with walking(crowd_urls) as walker:
        spent = await _spent(walker, _searched("Deal"), viewer)
        assert spent.rows < 20 * PAGE, str(spent)
