"""A pipeline that clients begin, draft and publish."""

from typing import Any

from tests.api.asking import Ask

SHOWN = """
    pipeline { id key name mode publishedVersion isDefault }
    pipelineVersion {
      id number state name mode note contentHash version basedOn { number }
      stages { nodes { name state } }
      steps { nodes { id name probability isEntry isDefault expectedDays stalledAfterDays } }
      transitions {
        nodes { id key name kind fromStep { name } toStep { name } requiredAttributes }
      }
    }
"""
STAGES: list[dict[str, Any]] = [
    {
        "key": "open",
        "name": "Open",
        "steps": [
            {"key": "new", "name": "New", "entry": True, "probability": 20},
            {"key": "talk", "name": "Talk", "probability": 60, "expectedDays": 5},
        ],
    },
    {"key": "won", "state": "Won", "steps": [{"key": "won", "name": "Won"}]},
]
TRANSITIONS = [
    {"from": "new", "to": "talk"},
    {"from": "talk", "to": "won", "name": "Win", "requiredAttributes": ["amount"]},
]
RENEWALS = {"key": "renewals", "name": "Renewals", "stages": STAGES, "transitions": TRANSITIONS}


async def created(ask: Ask, **more: Any) -> dict[str, Any]:
    return await ask.done("pipeline.create", RENEWALS | more, SHOWN)


async def drafted(ask: Ask, pipeline: str, **more: Any) -> dict[str, Any]:
    payload = await ask.done("pipeline.createDraft", {"pipelineId": pipeline, **more}, SHOWN)
    return payload["pipelineVersion"]


async def published(ask: Ask, id: str, **more: Any) -> dict[str, Any]:
    payload = await ask.done("pipeline.publish", {"pipelineVersionId": id, **more}, SHOWN)
    return payload["pipelineVersion"]
