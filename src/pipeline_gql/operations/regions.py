"""Parts of the world. A region's code is its key and never changes."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline_gql.domain import text
from pipeline_gql.domain.errors import Path
from pipeline_gql.domain.ids import TEXT_KEYS
from pipeline_gql.domain.money import currency_code
from pipeline_gql.domain.problems import invalid
from pipeline_gql.domain.viewer import Permission, Viewer
from pipeline_gql.operations import keeping
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.keeping import Field, Noun
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit


def _code(value: object, path: Path) -> str:
    code = text.required_text(value, path)
    if not TEXT_KEYS["Region"].fullmatch(code):
        raise invalid(path, "must be 1 to 32 letters, digits or any of . _ -", value)
    return code


def _currency(value: object, path: Path) -> str | None:
    return None if value is None else currency_code(value, path)


REGION = Noun(
    models.Region,
    Permission.SET_UP,
    "region",
    {
        "code": Field("code", _code, is_unique=True),
        "name": Field("name", text.required_text, is_unique=True),
        "financial_unit_id": Field("currency", _currency),
    },
    required=frozenset({"code", "name"}),
)


@dataclass(frozen=True, slots=True)
class CreateRegion:
    code: str | None = None
    name: str | None = None
    financial_unit_id: str | None = None


@dataclass(frozen=True, slots=True)
class UpdateRegion:
    """`changes` holds what was sent, under the names of `CreateRegion`; None clears."""

    region_id: str
    changes: Mapping[str, object]
    expected_version: int | None = None


async def create(unit: Unit, viewer: Viewer, command: CreateRegion) -> Done:
    return Done({"region": await keeping.create(unit, viewer, REGION, command)})


async def update(unit: Unit, viewer: Viewer, command: UpdateRegion) -> Done:
    key, changes = command.region_id, command.changes
    await keeping.update(unit, viewer, REGION, key, changes, command.expected_version)
    return Done({"region": key})
