"""Issued training tokens: taken back."""

from pipeline_gql.domain.errors import Path
from pipeline_gql.domain.viewer import Viewer
from pipeline_gql.operations.done import Done
from pipeline_gql.operations.papers import NamedPaper, close, opened
from pipeline_gql.store import models
from pipeline_gql.store.database import Unit
from pipeline_gql.store.records import snapshot

PATH: Path = ("token_issue_id",)


async def revoke(unit: Unit, viewer: Viewer, command: NamedPaper) -> Done:
    """For good; the next win issues them again."""
    _, row = await opened(unit, viewer, models.TokenIssue, command, "revoke", PATH)
    if row.revoked_at is None:
        before = snapshot(row)
        row.revoked_at = unit.now
        close(unit, viewer, row, "revoke", "token_issue.revoked", before)
    return Done({"token_issue": row.key})
