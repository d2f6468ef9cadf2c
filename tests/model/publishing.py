"""Pipelines that change under their deals, in plain Python."""

from dataclasses import dataclass
from typing import Any

from tests.model.deals import Deal, Stay
from tests.model.moving import Moves
from tests.model.pipelines import Pipeline

KEY = "deals"


@dataclass
class Was:
    """A deal before it was migrated, and how it was left."""

    version_of: int
    step: str
    probability: int
    by_hand: bool
    is_closed: bool
    put: tuple[int, str, int]
    version: int = 0


@dataclass
class Migration:
    version_of: int
    moved: int
    kept: int
    stayed: int
    was: dict[int, Was]
    """By the deal's place."""
    undone: int = 0
    state: str = "DONE"
    id: str = ""

    def told(self) -> dict[str, Any]:
        names = ("state", "moved", "kept", "stayed", "undone")
        return {name: getattr(self, name) for name in names}


def where(deal: Deal) -> tuple[int, str, int]:
    """Version, step and stay."""
    return deal.version_of, deal.step, len(deal.stays)


class Sales(Moves):
    def __init__(self) -> None:
        super().__init__()
        self.migrations: list[Migration] = []

    def told(self) -> dict[str, Any]:
        return {**super().told(), "migrations": [each.told() for each in self.migrations]}

    def put_in_force(self, document: dict[str, Any]) -> None:
        """By whoever sets the organisation up: deals stay where they are."""
        self.published.setdefault(document["key"], []).append(Pipeline(document))

    def publish(
        self, who: str, document: dict[str, Any], base: int, mapping: dict[str, str], policy: str
    ) -> list[str]:
        """`base` says by how much the version that was read is off."""
        if who != "ADMIN":
            return ["NOT_PERMITTED"]
        if codes := self._strange(mapping):
            return codes
        self.put_in_force(document)
        return ["DRAFT_BEHIND"] if base else self.migrate(who, mapping, policy)

    def _strange(self, mapping: dict[str, str]) -> list[str]:
        """The steps of another pipeline."""
        known = {key for each in self.published[KEY] for key in each.steps}
        ends = [*mapping, *mapping.values()]
        return ["NOT_FOUND"] * sum(step not in known for step in ends)

    def revert(self, who: str, number: int, mapping: dict[str, str], policy: str) -> list[str]:
        """To what a version meant that is no longer in force."""
        if who != "ADMIN":
            return ["NOT_PERMITTED"]
        if codes := self._strange(mapping):
            return codes
        versions = self.published[KEY]
        if number == len(versions):
            return ["VALUE_INVALID"]
        versions.append(versions[number - 1])
        return self.migrate(who, mapping, policy)

    def migrate(self, who: str, mapping: dict[str, str], policy: str) -> list[str]:
        """Of what stands in older versions, deleted deals included."""
        if who != "ADMIN":
            return ["NOT_PERMITTED"]
        if codes := self._strange(mapping):
            return codes
        pipeline, latest = self.published[KEY][-1], len(self.published[KEY])
        old = {
            place: deal
            for place, deal in enumerate(self.deals)
            if deal.pipeline == KEY and deal.version_of != latest
        }
        left = {deal.step for deal in old.values()} - set(pipeline.steps)
        wrong = [step for step in mapping if step in pipeline.steps]
        wrong += [step for step in mapping.values() if step not in pipeline.steps]
        if wrong:
            return ["VALUE_INVALID"] * len(wrong)
        if left and policy == "BLOCK":
            return ["VALUE_INVALID"] * len(left)
        if policy == "MAP" and left - set(mapping):
            return ["VALUE_REQUIRED"] * len(left - set(mapping))
        done = Migration(latest, 0, 0, 0, {})
        for place, deal in old.items():
            there = deal.step if deal.step in pipeline.steps else mapping.get(deal.step)
            if there is None:
                done.stayed += 1
            else:
                done.moved += there != deal.step
                done.kept += there == deal.step
                done.was[place] = self._resettled(deal, latest, there)
        self.migrations.append(done)
        return []

    def _resettled(self, deal: Deal, number: int, there: str) -> Was:
        """Who stays on a step stays in the stay that is open, and closed as it was."""
        was = Was(*where(deal)[:2], deal.probability, deal.by_hand, deal.is_closed, where(deal))
        state = self.step_of(deal).state
        self.put(deal, number, there)
        if self.step_of(deal).state == state:
            deal.is_closed = was.is_closed
        if there != was.step:
            deal.stays.append(Stay(there, "MIGRATION", None, "ADMIN"))
        deal.version += 1
        was.put, was.version = where(deal), deal.version
        return was

    def undo(self, who: str, number: int) -> list[str]:
        """Of what is where it was put: as it was, if nobody changed it since."""
        if who != "ADMIN":
            return ["NOT_PERMITTED"]
        migration = self.migrations[number]
        if migration.state == "UNDONE" or migration.version_of != len(self.published[KEY]):
            return ["VALUE_INVALID"]
        migration.state = "UNDONE"
        for place, was in migration.was.items():
            deal = self.deals[place]
            if where(deal) == was.put:
                is_untouched = deal.version == was.version
                self._resettled(deal, was.version_of, was.step)
                migration.undone += 1
                if is_untouched:
                    deal.probability, deal.by_hand = was.probability, was.by_hand
                    deal.is_closed = was.is_closed
        return []
