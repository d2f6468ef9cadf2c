"""What every field of every type means."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tests.conformance.chronicle import Chronicle
from tests.conformance.leads import LeadObjects
from tests.conformance.meaning import Object, once
from tests.conformance.papers import PaperObjects
from tests.conformance.rows import Row, global_id, moment, money, percent
from tests.conformance.stays import Stays
from tests.conformance.versions import VersionObjects
from tests.conformance.ways import Ways

INTERESTS = {
    "COURSE_TEMPLATE": "CourseTemplateInterest",
    "EVENT": "EventInterest",
    "LEARNING_PATH": "LearningPathInterest",
    "TRAINING_TOKEN": "TrainingTokenInterest",
    "PRODUCT": "ProductInterest",
}


class Objects(PaperObjects, LeadObjects, VersionObjects, Chronicle, Ways, Stays):
    """Writes rows as objects under the names that clients know."""

    def _prices(self, column: str, key: Any) -> Any:
        def found(info: Any) -> list[Object]:
            rows = sorted(self.tables.where("price", **{column: key}), key=lambda row: row.id)
            return [self.own("Price", r) | self.money(r, amount="amount") for r in rows]

        return found

    @once
    def opportunity(self, o: Row) -> Object:
        until = moment(o.reservations_valid_until)
        totals = {"grandTotal": "grand_total", "netTotal": "net_total", "taxTotal": "tax_total"}
        value = self.money(o, weighted="weighted", **totals) | {"currency": o.currency}
        contacts = self.tied("opportunity_contact", "contact_id", o.id)
        return self.own("Opportunity", o) | {
            "step": lambda info: self.step(self.step_of(o)),
            "pipeline": lambda info: self.one("Pipeline", o.pipeline_id),
            "transitions": lambda info: self.ways(o),
            "value": value,
            "amount": money(o.amount, self.exponent(o.currency)),
            "amountSource": o.amount_source,
            "probability": o.probability,
            "contacts": self.listed("Contact", lambda: self.among("contact", contacts)),
            "contactRoles": [self.contact_role(o, key) for key in sorted(contacts)],
            "assignedTo": self._tied_list("User", "app_user", "assignee", "user_id", o),
            "teams": self._tied_list("Team", "team", "team", "team_id", o),
            "tags": self._tied_list("Tag", "tag", "tag", "tag_id", o),
            "mentionableUsers": self.listed("User", lambda: self.mentionable(o)),
            "interests": self.listed(
                "OpportunityInterest",
                lambda: self.tables.where("interest", opportunity_id=o.id),
                order="position",
            ),
            "timeline": self.listed("TimelineEntry", lambda: self.hung_on(o), order="at"),
            "history": self.listed("OpportunityStay", lambda: self.stays_of(o), order="enteredAt"),
            "revisions": self.listed(
                "OpportunityRevision", lambda: self.revisions_of(o), order="since"
            ),
            "attempts": self.listed("TransitionAttempt", lambda: self.attempts_of(o), order="at"),
            "comments": self.listed(
                "Comment", lambda: self.tables.where("comment", opportunity_id=o.id)
            ),
            "tasks": self.listed("Task", lambda: self.hung("task", o)),
            "nextTask": lambda info: self.one(
                "Task", next((t.id for t in self.open_tasks(o)), None)
            ),
            "meetings": self.listed("Meeting", lambda: self.hung("meeting", o)),
            "attachments": self.listed(
                "Attachment", lambda: self.tables.where("attachment", opportunity_id=o.id)
            ),
            "attributes": [
                {
                    "definitionKey": row.key,
                    "value": row.value,
                    "definition": self.defined(row.key),
                }
                for row in sorted(
                    self.tables.where("opportunity_attribute", opportunity_id=o.id),
                    key=lambda row: row.key,
                )
            ],
            **self.brought(o),
            "activeInvoiceId": o.active_invoice_id and global_id("Invoice", o.active_invoice_id),
            "isReservationValid": self.held(o) > 0,
            "reservationsValidUntil": until,
            "expectedCloseDate": o.expected_close_date and o.expected_close_date.isoformat(),
            "actualCloseDate": o.actual_close_date and o.actual_close_date.isoformat(),
            "lead": self.origin(o),
            "leadSource": o.lead_source,
            "nextStep": o.next_step,
            "forecastCategory": o.forecast_category,
            "stepEnteredAt": moment(o.step_entered_at),
            "daysInStep": self.days(o.step_entered_at),
            "isStalled": self.is_stalled(o),
        }

    def _tied_list(self, noun: str, table: str, tie: str, column: str, o: Row) -> Any:
        keys = self.tied(f"opportunity_{tie}", column, o.id)
        return self.listed(noun, lambda: self.among(table, keys))

    def contact_role(self, o: Row, key: int) -> Object:
        part = self.tables.one("opportunity_contact", opportunity_id=o.id, contact_id=key)
        return {
            "contact": lambda info: self.one("Contact", key),
            "role": part and part.role,
            "isPrimary": o.contact_id == key,
        }

    @once
    def interest(self, i: Row) -> Object:
        item = next(
            (noun, i[column])
            for noun, column in (
                ("CourseTemplate", "course_template_id"), ("Event", "event_id"),
                ("LearningPath", "learning_path_id"),
                ("TrainingTokenType", "training_token_type_key"), ("Product", "product_id"),
            )
            if i[column] is not None
        )  # fmt: skip
        o = self.tables.one("opportunity", id=i.opportunity_id)
        amounts = {"unitAmount": "unit_amount", "totalAmount": "total_amount",
                   "discountAmount": "discount_amount", "netAmount": "net_amount"}  # fmt: skip
        learners = sorted(
            self.tables.where("interest_learner", interest_id=i.id), key=lambda row: row.id
        )
        return self.own("OpportunityInterest", i) | {
            "__typename": INTERESTS[i.kind],
            "item": self.lazily(*item),
            **self.money(i, taxAmount="tax_amount", **amounts),
            "discount": self.discount(i),
            "learners": [self.own("InterestLearner", row) | self._named(row) for row in learners],
            "reservedPlaces": self.held(o, interest_id=i.id) if o else 0,
        }

    def discount(self, i: Row) -> Object | None:
        if i.discount_rate is None and i.discount_fixed is None:
            return None
        kind = "AMOUNT" if i.discount_rate is None else "PERCENTAGE"
        percentage = None if i.discount_rate is None else percent(i.discount_rate)
        return {"kind": kind, "percentage": percentage} | self.money(i, amount="discount_fixed")

    @once
    def step(self, s: Row) -> Object:
        return self.own("OpportunityStep", s, "step_id") | {
            "probability": s.probability,
            "isEntry": s.is_entry,
            "expectedDays": s.expected_days,
            "stalledAfterDays": s.stalled_after_days,
            "stage": lambda info: self.stage(self.stage_of(s)),
            "pipeline": lambda info: self.one("Pipeline", self.pipeline_of(s.version_id)),
            "opportunities": self.listed(
                "Opportunity", lambda: self.tables.where("opportunity", step_id=s.step_id)
            ),
        }

    @once
    def stage(self, s: Row) -> Object:
        def steps() -> list[Row]:
            key = {"version_id": s.version_id, "stage_id": s.stage_id}
            return self.tables.where("step_version", **key)

        return self.own("OpportunityStage", s, "stage_id") | {
            "pipeline": lambda info: self.one("Pipeline", self.pipeline_of(s.version_id)),
            "steps": self.listed("OpportunityStep.any", steps),
        }

    @once
    def pipeline(self, p: Row) -> Object:
        version = self.published(p.id)

        def parts(table: str) -> Callable[[], list[Row]]:
            return lambda: self.tables.where(table, version_id=version.id) if version else []

        return self.own("Pipeline", p) | {
            "mode": version and version.mode,
            "publishedVersion": version and version.number,
            "published": self.lazily("PipelineVersion", version and version.id),
            "versions": self.listed(
                "PipelineVersion", lambda: self.tables.where("pipeline_version", pipeline_id=p.id)
            ),
            "drafts": self.listed(
                "PipelineVersion",
                lambda: self.tables.where("pipeline_version", pipeline_id=p.id, state="DRAFT"),
            ),
            "stages": self.listed("OpportunityStage", parts("stage_version")),
            "steps": self.listed("OpportunityStep", parts("step_version")),
            "opportunities": self.listed(
                "Opportunity", lambda: self.tables.where("opportunity", pipeline_id=p.id)
            ),
        }

    @once
    def user(self, u: Row) -> Object:
        teams = [row.team_id for row in self.tables.where("team_member", user_id=u.id)]
        return self.own("User", u) | {
            "teams": self.listed("Team", lambda: self.among("team", teams)),
            "tokens": self.listed("ApiToken", lambda: self.tables.where("api_token", user_id=u.id)),
        }

    @once
    def api_token(self, t: Row) -> Object:
        writes = not t.scopes or "write" in t.scopes
        return self.own("ApiToken", t) | {
            "user": self.lazily("User", t.user_id),
            "hint": t.hint,
            "scopes": ["READ", "WRITE"] if writes else ["READ"],
            "revokedAt": moment(t.revoked_at),
        }

    @once
    def team(self, t: Row) -> Object:
        users = [row.user_id for row in self.tables.where("team_member", team_id=t.id)]
        members = self.listed("User", lambda: self.among("app_user", users))
        return self.own("Team", t) | {"members": members}

    @once
    def tag(self, t: Row) -> Object:
        return self.own("Tag", t) | {"colour": t.colour}

    @once
    def attribute_definition(self, d: Row) -> Object:
        return self.own("AttributeDefinition", d) | {
            "label": d.label,
            "type": d.type,
            "choices": json.loads(d.choices),
            "requiredAtCreation": d.required_at_creation,
        }

    def defined(self, key: str) -> Any:
        definition = self.tables.one("attribute_definition", key=key)
        return lambda info: self.attribute_definition(definition)

    @once
    def account(self, a: Row) -> Object:
        return self.own("Account", a) | {
            "website": a.website,
            "industry": a.industry,
            "opportunities": self.listed(
                "Opportunity", lambda: self.tables.where("opportunity", account_id=a.id)
            ),
            "contacts": self.listed(
                "Contact", lambda: self.tables.where("contact", account_id=a.id)
            ),
        }

    @once
    def contact(self, c: Row) -> Object:
        parts = self.tables.where("opportunity_contact", contact_id=c.id)
        ids = [row.opportunity_id for row in parts]
        return self.own("Contact", c) | {
            "firstName": c.first_name,
            "lastName": c.last_name,
            "jobTitle": c.job_title,
            "opportunities": self.listed("Opportunity", lambda: self.among("opportunity", ids)),
        }

    @once
    def event(self, e: Row) -> Object:
        reserved = self.reserved(e)
        return self.own("Event", e) | {
            "location": e.location,
            "startDate": e.start_date and e.start_date.isoformat(),
            "endDate": e.end_date and e.end_date.isoformat(),
            "maxPlaces": e.capacity,
            "bookedPlaces": e.booked,
            "reservedPlaces": reserved,
            "remainingPlaces": e.capacity - e.booked - reserved,
            "prices": self._prices("event_id", e.id),
            "interests": self.listed(
                "OpportunityInterest", lambda: self.tables.where("interest", event_id=e.id)
            ),
        }

    @once
    def course_template(self, t: Row) -> Object:
        return self.own("CourseTemplate", t) | {
            "prices": self._prices("course_template_id", t.id),
            "events": self.listed(
                "Event", lambda: self.tables.where("event", course_template_id=t.id)
            ),
        }

    def _named(self, learner: Row) -> Object:
        """A contact who learns lends what the learner's own row leaves out."""
        contact = self.tables.one("contact", id=learner.contact_id) or {}
        return {
            name: learner[column] if learner[column] is not None else contact.get(column)
            for name, column in (
                ("firstName", "first_name"), ("lastName", "last_name"), ("email", "email"),
            )
        }  # fmt: skip

    @once
    def learning_path(self, p: Row) -> Object:
        prices = self._prices("learning_path_id", p.id)
        return self.own("LearningPath", p) | {"prices": prices}

    @once
    def product(self, p: Row) -> Object:
        return self.own("Product", p) | {"sku": p.sku, "prices": self._prices("product_id", p.id)}

    @once
    def token_type(self, t: Row) -> Object:
        prices = self._prices("training_token_type_key", t.key)
        return self.own("TrainingTokenType", t, "key") | {"prices": prices}

    @once
    def region(self, r: Row) -> Object:
        return self.own("Region", r, "code")

    @once
    def currency(self, c: Row) -> Object:
        return self.own("Currency", c, "code") | {"symbol": c.symbol}

    @once
    def exchange_rate(self, x: Row) -> Object:
        return self.own("ExchangeRate", x) | {
            "fromCurrency": x.from_currency,
            "toCurrency": x.to_currency,
            "date": x.day.isoformat(),
            "rate": f"{(Decimal(x.rate) / 10**10).normalize():f}",
        }

    @once
    def tax_type(self, t: Row) -> Object:
        return self.own("TaxType", t) | {"rate": percent(t.rate)}
