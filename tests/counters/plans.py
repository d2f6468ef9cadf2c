"""What PostgreSQL does for a statement that the server would send: blocks, rows, sorts, indexes."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from graphql.execution.values import VariableValues, get_variable_values

from pipeline_gql.api.documents import prepare
from pipeline_gql.api.execution import Executor
from pipeline_gql.api.limits import Limits
from pipeline_gql.api.planning import Plan
from pipeline_gql.api.schema import graphql_schema
from pipeline_gql.domain.viewer import Viewer
from pipeline_gql.store.connections import Connection
from pipeline_gql.store.reads.binding import Asked
from tests.conformance.conftest import UNBOUNDED
from tests.conformance.crowd import quoted

Node = dict[str, Any]
TIES = {"opportunity_assignee", "opportunity_team", "lead_assignee", "lead_team", "team_member"}
"""What is given to a member is looked up once for a statement, whatever it shows."""


@dataclass(frozen=True)
class Spent:
    """On one statement."""

    root: Node

    @property
    def nodes(self) -> Iterator[Node]:
        """Those that were run."""
        return (node for node in _below(self.root) if node["Actual Loops"])

    @property
    def buffers(self) -> int:
        return self.root["Shared Hit Blocks"] + self.root["Shared Read Blocks"]

    @property
    def rows(self) -> int:
        """Read from tables, whether they were of use or not, besides what ties a viewer."""
        return sum(
            round((node["Actual Rows"] + _removed(node)) * node["Actual Loops"])
            for node in self.nodes
            if node.get("Relation Name", "") not in {"", *TIES}
        )

    @property
    def sorted(self) -> float:
        """The most rows that were sorted at once."""
        sorts = [node for node in self.nodes if node["Node Type"] in ("Sort", "Incremental Sort")]
        return max((sort["Plans"][0]["Actual Rows"] for sort in sorts), default=0)

    @property
    def read_through(self) -> set[str]:
        """Tables or indexes that were read without regard to the organisation."""
        scans = (node for node in self.nodes if node["Node Type"].endswith("Scan"))
        return {
            node.get("Relation Name") or node["Index Name"]
            for node in scans
            if ("Relation Name" in node or "Index Name" in node)
            and node["Node Type"] != "Bitmap Heap Scan"
            and "org_id = $1" not in node.get("Index Cond", "")
        }

    @property
    def indexes(self) -> set[str]:
        return {node["Index Name"] for node in self.nodes if "Index Name" in node}

    def __str__(self) -> str:
        return (
            f"{self.buffers} blocks, {self.rows} rows, {self.sorted:.0f} sorted,"
            f" {sorted(self.read_through)} read through"
        )


def _removed(node: Node) -> float:
    return sum(count for name, count in node.items() if name.startswith("Rows Removed by"))


def _below(node: Node) -> Iterator[Node]:
    yield node
    for each in node.get("Plans", ()):
        yield from _below(each)


def planned(executor: Executor, text: str, viewer: Viewer) -> tuple[str, Sequence[object]]:
    """The statement of a document's one root field, and its arguments, as the server has them."""
    document = prepare(graphql_schema(), text, Limits.of(UNBOUNDED))
    values = get_variable_values(graphql_schema(), (), {})
    assert isinstance(values, VariableValues)
    plan = executor.plan(document, document.operation(None), values, viewer.sight)
    assert isinstance(plan, Plan)
    (root,) = plan.roots
    assert root.statement is not None, text
    asked = Asked(values.coerced, viewer.org_id, viewer.user_id)
    return root.statement.sql, root.statement.arguments(asked)


async def explained(connection: Connection, sql: str, arguments: Sequence[object]) -> Spent:
    """On a reader's connection, which keeps one plan for all values."""
    await connection.execute(f"PREPARE asked AS {sql}")
    given = f"({', '.join(map(quoted, arguments))})" if arguments else ""
    try:
        found = await connection.fetchval(
            f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) EXECUTE asked{given}"
        )
    finally:
        await connection.execute("DEALLOCATE asked")
    return Spent(json.loads(found)[0]["Plan"])
