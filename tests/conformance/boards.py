"""Boards, and what opportunities come to together."""

from typing import Any

from tests.conformance.lists import listed, page
from tests.conformance.meaning import Object
from tests.conformance.objects import Objects
from tests.conformance.rows import Row, decoded, money


class Boards(Objects):
    def totals(self, rows: list[Row]) -> list[Object]:
        """Of opportunities, by currency."""
        made: list[Object] = []
        for currency in sorted({o.currency for o in rows}):
            own, exponent = [o for o in rows if o.currency == currency], self.exponent(currency)
            made.append({
                "__typename": "OpportunityTotals",
                "currency": currency,
                "count": len(own),
                "value": money(sum(o.grand_total for o in own), exponent),
                "weighted": money(sum(o.weighted for o in own), exponent),
                "stalledCount": len([o for o in own if self.is_stalled(o)]),
            })  # fmt: skip
        return made

    def board(self, info: Any, **args: Any) -> Object | None:
        if args.get("pipelineId") is None:
            key = self._default_pipeline()
        else:
            type, key = decoded(args["pipelineId"]) or ("", None)
            key = key if type == "Pipeline" else None
        if key is None or self.one("Pipeline", key) is None:
            return None
        steps = self._published_steps(key)
        steps += self._steps_gone(key, {step.step_id for step in steps})
        return {
            "pipeline": self.one("Pipeline", key),
            "columns": [self._column(step, args) for step in steps],
        }

    def _default_pipeline(self) -> int | None:
        published = [p for p in self.tables["pipeline"] if self.published(p.id)]
        published.sort(key=lambda p: (not p.is_default, p.id))
        return published[0].id if published else None

    def _published_steps(self, pipeline: int) -> list[Row]:
        version = self.published(pipeline)
        steps = self.tables.where("step_version", version_id=version.id) if version else []
        return sorted(steps, key=lambda step: (step.position, step.step_id))

    def _steps_gone(self, pipeline: int, there: set[int]) -> list[Row]:
        """Of those on which something stands that is seen, as the last version had them."""
        found: dict[int, Row] = {}
        versions = self.tables.where("pipeline_version", pipeline_id=pipeline, state="RETIRED")
        for version in sorted(versions, key=lambda version: version.number):
            for step in self.tables.where("step_version", version_id=version.id):
                found[step.step_id] = step
        gone = [
            step
            for key, step in found.items()
            if key not in there
            and any(self.sees(o) for o in self.tables.where("opportunity", step_id=key))
        ]
        return sorted(gone, key=lambda step: (step.position, step.step_id))

    def _column(self, step: Row, args: Object) -> Object:
        noun = self.nouns["Opportunity"]
        among = self.tables.where("opportunity", step_id=step.step_id)
        cards = listed(noun, among, args)
        state = self.tables.the("pipeline_version", id=step.version_id).state
        return {
            "step": lambda info: self.step(step),
            "isRetired": state != "PUBLISHED",
            "count": len(cards),
            "totals": lambda info: self.totals(cards),
            "opportunities": lambda info, **own: page(noun, cards, own, "manual"),
        }
