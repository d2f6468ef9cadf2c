"""What opportunities and pipelines can be filtered, ordered and searched by, and who sees them."""

import json
from typing import TYPE_CHECKING, Any

from tests.conformance.criteria import AGE_FIELDS, AGES, NAME, columns, identity
from tests.conformance.goals import goal
from tests.conformance.leads import LeadNouns
from tests.conformance.lists import Field, Noun, attribute_value
from tests.conformance.rows import Row
from tests.conformance.versions import VersionNouns

if TYPE_CHECKING:
    from tests.conformance.reference import Reference


class Nouns(LeadNouns, VersionNouns):
    def opportunity_fields(self) -> dict[str, Field]:
        r = self.r

        def items(o: Row) -> list[Any]:
            return [
                (type, row[column])
                for row in self.t.where("interest", opportunity_id=o.id)
                for type, column in (
                    ("CourseTemplate", "course_template_id"), ("Event", "event_id"),
                    ("LearningPath", "learning_path_id"),
                    ("TrainingTokenType", "training_token_type_key"), ("Product", "product_id"),
                )
                if row[column] is not None
            ]  # fmt: skip

        def attributes(o: Row) -> list[Any]:
            return [
                (row.key, type, attribute_value(type, text))
                for row in self.t.where("opportunity_attribute", opportunity_id=o.id)
                for type in [self.t.the("attribute_definition", key=row.key).type]
                for text in (json.loads(row.value) if type == "MULTI_CHOICE" else [row.value])
            ]

        return {
            "id": identity("Opportunity", "id"),
            **columns("integer", legacyId="id", probability="probability", version="version"),
            **columns(
                "text", name="name", description="description", nextStep="next_step",
                forecastCategory="forecast_category", externalId="external_id",
                amountSource="amount_source", leadSource="lead_source", currency="currency",
            ),
            **columns(
                "money", amount="amount", grandTotal="grand_total", netTotal="net_total",
                taxTotal="tax_total", weighted="weighted",
            ),
            **columns(
                "date", expectedCloseDate="expected_close_date",
                actualCloseDate="actual_close_date",
            ),
            **columns(
                "moment", stepEnteredAt="step_entered_at",
                reservationsValidUntil="reservations_valid_until",
            ),
            "regionId": identity("Region", "region_code"),
            "regionName": self.name_of("region", "region_code", key="code"),
            "stepId": identity("OpportunityStep", "step_id"),
            "stepName": Field("text", lambda o: r.step_of(o).name),
            "stageId": Field("id", lambda o: r.step_of(o).stage_id, "OpportunityStage"),
            "stageName": Field("text", lambda o: r.stage_of(r.step_of(o)).name),
            "state": Field("text", lambda o: r.stage_of(r.step_of(o)).state),
            "pipelineId": identity("Pipeline", "pipeline_id"),
            "pipelineName": self.name_of("pipeline", "pipeline_id"),
            "accountId": identity("Account", "account_id"),
            "accountName": self.name_of("account", "account_id"),
            "contactId": self.many("id", self.tied("contact", "id"), "Contact"),
            "contactName": self.many("text", self.tied("contact", "name")),
            "contactEmail": self.many("text", self.tied("contact", "email")),
            "ownerId": identity("User", "owner_id"),
            "contactRole": self.many(
                "text",
                lambda o: [
                    row.role
                    for row in self.t.where("opportunity_contact", opportunity_id=o.id)
                ],
            ),
            "ownerIsActive": Field(
                "boolean",
                lambda o: o.owner_id and self.t.the("app_user", id=o.owner_id).is_active,
            ),
            "ownerName": self.name_of("app_user", "owner_id"),
            "createdById": identity("User", "created_by_id"),
            "assignedToId": self.many("id", self.tied("assignee", "id"), "User"),
            "assignedToEmail": self.many("text", self.tied("assignee", "email")),
            "assignedToName": self.many("text", self.tied("assignee", "name")),
            "teamId": self.many("id", self.tied("team", "id"), "Team"),
            "teamName": self.many("text", self.tied("team", "name")),
            "tag": self.many("text", self.tied("tag", "name")),
            "tagId": self.many("id", self.tied("tag", "id"), "Tag"),
            "daysInStep": Field("integer", lambda o: r.days(o.step_entered_at)),
            "isStalled": Field("boolean", r.is_stalled),
            "hasInterests": Field("boolean", lambda o: bool(items(o))),
            "hasOpenTask": Field("boolean", lambda o: bool(r.open_tasks(o))),
            "nextTaskDue": Field("moment", r.next_due),
            "interestItemId": self.many("item", items),
            "isReservationValid": Field("boolean", lambda o: r.held(o) > 0),
            "attribute": self.many("attribute", attributes),
            **AGE_FIELDS,
        }  # fmt: skip

    def opportunity_has(self, o: Row, words: str) -> bool:
        account = o.account_id and self.t.one("account", id=o.account_id)
        contacts = self.r.among("contact", self.r.tied("opportunity_contact", "contact_id", o.id))
        return (
            self.has(o, words, "name", "description")
            or bool(account and self.has(account, words, "name"))
            or any(self.has(contact, words, "name", "email") for contact in contacts)
        )

    def rank(self, o: Row, key: str) -> str | None:
        value = self.t.one("opportunity_attribute", opportunity_id=o.id, key=key)
        return value and value.rank

    def opportunity(self) -> Noun:
        orders = AGES | NAME | {
            "grandTotal": ("grand_total", "money"), "probability": ("probability", "integer"),
            "expectedCloseDate": ("expected_close_date", "date"),
            "actualCloseDate": ("actual_close_date", "date"),
            "stepEnteredAt": ("step_entered_at", "moment"),
            "daysInStep": ("step_entered_at", "moment"), "manual": ("board_key", "text"),
        }  # fmt: skip
        return Noun(
            "Opportunity", "opportunity", "id", self.r.opportunity, self.opportunity_fields(),
            orders, self.r.sees, self.opportunity_has, totals=self.r.totals, rank=self.rank,
        )  # fmt: skip

    def interest(self) -> Noun:
        fields = {
            "id": identity("OpportunityInterest", "id"),
            "opportunityId": identity("Opportunity", "opportunity_id"),
            "eventId": identity("Event", "event_id"),
            "courseTemplateId": identity("CourseTemplate", "course_template_id"),
            "learningPathId": identity("LearningPath", "learning_path_id"),
            "trainingTokenTypeId": identity("TrainingTokenType", "training_token_type_key"),
            "productId": identity("Product", "product_id"),
            **columns("text", kind="kind"),
            **columns("integer", quantity="quantity", position="position"),
            **columns(
                "money", unitAmount="unit_amount", totalAmount="total_amount",
                discountAmount="discount_amount", netAmount="net_amount", taxAmount="tax_amount",
            ),
            **AGE_FIELDS,
        }  # fmt: skip
        orders = AGES | {
            "quantity": ("quantity", "integer"), "totalAmount": ("total_amount", "money"),
            "position": ("position", "integer"),
        }  # fmt: skip
        return Noun(
            "OpportunityInterest", "interest", "id", self.r.interest, fields, orders,
            lambda row: self.r.sees_what_hangs_on(row.opportunity_id),
        )  # fmt: skip

    def attachment(self) -> Noun:
        fields = {
            "id": identity("Attachment", "id"),
            "createdById": identity("User", "created_by_id"),
            **columns(
                "text", kind="kind", name="name", contentType="content_type", sha256="sha256"
            ),
            **columns("integer", size="size"),
            "createdAt": AGE_FIELDS["createdAt"],
        }
        orders = NAME | {"size": ("size", "integer"), "createdAt": AGES["createdAt"]}
        return Noun(
            "Attachment", "attachment", "id", self.r.attachment, fields, orders,
            self.r.sees_host,
        )  # fmt: skip

    def of_pipeline(self) -> dict[str, Field]:
        def name(row: Row) -> str:
            return self.t.the("pipeline", id=self.r.pipeline_of(row.version_id)).name

        return {
            "pipelineId": Field("id", lambda s: self.r.pipeline_of(s.version_id), "Pipeline"),
            "pipelineName": Field("text", name),
        }

    def stage(self, *, any_version: bool) -> Noun:
        fields = {
            "id": identity("OpportunityStage", "stage_id"),
            **columns("text", name="name", state="state"),
            **columns("integer", position="position"),
            **self.of_pipeline(),
        }
        orders = NAME | {"position": ("position", "integer")}
        return Noun(
            "OpportunityStage", "stage_version", "stage_id", self.r.stage, fields, orders,
            (lambda _: True) if any_version else self.r.is_published,
        )  # fmt: skip

    def step(self, *, any_version: bool) -> Noun:
        fields = {
            "id": identity("OpportunityStep", "step_id"),
            **columns("text", name="name"),
            **columns("integer", position="position", probability="probability"),
            **columns("boolean", isEntry="is_entry", isDefault="is_default"),
            "stageId": identity("OpportunityStage", "stage_id"),
            "stageName": Field("text", lambda s: self.r.stage_of(s).name),
            "state": Field("text", lambda s: self.r.stage_of(s).state),
            **self.of_pipeline(),
        }
        orders = NAME | {"position": ("position", "integer")}
        return Noun(
            "OpportunityStep", "step_version", "step_id", self.r.step, fields, orders,
            (lambda _: True) if any_version else self.r.is_published,
        )  # fmt: skip

    def pipeline(self) -> Noun:
        fields = {
            "id": identity("Pipeline", "id"),
            **columns("text", key="key", name="name"),
            **columns("boolean", isDefault="is_default"),
            **AGE_FIELDS,
        }
        return Noun("Pipeline", "pipeline", "id", self.r.pipeline, fields, AGES | NAME)


def nouns(reference: "Reference") -> dict[str, Noun]:
    """By name. `OpportunityStep.any` are steps of any version, `OpportunityStage.any` stages."""
    made = Nouns(reference)
    listed = [made.opportunity(), made.pipeline(), *made.versions(), *made.people()]
    listed += [*made.catalogue(), *made.papers(), *made.talk()]
    listed += [*made.errands(), made.lead(), *reference.told(), goal(reference)]
    listed += reference.remembered()
    return {noun.name: noun for noun in listed} | {
        "OpportunityInterest": made.interest(),
        "Attachment": made.attachment(),
        "OpportunityStage": made.stage(any_version=False),
        "OpportunityStage.any": made.stage(any_version=True),
        "OpportunityStep": made.step(any_version=False),
        "OpportunityStep.any": made.step(any_version=True),
    }
