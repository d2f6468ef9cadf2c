"""What a graph names outside itself: it means the same elsewhere where there is such a thing."""

from collections.abc import Collection, Iterator, Mapping

from pipeline_gql.domain.actions import OpenFollowOn, SetOwner
from pipeline_gql.domain.errors import Path
from pipeline_gql.domain.flaws import Flaw, Kind
from pipeline_gql.domain.pipeline import Graph
from pipeline_gql.domain.ruling.nesting import leaves
from pipeline_gql.domain.ruling.people import TeamCheck

_PROBLEMS = {
    Kind.UNKNOWN_TEAM: "asks for team {name}, which there is not: nobody passes",
    Kind.UNKNOWN_USER: "names user {name}, whom there is not: the move would be refused",
    Kind.UNKNOWN_PIPELINE: "names pipeline {name}, which there is not: the move would be refused",
}


def named(graph: Graph) -> Iterator[tuple[Kind, Path, str]]:
    """Teams by name, users by address, pipelines by key, each with where."""
    for place, edge in enumerate(graph.transitions):
        for index, rule in enumerate(edge.rules):
            for check in leaves(rule.test):
                if isinstance(check, TeamCheck):
                    at = ("transitions", place, "rules", index, "test")
                    yield Kind.UNKNOWN_TEAM, at, check.team
        for index, action in enumerate(edge.actions):
            at = ("transitions", place, "actions", index)
            if isinstance(action, SetOwner) and action.user is not None:
                yield Kind.UNKNOWN_USER, (*at, "user"), action.user
            elif isinstance(action, OpenFollowOn):
                yield Kind.UNKNOWN_PIPELINE, (*at, "pipeline"), action.pipeline


def unknown(graph: Graph, known: Mapping[Kind, Collection[str]]) -> Iterator[Flaw]:
    """`known` says which of them there are; the organisation may yet come by the others."""
    for kind, path, name in named(graph):
        if name not in known[kind]:
            yield Flaw(kind, path, _PROBLEMS[kind].format(name=name), name)
