"""People, what is sold, and what winning brings: filters, orders, searches."""

from tests.conformance.criteria import AGE_FIELDS, AGES, NAME, Criteria, columns, identity
from tests.conformance.lists import Field, Noun
from tests.conformance.rows import Get, Row


class Others(Criteria):
    def people(self) -> list[Noun]:
        r = self.r
        user = {
            "id": identity("User", "id"),
            **columns("text", name="name", email="email", role="role"),
            **columns("boolean", isActive="is_active"),
            "teamId": self.many("id", self.crossed("user_id", "team_id", "team", "id"), "Team"),
            "teamName": self.many("text", self.crossed("user_id", "team_id", "team", "name")),
            **AGE_FIELDS,
        }  # fmt: skip
        archived = columns("boolean", isArchived="is_archived")
        members = ("team_id", "user_id", "app_user")
        team = {
            "id": identity("Team", "id"), **columns("text", name="name"), **archived,
            "memberId": self.many("id", self.crossed(*members, "id"), "User"),
            "memberEmail": self.many("text", self.crossed(*members, "email")), **AGE_FIELDS,
        }  # fmt: skip
        words = columns("text", name="name", colour="colour")
        tag = {"id": identity("Tag", "id"), **words, **archived, **AGE_FIELDS}
        token = {
            "id": identity("ApiToken", "id"), **columns("text", name="name"),
            **columns(
                "moment", createdAt="created_at", expiresAt="expires_at", revokedAt="revoked_at"
            ),
        }  # fmt: skip
        account = {
            "id": identity("Account", "id"), **columns("integer", legacyId="id"),
            **columns(
                "text", name="name", email="email", phone="phone", website="website",
                industry="industry", externalId="external_id",
            ),
            "regionId": identity("Region", "region_code"), "ownerId": identity("User", "owner_id"),
            "regionName": self.name_of("region", "region_code", key="code"), **AGE_FIELDS,
        }  # fmt: skip
        contact = {
            "id": identity("Contact", "id"), **columns("integer", legacyId="id"),
            **columns(
                "text", name="name", firstName="first_name", lastName="last_name", email="email",
                phone="phone", jobTitle="job_title", externalId="external_id",
            ),
            "accountId": identity("Account", "account_id"),
            "accountName": self.name_of("account", "account_id"), **AGE_FIELDS,
        }  # fmt: skip
        orders = AGES | NAME
        definition = {
            "id": identity("AttributeDefinition", "id"),
            **columns("text", key="key", label="label", type="type"),
            **columns("boolean", requiredAtCreation="required_at_creation"), **archived,
            **AGE_FIELDS,
        }  # fmt: skip
        called = {"key": ("key", "text"), "label": ("label", "text")} | AGES
        return [
            Noun(
                "AttributeDefinition", "attribute_definition", "id", r.attribute_definition,
                definition, called,
            ),
            Noun("User", "app_user", "id", r.user, user, orders),
            Noun("Team", "team", "id", r.team, team, orders),
            Noun("Tag", "tag", "id", r.tag, tag, orders),
            Noun(
                "ApiToken", "api_token", "id", r.api_token, token,
                NAME | {"createdAt": AGES["createdAt"]}, r.sees_token,
            ),
            Noun(
                "Account", "account", "id", r.account, account, orders,
                searched=lambda row, words: self.has(row, words, "name"),
            ),
            Noun(
                "Contact", "contact", "id", r.contact, contact,
                orders | {"email": ("email", "text")},
                searched=lambda row, words: self.has(row, words, "name", "email"),
            ),
        ]  # fmt: skip

    def catalogue(self) -> list[Noun]:
        r = self.r
        titled = {"title": ("title", "text"), "code": ("code", "text"), **AGES}
        template = {
            "id": identity("CourseTemplate", "id"),
            **columns("text", code="code", title="title", state="state"), **AGE_FIELDS,
        }  # fmt: skip
        event = {
            "id": identity("Event", "id"),
            **columns("integer", legacyId="id", maxPlaces="capacity"),
            **columns("text", code="code", title="title", state="state", location="location"),
            **columns("date", startDate="start_date", endDate="end_date"),
            "courseTemplateId": identity("CourseTemplate", "course_template_id"),
            "courseTemplateTitle": self.name_of(
                "course_template", "course_template_id", name="title"),
            "regionId": identity("Region", "region_code"),
            "regionName": self.name_of("region", "region_code", key="code"), **AGE_FIELDS,
        }  # fmt: skip
        path = {
            "id": identity("LearningPath", "id"), **columns("text", code="code", name="name"),
            **columns("boolean", isActive="is_active"), **AGE_FIELDS,
        }  # fmt: skip
        product = {
            "id": identity("Product", "id"),
            **columns("text", sku="sku", name="name", description="description"),
            **columns("boolean", isActive="is_active"), **AGE_FIELDS,
        }  # fmt: skip
        sku = {"sku": ("sku", "text")}
        token = {
            "id": identity("TrainingTokenType", "key"), **columns("text", name="name"),
            **columns("boolean", isActive="is_active"), **AGE_FIELDS,
        }  # fmt: skip
        region = {
            "id": identity("Region", "code"),
            **columns("text", code="code", name="name", currency="currency"), **AGE_FIELDS,
        }  # fmt: skip
        unit = {
            "id": identity("Currency", "code"),
            **columns("text", code="code", name="name", symbol="symbol"),
        }
        tax = {
            "id": identity("TaxType", "id"), **columns("text", name="name"),
            **columns("money", rate="rate"), **columns("boolean", isActive="is_active"),
            **AGE_FIELDS,
        }  # fmt: skip
        code, start = {"code": ("code", "text")}, {"startDate": ("start_date", "date")}
        return [
            Noun("CourseTemplate", "course_template", "id", r.course_template, template, titled),
            Noun("Event", "event", "id", r.event, event, titled | start),
            Noun("LearningPath", "learning_path", "id", r.learning_path, path, NAME | code | AGES),
            Noun(
                "TrainingTokenType", "training_token_type", "key", r.token_type, token, NAME | AGES
            ),
            Noun("Product", "product", "id", r.product, product, NAME | sku | AGES),
            Noun("Region", "region", "code", r.region, region, NAME | AGES),
            Noun("FinancialUnit", "currency", "code", r.currency, unit, NAME | code),
            Noun("TaxType", "tax_type", "id", r.tax_type, tax, NAME | AGES),
            self.exchange_rate(),
        ]

    def exchange_rate(self) -> Noun:
        fields = {
            "id": identity("ExchangeRate", "id"),
            **columns("text", fromCurrency="from_currency", toCurrency="to_currency"),
            **columns("date", date="day"), **AGE_FIELDS,
        }  # fmt: skip
        return Noun(
            "ExchangeRate", "exchange_rate", "id", self.r.exchange_rate, fields,
            AGES | {"date": ("day", "date")}, lambda row: row.deleted_at is None,
        )  # fmt: skip

    def papers(self) -> list[Noun]:
        r = self.r
        hung = {
            "accountId": identity("Account", "account_id"),
            "opportunityId": identity("Opportunity", "opportunity_id"),
        }
        registration = {
            "id": identity("Registration", "id"), "eventId": identity("Event", "event_id"), **hung,
            **columns("text", state="state"), **AGE_FIELDS,
        }  # fmt: skip
        invoice = {
            "id": identity("Invoice", "id"), **hung, **columns("money", grandTotal="grand_total"),
            **columns("text", number="number", lifecycleState="lifecycle_state"), **AGE_FIELDS,
            **columns("moment", finalisedAt="finalised_at"),
        }  # fmt: skip
        issue = {
            "id": identity("TokenIssue", "key"), **hung, **AGE_FIELDS,
            "tokenTypeId": identity("TrainingTokenType", "training_token_type_key"),
            **columns("moment", expiresAt="expires_at", revokedAt="revoked_at"),
        }  # fmt: skip

        def seen(row: Row) -> bool:
            return r.sees_what_hangs_on(row.opportunity_id)

        return [
            Noun("Registration", "registration", "id", r.registration, registration, AGES, seen),
            Noun("Invoice", "invoice", "id", r.invoice, invoice, AGES, seen),
            Noun("TokenIssue", "token_issue", "key", r.token_issue, issue, AGES, seen),
        ]

    def talk(self) -> list[Noun]:
        r = self.r
        comment = {
            "id": identity("Comment", "id"), "parentId": identity("Comment", "parent_id"),
            "opportunityId": identity("Opportunity", "opportunity_id"),
            "leadId": identity("Lead", "lead_id"),
            "authorId": identity("User", "author_id"),
            "authorName": self.name_of("app_user", "author_id"),
            "mentionedId": self.many("id", r.mentioned, "User"),
            **columns("text", body="body"),
            **columns("moment", editedAt="edited_at", deletedAt="deleted_at"), **AGE_FIELDS,
        }  # fmt: skip
        edit = {
            "id": identity("CommentEdit", "id"), "editorId": identity("User", "editor_id"),
            **columns("text", body="body"), **columns("moment", at="at"),
        }  # fmt: skip

        entry = {
            "id": identity("TimelineEntry", "id"), "actorId": identity("User", "actor_id"),
            "actorName": self.name_of("app_user", "actor_id"),
            **columns("text", kind="kind"), **columns("moment", at="at"),
        }  # fmt: skip

        def seen(row: Row) -> bool:
            return r.sees_host(row)

        return [
            Noun(
                "TimelineEntry", "timeline_entry", "id", r.entry, entry, {"at": ("at", "moment")},
                seen,
            ),
            Noun(
                "Comment", "comment", "id", r.comment, comment, AGES,
                lambda row: seen(row) and r.is_shown(row),
                lambda row, words: self.has(row, words, "body"),
            ),
            Noun(
                "CommentEdit", "comment_edit", "id", r.comment_edit, edit,
                {"at": ("at", "moment")}, seen,
            ),
        ]  # fmt: skip

    def errands(self) -> list[Noun]:
        r = self.r

        def seen(row: Row) -> bool:
            return row.deleted_at is None and r.sees_what_hangs_on(row.opportunity_id)

        def attending(table: str, column: str) -> Get:
            return lambda m: [row[column] for row in self.t.where(table, meeting_id=m.id)]

        hung = {
            "opportunityId": identity("Opportunity", "opportunity_id"),
            "createdById": identity("User", "created_by_id"), **AGE_FIELDS,
        }  # fmt: skip
        task = {
            "id": identity("Task", "id"), **hung,
            **columns("text", title="title", description="description", priority="priority"),
            **columns("date", dueDate="due_on"),
            **columns("moment", dueAt="due_at", doneAt="done_at"),
            "doneById": identity("User", "done_by_id"),
            "assignedToId": identity("User", "assigned_to_id"),
            "assignedToName": self.name_of("app_user", "assigned_to_id"),
            "isDone": Field("boolean", lambda t: t.done_at is not None),
            "isOverdue": Field("boolean", r.is_overdue),
        }  # fmt: skip
        meeting = {
            "id": identity("Meeting", "id"), **hung,
            **columns("text", subject="subject", location="location", state="state"),
            **columns("moment", startsAt="starts_at", endsAt="ends_at"),
            "userId": self.many("id", attending("meeting_user", "user_id"), "User"),
            "contactId": self.many("id", attending("meeting_contact", "contact_id"), "Contact"),
        }  # fmt: skip
        due = {"dueAt": ("due_at", "moment"), "doneAt": ("done_at", "moment"), **AGES}
        start = {"startsAt": ("starts_at", "moment"), **AGES}
        return [
            Noun("Task", "task", "id", r.task, task, due, seen),
            Noun("Meeting", "meeting", "id", r.meeting, meeting, start, seen),
        ]
