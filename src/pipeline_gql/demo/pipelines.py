"""The demo's pipelines, from the documents in the package, under ids counted in their order."""

from pipeline_gql import templates
from pipeline_gql.demo.rows import Row, Rows, since
from pipeline_gql.domain.actions import export_action
from pipeline_gql.domain.documents import Document, content_hash, parse
from pipeline_gql.domain.pipeline import Graph, Transition, Version
from pipeline_gql.domain.rules import export_rule
from pipeline_gql.store import models

ADMIN = 1


def add_pipeline(rows: Rows, template: str, *, is_default: bool = False) -> Version:
    """A pipeline with one published version."""
    document = parse(templates.source(template))
    published = rows.at(-780)
    pipeline = rows.numbered(
        models.Pipeline,
        key=document.key,
        name=document.name,
        is_default=is_default,
        **since(published),
    )
    version = rows.numbered(models.PipelineVersion, **_publication(rows, pipeline["id"], document))
    ids = _Ids(rows, version["id"], pipeline["id"])
    ids.add(document.graph)
    return Version(
        id=version["id"],
        pipeline_id=pipeline["id"],
        number=version["number"],
        graph=document.graph,
        stage_ids=ids.stages,
        step_ids=ids.steps,
        transition_ids=ids.transitions,
    )


def _publication(rows: Rows, pipeline_id: int, document: Document) -> Row:
    return {
        "pipeline_id": pipeline_id,
        "number": 1,
        "mode": document.graph.mode.value,
        "state": "DRAFT",
        "based_on_id": None,
        "name": document.name,
        "content_hash": content_hash(document.graph),
        "note": "As delivered.",
        "created_by_id": ADMIN,
        "published_at": None,
        **since(rows.at(-780)),
    }


def add_attributes(rows: Rows) -> None:
    """What the pipelines require, and what else is said of a deal."""
    for key, definition in templates.attributes().items():
        known: Row = {"description": None, "choices": [], **definition}
        plain = {"required_at_creation": False, "is_archived": False}
        made = since(rows.at(-780))
        rows.numbered(models.AttributeDefinition, key=key, **known, **plain, **made)


def publications(rows: Rows) -> list[Row]:
    """What publishes the versions, once all their parts are stored."""
    return [
        {"id": row["id"], "state": "PUBLISHED", "published_at": rows.at(-780)}
        for row in rows.of(models.PipelineVersion)
    ]


class _Ids:
    """Writes the parts of a graph, and remembers by key under which ids."""

    def __init__(self, rows: Rows, version_id: int, pipeline_id: int) -> None:
        self.rows = rows
        self.version_id = version_id
        self.pipeline_id = pipeline_id
        self.stages: dict[str, int] = {}
        self.steps: dict[str, int] = {}
        self.transitions: dict[str, int] = {}

    def add(self, graph: Graph) -> None:
        self._add_stages(graph)
        self._add_steps(graph)
        for edge in graph.transitions:
            self._add_transition(edge)

    def _add_stages(self, graph: Graph) -> None:
        for position, stage in enumerate(graph.stages, start=1):
            row = self.rows.numbered(models.Stage, pipeline_id=self.pipeline_id, key=stage.key)
            self.stages[stage.key] = row["id"]
            self.rows.add(
                models.StageVersion,
                version_id=self.version_id,
                stage_id=row["id"],
                name=stage.name,
                position=position,
                state=stage.state.value,
            )

    def _add_steps(self, graph: Graph) -> None:
        for position, step in enumerate(graph.steps, start=1):
            row = self.rows.numbered(models.Step, pipeline_id=self.pipeline_id, key=step.key)
            self.steps[step.key] = row["id"]
            self.rows.add(
                models.StepVersion,
                version_id=self.version_id,
                step_id=row["id"],
                stage_id=self.stages[step.stage],
                name=step.name,
                position=position,
                is_entry=step.is_entry,
                is_default=step.is_default,
                probability=step.probability,
                expected_days=step.expected_days,
                stalled_after_days=step.stalled_after_days,
            )

    def _add_transition(self, edge: Transition) -> None:
        row = self.rows.numbered(
            models.Transition,
            version_id=self.version_id,
            key=edge.key,
            name=edge.name,
            kind=edge.kind.value,
            from_step_id=None if edge.source is None else self.steps[edge.source],
            to_step_id=self.steps[edge.target],
            required_attributes=list(edge.required_attributes),
            rules=[export_rule(rule) for rule in edge.rules],
            actions=[export_action(action) for action in edge.actions],
        )
        self.transitions[edge.key] = row["id"]
