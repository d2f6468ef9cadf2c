"""Whom a comment reaches: of all it addresses, those who may see what it is about."""

from collections.abc import Mapping, Sequence

from pipeline_gql.domain.comments import Mentions, addresses
from pipeline_gql.domain.errors import Path, Ref
from pipeline_gql.domain.opportunities import MOST_LINKS
from pipeline_gql.domain.problems import Problems, invalid
from pipeline_gql.operations import named
from pipeline_gql.store import comments
from pipeline_gql.store.database import Unit

PATH = ("mentioned_ids",)


async def mentions(
    unit: Unit,
    host: Ref,
    body: str,
    ids: Sequence[int],
    had: Mentions,
    problems: Problems,
) -> Mentions:
    """Everybody named by id must be able to see the opportunity, but for those of `had`, who were
    named before; the address of anybody else in the text is plain text."""
    if len(ids) > MOST_LINKS:
        problems.add(invalid(PATH, f"must have at most {MOST_LINKS}", len(ids)))
        return had
    said = addresses(body)
    asked: Mapping[Path, int] = {
        (*PATH, place): key for place, key in enumerate(ids) if not had.get(key)
    }
    seeing = await comments.seeing(unit, host, set(asked.values()), said)
    blind: Mapping[Path, Ref] = {
        path: Ref("User", key) for path, key in asked.items() if key not in seeing
    }
    if blind:
        await named.refuse_blind(unit, host.type, blind, problems)
    addressed = {user for user, address in seeing.items() if address in said}
    return {user: user in ids for user in {*ids, *addressed}}
