"""What versions of pipelines and their transitions mean, and what they are listed by."""

import json
from typing import Any

from pipeline_gql.api.sheets import Form, written
from pipeline_gql.domain.documents import Document
from pipeline_gql.domain.drawing import Format, draw
from pipeline_gql.domain.pipeline import Graph, Kind, Mode, Stage, State, Step, Transition
from pipeline_gql.domain.reading_actions import stored_action
from pipeline_gql.domain.rules import stored_rule
from pipeline_gql.domain.viewer import Role
from tests.conformance.criteria import AGE_FIELDS, AGES, NAME, Criteria, columns, identity
from tests.conformance.hanging import Hanging
from tests.conformance.lists import Field, Noun
from tests.conformance.meaning import Object, once
from tests.conformance.rows import Row, moment


class VersionObjects(Hanging):
    def sees_version(self, v: Row) -> bool:
        return v.state != "DRAFT" or self.viewer.role is not Role.MEMBER

    def version_of(self, part: Row) -> Row:
        return self.tables.the("pipeline_version", id=part.version_id)

    @once
    def pipeline_version(self, v: Row) -> Object:
        def parts(noun: str, table: str, order: str = "position") -> Any:
            return self.listed(noun, lambda: self.tables.where(table, version_id=v.id), order)

        pipeline = self.tables.the("pipeline", id=v.pipeline_id)
        return self.own("PipelineVersion", v) | {
            "name": v.name or pipeline.name,
            "mode": v.mode,
            "pipeline": self.lazily("Pipeline", v.pipeline_id),
            "basedOn": self.lazily("PipelineVersion", v.based_on_id),
            "contentHash": v.content_hash,
            "note": v.note,
            "stages": parts("OpportunityStage.any", "stage_version"),
            "steps": parts("OpportunityStep.any", "step_version"),
            "transitions": parts("Transition", "transition", "id"),
            "publishedAt": moment(v.published_at),
            "document": lambda info, format=None: written(
                Document(pipeline.key, v.name or pipeline.name, self.graph(v)),
                Form[format or "YAML"],
            ),
            "diagram": lambda info, format=None: draw(
                self.graph(v),
                v.name or pipeline.name,
                Format[format or "SVG"],
            ),
        }

    @once
    def graph(self, v: Row) -> Graph:
        """What the rows of a version mean."""

        def rows(table: str, *order: str) -> list[Row]:
            found = self.tables.where(table, version_id=v.id)
            return sorted(found, key=lambda row: [row[name] for name in order])

        def key(table: str, id: int) -> str:
            return self.tables.the(table, id=id).key

        return Graph(
            Mode(v.mode),
            tuple(
                Stage(key("stage", s.stage_id), s.name, State(s.state))
                for s in rows("stage_version", "position", "stage_id")
            ),
            tuple(
                Step(
                    key("step", s.step_id), s.name, key("stage", s.stage_id), s.probability,
                    s.is_entry, s.is_default, s.expected_days, s.stalled_after_days,
                )
                for s in rows("step_version", "position", "step_id")
            ),
            tuple(
                Transition(
                    t.key, t.name, Kind(t.kind), t.from_step_id and key("step", t.from_step_id),
                    key("step", t.to_step_id), tuple(json.loads(t.required_attributes)),
                    tuple(map(stored_rule, json.loads(t.rules))),
                    tuple(map(stored_action, json.loads(t.actions))),
                )
                for t in rows("transition", "id")
            ),
        )  # fmt: skip

    @once
    def transition(self, t: Row) -> Object:
        def step(id: int | None) -> Any:
            row = self.tables.one("step_version", version_id=t.version_id, step_id=id)
            return lambda info: row and self.step(row)

        return self.own("Transition", t) | {
            "kind": t.kind,
            "fromStep": step(t.from_step_id),
            "toStep": step(t.to_step_id),
            "requiredAttributes": json.loads(t.required_attributes),
            "rules": json.loads(t.rules),
            "actions": json.loads(t.actions),
            "pipelineVersion": self.lazily("PipelineVersion", t.version_id),
        }

    def sees_migrations(self, m: Row) -> bool:
        return self.viewer.role is not Role.MEMBER

    @once
    def pipeline_migration(self, m: Row) -> Object:
        return self.own("PipelineMigration", m) | {
            **{name: m[name] for name in ("policy", "moved", "kept", "stayed", "undone")},
            "state": m.state,
            "pipeline": self.lazily("Pipeline", m.pipeline_id),
            "pipelineVersion": self.lazily("PipelineVersion", m.version_id),
            "endedAt": moment(m.ended_at),
            "broughtAlong": self.listed("Opportunity", lambda: self.brought_along(m)),
            "leftBehind": self.listed("Opportunity", lambda: self.left_behind(m)),
        }

    def brought_along(self, m: Row) -> list[Row]:
        known = self.tables.where("migrated_record", migration_id=m.id)
        return self.among("opportunity", [each.opportunity_id for each in known])

    def left_behind(self, m: Row) -> list[Row]:
        """Those that a version holds which was published before."""
        numbers = {v.id: v.number or 10**9 for v in self.tables["pipeline_version"]}
        return [
            o
            for o in self.tables.where("opportunity", pipeline_id=m.pipeline_id)
            if numbers[o.version_id] < numbers[m.version_id]
        ]

    def step(self, s: Row) -> Object:
        raise NotImplementedError


class VersionNouns(Criteria):
    def of_pipeline(self) -> dict[str, Field]:
        raise NotImplementedError

    def versions(self) -> list[Noun]:
        def key(v: Row) -> str:
            return self.t.the("pipeline", id=v.pipeline_id).key

        version = {
            "id": identity("PipelineVersion", "id"),
            **columns("integer", number="number"),
            **columns("text", state="state", mode="mode", contentHash="content_hash"),
            **columns("moment", publishedAt="published_at"),
            "pipelineId": identity("Pipeline", "pipeline_id"),
            "pipelineKey": Field("text", key),
            "createdById": identity("User", "created_by_id"),
            **AGE_FIELDS,
        }
        orders = AGES | {
            "number": ("number", "integer"), "publishedAt": ("published_at", "moment"),
        }  # fmt: skip
        transition = {
            "id": identity("Transition", "id"),
            **columns("text", key="key", name="name", kind="kind"),
            "fromStepId": identity("OpportunityStep", "from_step_id"),
            "toStepId": identity("OpportunityStep", "to_step_id"),
            "pipelineVersionId": identity("PipelineVersion", "version_id"),
            **self.of_pipeline(),
        }
        migration = {
            "id": identity("PipelineMigration", "id"),
            **columns("text", state="state"),
            "pipelineId": identity("Pipeline", "pipeline_id"),
            "pipelineVersionId": identity("PipelineVersion", "version_id"),
            **AGE_FIELDS,
        }
        r: Any = self.r
        return [
            Noun(
                "PipelineVersion", "pipeline_version", "id", r.pipeline_version, version, orders,
                r.sees_version,
            ),
            Noun(
                "Transition", "transition", "id", r.transition, transition, NAME,
                lambda t: r.sees_version(r.version_of(t)),
            ),
            Noun(
                "PipelineMigration", "pipeline_migration", "id", r.pipeline_migration, migration,
                AGES, r.sees_migrations,
            ),
        ]  # fmt: skip
