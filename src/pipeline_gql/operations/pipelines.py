"""Pipelines come in as documents and are published as versions."""

from pipeline_gql.domain import documents
from pipeline_gql.domain.documents import Document
from pipeline_gql.domain.errors import Ref
from pipeline_gql.domain.pipeline import Version
from pipeline_gql.domain.viewer import Permission, Viewer
from pipeline_gql.operations.recording import record
from pipeline_gql.store import pipelines, publishing
from pipeline_gql.store.database import Unit
from pipeline_gql.store.publishing import Ids
from pipeline_gql.store.records import snapshot


async def publish_document(
    unit: Unit,
    viewer: Viewer | None,
    document: Document,
    ids: Ids | None = None,
    note: str | None = None,
) -> Version:
    """Makes the document what its pipeline means from now on; the pipeline if it is new.

    Opportunities stay in the version they stand in. Without a viewer it is the server's own
    doing (an organisation being set up). `documents.parse` gives the document.
    """
    if viewer is not None:
        viewer.require(Permission.SET_UP, "publish", "pipeline")
    ids = ids or Ids()
    pipeline = await publishing.locked_pipeline(unit, document.key)
    before = snapshot(pipeline) if pipeline else None
    if pipeline is None:
        pipeline = await publishing.add_pipeline(unit, document, ids.pipeline)
    pipeline.name = document.name
    version = await publishing.add_version(
        unit,
        pipeline,
        document.graph,
        ids=ids,
        based_on=await publishing.retire(unit, pipeline.id),
        actor_id=viewer.user_id if viewer else None,
        note=note,
    )
    record(
        unit,
        viewer,
        Ref("Pipeline", pipeline.id),
        pipeline,
        verb="publish",
        event="pipeline.published",
        before=before,
        after={**snapshot(pipeline), "content_hash": documents.content_hash(document.graph)},
        payload={"number": version.number},
    )
    return await pipelines.version(unit, version.id)
