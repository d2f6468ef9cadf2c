"""Whether a viewer sees a record, by the same condition that guards every read of it."""

from functools import lru_cache

from pipeline_gql.domain.errors import Ref
from pipeline_gql.domain.ids import encode
from pipeline_gql.domain.selection import Leaf, Selection
from pipeline_gql.domain.viewer import Sight, Viewer
from pipeline_gql.store.database import Unit
from pipeline_gql.store.reads import statements
from pipeline_gql.store.reads.binding import Asked
from pipeline_gql.store.reads.compile import Compiler
from pipeline_gql.store.reads.registry import SHAPES
from pipeline_gql.store.reads.statements import Statement


async def sees(unit: Unit, viewer: Viewer, ref: Ref) -> bool:
    statement = _statement(ref.type, viewer.sight)
    asked = Asked({"id": encode(ref)}, viewer.org_id, viewer.user_id)
    return await unit.json(statement.sql, statement.arguments(asked)) is not None


@lru_cache(maxsize=64)
def _statement(type: str, sight: Sight) -> Statement:
    """Reads nothing of the record but that it is there."""
    shape = SHAPES[type]
    nothing = Selection(dict.fromkeys(shape.types, ()), abstract=False)
    return statements.by_id(Compiler(SHAPES, sight), nothing, shape, Leaf("", ("id",)))
