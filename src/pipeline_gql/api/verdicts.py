"""Verdicts of transitions, as their GraphQL fields."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pipeline_gql.api.wording import worded
from pipeline_gql.domain.errors import Refusal
from pipeline_gql.domain.explaining import Verdict, explain
from pipeline_gql.domain.pipeline import Version
from pipeline_gql.domain.standing import Standing
from pipeline_gql.domain.viewer import Viewer
from pipeline_gql.store.reads.transitions import key_of


def verdicts(
    version: Version, facts: Mapping[str, Any], viewer: Viewer, now: datetime
) -> dict[str, dict[str, Any]]:
    """Of one opportunity, by the key of the way that each judges."""
    found = explain(version, Standing.read(facts), viewer, now)
    return {key_of(each.step_id, each.transition_id): _told(each) for each in found}


def _told(verdict: Verdict) -> dict[str, Any]:
    return {
        "allowed": not verdict.blockers,
        "blockers": [_blocker(each) for each in verdict.blockers],
    }


def _blocker(refusal: Refusal) -> dict[str, Any]:
    """As the error that `progress` would answer, and the facts that stand in its sentence."""
    broken = refusal.broken
    told = {name: getattr(broken, name, None) for name in ("field", "actual", "expected")}
    return worded(refusal, refusal.path, refusal.value) | told
