"""What is wrong with a pipeline that is to be, and what looks wrong; nothing is stored."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline_gql.domain import documents, elsewhere, undefined
from pipeline_gql.domain.attributes import Definition
from pipeline_gql.domain.doubts import doubts
from pipeline_gql.domain.errors import Ref, Refusal, Refused
from pipeline_gql.domain.flaws import Flaw, Kind, flaws_of
from pipeline_gql.domain.pipeline import Graph
from pipeline_gql.domain.problems import Problems, missing, not_found
from pipeline_gql.domain.structure import shortcomings
from pipeline_gql.domain.viewer import Permission, Viewer
from pipeline_gql.operations.done import Done
from pipeline_gql.store import attributes, coverage, models, pipelines, rows
from pipeline_gql.store.database import Unit
from pipeline_gql.store.elsewhere import known

TYPE = "PipelineVersion"
Flaws = Sequence[Flaw]


@dataclass(frozen=True, slots=True)
class Validate:
    """Either a stored version or a document, which may be of a pipeline that there is."""

    version_id: int | None = None
    source: Mapping[str, object] | None = None


async def validate(unit: Unit, viewer: Viewer, command: Validate) -> Done:
    """Tells all that is wrong and all that looks wrong, of a document that cannot be read too."""
    viewer.require(Permission.SET_UP, "validate", TYPE)
    objects: dict[str, int] = {}
    if command.source is not None:
        wrong, doubtful = await _of_document(unit, command.source)
    elif command.version_id is not None:
        row = await rows.find(unit, models.PipelineVersion, command.version_id)
        if row is None:
            raise not_found(Ref(TYPE, command.version_id), ("pipeline_version_id",))
        objects = {"pipeline": row.pipeline_id, "pipeline_version": row.id}
        graph = (await pipelines.version(unit, row.id)).graph
        wrong = await flaws(unit, graph)
        doubtful = await _doubts(unit, graph, row.pipeline_id)
    else:
        raise missing(("pipeline_version_id",), "or a document")
    return Done(objects, told={"problems": _told(wrong), "warnings": _told(doubtful)})


async def flaws(unit: Unit, graph: Graph) -> Flaws:
    """All that keeps a graph without misfits from being published."""
    defined = await _defined(unit, graph)
    found = [*shortcomings(graph), *undefined.undefined(graph, defined)]
    return [*found, *undefined.meaningless(graph, defined)]


async def _defined(unit: Unit, graph: Graph) -> Mapping[str, Definition]:
    """The attributes that the graph asks for, as far as they are defined and in use."""
    keys = {key for _, key in undefined.named(graph)}
    known = await attributes.known(unit) if keys else {}
    return {key: each for key, each in known.items() if key in keys and not each.is_archived}


async def require_sound(unit: Unit, graph: Graph) -> None:
    """Raises them."""
    problems = Problems()
    problems.add(*(flaw.refusal for flaw in await flaws(unit, graph)))
    problems.raise_if_any()


async def _of_document(unit: Unit, source: Mapping[str, object]) -> tuple[Flaws, Flaws]:
    try:
        document = documents.read(source)
    except (Refusal, Refused) as refused:
        return flaws_of(refused.refusals), ()
    pipeline = await pipelines.by_key(unit, document.key)
    return await flaws(unit, document.graph), await _doubts(
        unit, document.graph, pipeline.id if pipeline else None, document.key
    )


async def _doubts(
    unit: Unit, graph: Graph, pipeline_id: int | None, itself: str | None = None
) -> Flaws:
    """`itself` is the key of a pipeline that there may not be yet."""
    found = [*doubts(graph), *await _strange(unit, graph, itself)]
    found += undefined.ordered_as_text(graph, await _defined(unit, graph))
    keys = {key for _, key in undefined.required(graph)}
    if keys and pipeline_id is not None:
        having, total = await coverage.having(unit, pipeline_id, keys)
        found += undefined.mostly_missing(graph, having, total)
    return found


async def _strange(unit: Unit, graph: Graph, itself: str | None) -> Iterable[Flaw]:
    names: defaultdict[Kind, set[str]] = defaultdict(set)
    for kind, _, name in elsewhere.named(graph):
        names[kind].add(name)
    there = {kind: await known(unit, kind, wanted) for kind, wanted in names.items()}
    if itself is not None and Kind.UNKNOWN_PIPELINE in there:
        there[Kind.UNKNOWN_PIPELINE].add(itself)
    return elsewhere.unknown(graph, there)


def _told(found: Iterable[Flaw]) -> list[dict[str, object]]:
    return [
        {"code": flaw.kind.value, "message": flaw.message, "path": [str(it) for it in flaw.path]}
        for flaw in found
    ]
