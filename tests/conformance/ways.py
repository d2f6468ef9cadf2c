"""Where an opportunity can go, and what is known of it that a decision may ask: from plain rows.

The decision itself is the domain's, as are its words; tests/api/test_reasons.py holds both to what
`progress` does.
"""

import json
from decimal import Decimal
from typing import Any

from pipeline_gql.api.verdicts import told
from pipeline_gql.domain.attribute_types import Type
from pipeline_gql.domain.attributes import Definition
from pipeline_gql.domain.explaining import Explainer
from pipeline_gql.domain.pipeline import Graph, Kind, Mode, Stage, State, Step, Transition, Version
from pipeline_gql.domain.rules import stored_rule
from pipeline_gql.domain.standing import Standing, Visit, Want
from tests.conformance.meaning import Meaning, Object
from tests.conformance.rows import Row

TEXTS = {
    "name": "name", "regionId": "region_code", "currency": "currency",
    "leadSource": "lead_source", "description": "description", "nextStep": "next_step",
    "forecastCategory": "forecast_category", "externalId": "external_id",
    "accountId": "account_id", "contactId": "contact_id", "ownerId": "owner_id",
    "probability": "probability", "expectedCloseDate": "expected_close_date",
    "actualCloseDate": "actual_close_date",
}  # fmt: skip


class Ways(Meaning):
    def ways(self, o: Row) -> list[Object]:
        """By the steps' order; to each the edge from here, the one from anywhere, else freely."""
        if not self.sees(o):
            return []
        version = self.tables.one("pipeline_version", id=o.version_id)
        steps = self.tables.where("step_version", version_id=o.version_id)
        edges = self.tables.where("transition", version_id=o.version_id)
        verdicts = self._verdicts(o)
        made: list[Object] = []
        for step in sorted(steps, key=lambda s: (s.position, s.step_id)):
            leading = [edge for edge in edges if edge.to_step_id == step.step_id]
            own: list[Any] = [edge for edge in leading if edge.from_step_id == o.step_id]
            if step.step_id != o.step_id:
                own += [edge for edge in leading if edge.kind == "GLOBAL"]
                if not own and version and version.mode == "FREE":
                    own = [None]
            made += [self._way(step, edge) | next(verdicts) for edge in own]
        assert next(verdicts, None) is None
        return made

    def _way(self, step: Row, edge: Row | None) -> Object:
        return {
            "transition": lambda info: self.one("Transition", edge and edge.id),
            "toStep": lambda info: self.nouns["OpportunityStep"].write(step),
        }

    def _verdicts(self, o: Row) -> Any:
        definitions = {
            row.key: Definition(row.key, row.label, Type(row.type), tuple(_json(row.choices)))
            for row in self.tables["attribute_definition"]
        }
        standing, version = self._standing(o), self._version(o.version_id)
        if now := self.published(o.pipeline_id):
            version = version.followed_by(self._version(now.id))
        found = told(Explainer(version, standing, self.viewer, self.now, definitions))
        return iter([*found.values()])

    def _standing(self, o: Row) -> Standing:
        stays = sorted(self.tables.where("step_stay", opportunity_id=o.id), key=lambda s: s.id)
        stays.sort(key=lambda stay: stay.entered_at)
        money = {"amount": "amount", "grandTotal": "grand_total"}
        values = {name: o[column] for name, column in TEXTS.items()}
        values |= {name: _exact(o[column]) for name, column in money.items()}
        teams = self.tables.where("team_member", user_id=self.viewer.user_id)
        interests = self.tables.where("interest", opportunity_id=o.id)
        interests = sorted(interests, key=lambda row: row.position)
        attributes = self.tables.where("opportunity_attribute", opportunity_id=o.id)
        return Standing(
            id=o.id,
            step_id=o.step_id,
            probability=o.probability,
            probability_is_manual=o.probability_is_manual,
            actual_close_date=o.actual_close_date,
            entered_at=o.step_entered_at,
            owner_id=o.owner_id,
            currency=o.currency,
            fields=values,
            at_entry=_at_entry(stays[-1]) if stays else {},
            attributes={row.key: row.value for row in attributes if row.value},
            interests=tuple(
                Want(row.kind, row.quantity, row.total_amount, row.discount_amount)
                for row in interests
            ),
            attachments=len(self.tables.where("attachment", opportunity_id=o.id)),
            open_tasks=len(self.open_tasks(o)),
            is_held=bool(self.tables.where("seat_hold", opportunity_id=o.id, state="HELD")),
            held_until=o.reservations_valid_until,
            visits=tuple(self._visit(stay) for stay in stays),
            teams=frozenset(self.tables.the("team", id=row.team_id).name for row in teams),
        )

    def _visit(self, stay: Row) -> Visit:
        edge = self.tables.one("transition", id=stay.transition_id)
        return Visit(stay.step_id, edge and edge.key, stay.actor_id)

    def _version(self, id: int) -> Version:
        known = self.known.get(("version", id))
        if known is None:
            known = self.known["version", id] = self._read_version(id)
        return known

    def _read_version(self, id: int) -> Version:
        version = self.tables.one("pipeline_version", id=id)
        assert version is not None
        stages = self.tables.where("stage_version", version_id=id)
        steps = sorted(
            self.tables.where("step_version", version_id=id), key=lambda s: (s.position, s.step_id)
        )
        edges = self.tables.where("transition", version_id=id)
        step_keys = {row.step_id: self._key("step", row.step_id) for row in steps}
        stage_keys = {row.stage_id: self._key("stage", row.stage_id) for row in stages}
        graph = Graph(
            Mode(version.mode),
            tuple(Stage(stage_keys[s.stage_id], s.name, State(s.state)) for s in stages),
            tuple(
                Step(step_keys[s.step_id], s.name, stage_keys[s.stage_id], s.probability)
                for s in steps
            ),
            tuple(_transition(edge, step_keys) for edge in edges),
        )
        return Version(
            id, version.pipeline_id, version.number, graph,
            {key: id for id, key in stage_keys.items()},
            {key: id for id, key in step_keys.items()},
            {edge.key: edge.id for edge in edges},
        )  # fmt: skip

    def _key(self, table: str, id: int) -> str:
        return self.tables.the(table, id=id).key


def _transition(edge: Row, step_keys: dict[int, str]) -> Transition:
    source = None if edge.from_step_id is None else step_keys[edge.from_step_id]
    rules = tuple(stored_rule(each) for each in _json(edge.rules))
    required = tuple(_json(edge.required_attributes))
    target = step_keys[edge.to_step_id]
    return Transition(edge.key, edge.name, Kind(edge.kind), source, target, required, rules)


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _at_entry(stay: Row) -> dict[str, Any]:
    return {
        "grandTotal": _exact(stay.value),
        "currency": stay.currency,
        "probability": stay.probability,
        "expectedCloseDate": stay.expected_close_date,
    }


def _exact(units: int | None) -> Decimal | None:
    return None if units is None else Decimal(units) / 10_000
