"""Ways through a pipeline: where one move leads, and which moves lead where none does."""

from collections import deque
from collections.abc import Iterator, Mapping

from pipeline_gql.domain.errors import Ref, Remedy
from pipeline_gql.domain.pipeline import Graph, Version

MOST_OFFERED = 20


def shortest(graph: Graph, here: str, there: str) -> tuple[str, ...]:
    """The steps to go to, one move each, `there` last; empty where no other step leads there."""
    came_from: dict[str, str | None] = {here: None}
    waiting = deque([here])
    while waiting and there not in came_from:
        step = waiting.popleft()
        for following in graph.next_steps(step):
            if following not in came_from:
                came_from[following] = step
                waiting.append(following)
    return tuple(reversed(list(_traced(came_from, there))))


def _traced(came_from: Mapping[str, str | None], there: str) -> Iterator[str]:
    while (before := came_from.get(there)) is not None:
        yield there
        there = before


def remedies(
    version: Version, opportunity_id: int, here_id: int, there_id: int | None
) -> tuple[Remedy, ...]:
    """Against a move that no transition allows: the way there first, then every next step."""
    here = version.step(here_id)
    if here is None:
        return ()
    there = None if there_id is None else version.step(there_id)

    def progress(title: str, key: str, **more: object) -> Remedy:
        given = {
            "opportunity_id": Ref("Opportunity", opportunity_id),
            "step_id": Ref("OpportunityStep", version.step_ids[key]),
        }
        return Remedy(title, "opportunities.progress", {**given, **more})

    offered: list[Remedy] = []
    if there is here:
        offered.append(progress(f"Stay in {here.name}", here.key, noop=True))
    way = shortest(version.graph, here.key, there.key) if there else ()
    names = {step.key: step.name for step in version.graph.steps}
    following = dict.fromkeys([*way[:1], *version.graph.next_steps(here.key)])
    if len(way) > 1:
        between = ", ".join(names[key] for key in way[:-1])
        offered.append(progress(f"Go by way of {between}", way[0]))
        # It is the same move.
        del following[way[0]]
    offered.extend(progress(f"Move to {names[key]}", key) for key in following)
    return tuple(offered[:MOST_OFFERED])
