"""Pipelines that change under their deals: a half of the stories."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    rule,
)

from tests.model import wishes
from tests.model.pipelines import DOCUMENTS, Pipeline
from tests.model.playing import Playing, has_deals
from tests.model.served import VERSION


class Republishing(Playing):
    def _ways(self, mapping: dict[str, str], policy: str) -> dict[str, Any]:
        """As sent; what names steps that there are not yet is left out."""
        known = self.served.steps
        pairs = [{"fromStepId": known[a], "toStepId": known[b]} for a, b in mapping.items()]
        return {"mapping": pairs, "policy": policy}

    def _known(self, mapping: dict[str, str]) -> dict[str, str]:
        return {a: b for a, b in mapping.items() if {a, b} <= set(self.served.steps)}

    @rule(
        verb=st.sampled_from(["put_in_force", "publish", "publish", "revert"]),
        number=wishes.several,
        who=wishes.setters,
        base=st.sampled_from([0, 0, 0, 0, 1]),
        mapping=wishes.ways,
        policy=wishes.policies,
        manner=wishes.manners,
    )
    def republish(
        self,
        verb: str,
        number: int,
        who: str,
        base: int,
        mapping: dict[str, str],
        policy: str,
        manner: str,
    ) -> None:
        mapping = self._known(mapping)
        if verb == "put_in_force":
            document = DOCUMENTS[number % len(DOCUMENTS)]
            self.model.put_in_force(document)
            self.run(self.served.put_in_force(document))
        elif verb == "publish":
            self._publish(DOCUMENTS[number % len(DOCUMENTS)], who, base, mapping, policy, manner)
        else:
            number = number % len(self.served.versions) + 1
            codes = self.modelled(lambda m: m.revert(who, number, mapping, policy))
            input = {"pipelineVersionId": self.served.versions[number - 1]}
            input |= self._ways(mapping, policy)
            payload = self.call("pipeline.revert", codes, input, who, manner, VERSION)
            if not codes:
                self.served.published(payload)

    def _publish(
        self,
        document: dict[str, Any],
        who: str,
        base: int,
        mapping: dict[str, str],
        policy: str,
        manner: str,
    ) -> None:
        latest = len(self.served.versions)
        draft = self.run(self.served.draft(document))
        codes = self.modelled(lambda m: m.publish(who, document, base, mapping, policy))
        input = {"pipelineVersionId": draft, "expectedBase": latest + base}
        input |= self._ways(mapping, policy)
        payload = self.call("pipeline.publish", codes, input, who, manner, VERSION)
        if not codes:
            self.served.published(payload)

    @has_deals
    @rule(
        verb=st.sampled_from(["migrate", "undo"]),
        number=wishes.several,
        who=wishes.setters,
        mapping=wishes.ways,
        policy=wishes.policies,
        manner=wishes.manners,
    )
    def bring_along(
        self,
        verb: str,
        number: int,
        who: str,
        mapping: dict[str, str],
        policy: str,
        manner: str,
    ) -> None:
        if verb == "migrate" or not self.model.migrations:
            mapping = self._known(mapping)
            codes = self.modelled(lambda m: m.migrate(who, mapping, policy))
            input = {"pipelineId": self.served.pipeline, **self._ways(mapping, policy)}
            self.call("pipeline.migrate", codes, input, who, manner)
        else:
            place = -1 - number % min(2, len(self.model.migrations))
            codes = self.modelled(lambda m: m.undo(who, place))
            input = {"migrationId": self.served.migration(place)}
            self.call("pipeline.undoMigration", codes, input, who, manner)

    @has_deals
    @rule(number=st.integers(0, 1), which=wishes.several, undone=st.booleans())
    def follow(self, number: int, which: int, undone: bool) -> None:
        """All deals go along, to one step if theirs is gone; and perhaps back again at once."""
        pipeline = Pipeline(DOCUMENTS[number])
        known = [key for key in pipeline.steps if key in self.served.steps]
        there = known[which % len(known)]
        versions = self.model.published["deals"]
        mapping = {
            key: there for each in versions for key in each.steps if key not in pipeline.steps
        }
        self._publish(DOCUMENTS[number], "ADMIN", 0, mapping, "MAP", "once")
        self.both_have_the_same()
        if undone:
            codes = self.modelled(lambda m: m.undo("ADMIN", -1))
            input = {"migrationId": self.served.migration(-1)}
            self.call("pipeline.undoMigration", codes, input, "ADMIN")
