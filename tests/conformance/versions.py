"""What versions of pipelines and their transitions mean, and what they are listed by."""

import json
from typing import Any

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
        return self.tables.one("pipeline_version", id=part.version_id)  # type: ignore[return-value]

    @once
    def pipeline_version(self, v: Row) -> Object:
        def parts(noun: str, table: str, order: str = "position") -> Any:
            return self.listed(noun, lambda: self.tables.where(table, version_id=v.id), order)

        pipeline = self.tables.one("pipeline", id=v.pipeline_id)
        return self.own("PipelineVersion", v) | {
            "name": v.name or pipeline.name,  # type: ignore[union-attr]
            "mode": v.mode,
            "pipeline": self.lazily("Pipeline", v.pipeline_id),
            "basedOn": self.lazily("PipelineVersion", v.based_on_id),
            "contentHash": v.content_hash,
            "note": v.note,
            "stages": parts("OpportunityStage.any", "stage_version"),
            "steps": parts("OpportunityStep.any", "step_version"),
            "transitions": parts("Transition", "transition", "id"),
            "publishedAt": moment(v.published_at),
        }

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
            "policy": m.policy,
            "state": m.state,
            "pipeline": self.lazily("Pipeline", m.pipeline_id),
            "pipelineVersion": self.lazily("PipelineVersion", m.version_id),
            "endedAt": moment(m.ended_at),
        }

    def step(self, s: Row) -> Object:
        raise NotImplementedError


class VersionNouns(Criteria):
    def of_pipeline(self) -> dict[str, Field]:
        raise NotImplementedError

    def versions(self) -> list[Noun]:
        def key(v: Row) -> str:
            return self.t.one("pipeline", id=v.pipeline_id).key  # type: ignore[union-attr]

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
