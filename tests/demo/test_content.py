"""What the demo organisation must hold, judged before it is stored."""

from collections import Counter
from datetime import date

import pytest

from pipeline_gql.demo.content import Content, content
from pipeline_gql.demo.rows import Row
from pipeline_gql.domain.money import share_of
from pipeline_gql.store import models

TODAY = date(2025, 11, 21)


@pytest.fixture(scope="module")
def demo() -> Content:
    return content(TODAY)


def test_the_ids_that_clients_know_are_there(demo: Content) -> None:
    rows = demo.rows
    assert {row["code"]: row["name"] for row in rows.of(models.Region)}["DR"] == "UK"
    assert rows.by_id(models.Account)[2]["name"] == "Administrate"
    template = rows.by_id(models.CourseTemplate)[11]
    assert (template["code"], template["title"], template["state"]) == (
        "ABC-123",
        "My New Course",
        "PUBLISHED",
    )
    assert 1 in rows.by_id(models.Event)
    assert 1 in rows.by_id(models.LearningPath)
    keys = {row["key"] for row in rows.of(models.TrainingTokenType)}
    assert "8848a3b38adf45db8ff60fafcbd3b3f6" in keys
    deals = rows.by_id(models.Opportunity)
    assert (deals[1]["step_id"], deals[2]["step_id"]) == (3, 3)


def test_steps_one_to_nine_are_those_of_training(demo: Content) -> None:
    rows = demo.rows
    pipelines = {row["id"]: row["key"] for row in rows.of(models.Pipeline)}
    steps = {row["id"]: pipelines[row["pipeline_id"]] for row in rows.of(models.Step)}
    assert [steps[number] for number in range(1, 10)] == ["training"] * 9
    assert {pipeline for id, pipeline in steps.items() if id > 9} == {"sales"}
    proposed = _step(demo, 3)
    assert (proposed["name"], proposed["stage_id"], proposed["is_default"]) == ("Proposed", 3, True)
    assert (_step(demo, 4)["name"], _step(demo, 4)["stage_id"]) == ("Opportunity", 3)
    stage = next(row for row in rows.of(models.StageVersion) if row["stage_id"] == 3)
    assert (stage["name"], stage["state"]) == ("Proposed", "Open")
    ends = {(row["from_step_id"], row["to_step_id"]) for row in rows.of(models.Transition)}
    assert (3, 4) in ends


def _step(demo: Content, step_id: int) -> Row:
    return next(row for row in demo.rows.of(models.StepVersion) if row["step_id"] == step_id)


def test_there_is_enough_of_everything(demo: Content) -> None:
    rows = demo.rows
    assert len(rows.of(models.Account)) >= 30
    assert len(rows.of(models.Contact)) >= 60
    assert len(rows.of(models.Event)) >= 13
    assert len(rows.of(models.Opportunity)) >= 202
    roles = Counter(row["role"] for row in rows.of(models.User) if row["is_active"])
    assert roles["MEMBER"] >= 3
    assert {"ADMIN", "MANAGER", "READ_ONLY"} <= set(roles)
    assert {row["kind"] for row in rows.of(models.Interest)} == {
        "COURSE_TEMPLATE",
        "EVENT",
        "LEARNING_PATH",
        "TRAINING_TOKEN",
        "PRODUCT",
    }
    assert {row["state"] for row in rows.of(models.CourseTemplate)} >= {"DRAFT", "PUBLISHED"}
    assert {row["lifecycle_state"] for row in rows.of(models.Invoice)} == {"Draft"}
    assert {row["lifecycle_state"] for row in demo.finalised} == {"Final", "Void"}
    assert len(demo.finalised) < len(rows.of(models.Invoice))
    assert len(rows.of(models.Comment)) > 50
    assert any(row["parent_id"] for row in rows.of(models.Comment))
    assert rows.of(models.CommentMention)
    assert {bool(row["done_at"]) for row in rows.of(models.Task)} == {True, False}
    assert len(rows.of(models.Meeting)) > 5
    assert {row["metric"] for row in rows.of(models.Goal)} == {"REVENUE", "COUNT"}
    assert len({row["from_currency"] for row in rows.of(models.ExchangeRate)}) == 3
    assert {row["status"] for row in rows.of(models.Lead)} == {
        *("NEW", "WORKING", "QUALIFIED", "CONVERTED", "DISQUALIFIED"),
    }


def test_people_talk_and_meet_about_what_they_see_and_nothing_before_it_was_there(
    demo: Content,
) -> None:
    deals = demo.rows.by_id(models.Opportunity)
    for table in (models.Comment, models.Task, models.Meeting, models.Attachment):
        for row in demo.rows.of(table):
            if row["opportunity_id"] is None:
                continue
            assert row["created_at"] >= deals[row["opportunity_id"]]["created_at"]
            assert row["created_at"] <= demo.rows.at(0, 0)
    for task in demo.rows.of(models.Task):
        assert task["assigned_to_id"] in (None, deals[task["opportunity_id"]]["owner_id"])


def test_opportunities_stand_on_every_step_of_both_pipelines(demo: Content) -> None:
    standing = {row["step_id"] for row in demo.rows.of(models.Opportunity)}
    assert standing == set(demo.rows.by_id(models.Step))


def test_every_moment_lies_in_the_last_twelve_months(demo: Content) -> None:
    for deal in demo.rows.of(models.Opportunity):
        age = TODAY - deal["created_at"].date()
        assert 0 < age.days < 365
        assert deal["created_at"] <= deal["step_entered_at"] <= deal["updated_at"]
        assert deal["updated_at"] <= demo.rows.at(0, 0)
    months = {row["created_at"].strftime("%Y-%m") for row in demo.rows.of(models.Opportunity)}
    assert len(months) >= 12


def test_totals_are_the_sums_of_the_interests_or_the_amount(demo: Content) -> None:
    rates = {row["id"]: row["rate"] for row in demo.rows.of(models.TaxType)}
    for deal in demo.rows.of(models.Opportunity):
        mine = [r for r in demo.rows.of(models.Interest) if r["opportunity_id"] == deal["id"]]
        nets = [row["quantity"] * row["unit_amount"] - row["discount_amount"] for row in mine]
        for row, net in zip(mine, nets, strict=True):
            assert row["currency"] == deal["currency"]
            assert 0 <= row["discount_amount"] <= row["quantity"] * row["unit_amount"]
            assert row["tax_amount"] == share_of(
                net, rates.get(row["tax_type_id"], 0), row["currency"]
            )
        assert deal["amount_source"] == ("INTERESTS" if mine else "MANUAL")
        assert deal["net_total"] == (sum(nets) if mine else deal["amount"] or 0)
        assert deal["tax_total"] == sum(row["tax_amount"] for row in mine)
        assert deal["grand_total"] == deal["net_total"] + deal["tax_total"]


def test_places_are_those_of_the_holds_and_the_registrations(demo: Content) -> None:
    held = Counter[int]()
    for hold in demo.rows.of(models.SeatHold):
        held[hold["event_id"]] += hold["quantity"] if hold["state"] == "HELD" else 0
    booked = Counter[int]()
    for registration in demo.rows.of(models.Registration):
        booked[registration["event_id"]] += registration["quantity"]
    for event in demo.rows.of(models.Event):
        assert event["reserved"] == held[event["id"]]
        assert event["booked"] == booked[event["id"]]
        assert event["booked"] + event["reserved"] <= event["capacity"]
    first = demo.rows.by_id(models.Event)[1]
    assert first["start_date"] > TODAY
    assert (first["capacity"], first["capacity"] - first["booked"] - first["reserved"] >= 5) == (
        20,
        True,
    )


def test_learners_are_never_more_than_places(demo: Content) -> None:
    learners = Counter(row["interest_id"] for row in demo.rows.of(models.InterestLearner))
    for interest in demo.rows.of(models.Interest):
        assert learners[interest["id"]] <= interest["quantity"]


def test_what_was_won_has_a_sales_document_to_show(demo: Content) -> None:
    invoices = demo.rows.by_id(models.Invoice)
    deals = demo.rows.by_id(models.Opportunity)
    ended = {row["id"]: row["lifecycle_state"] for row in demo.finalised}
    assert len(demo.invoiced) >= 20
    for link in demo.invoiced:
        invoice, deal = invoices[link["active_invoice_id"]], deals[link["id"]]
        assert invoice["opportunity_id"] == deal["id"]
        assert ended.get(invoice["id"], "Draft") in ("Draft", "Final")
        assert (invoice["currency"], invoice["grand_total"]) == (
            deal["currency"],
            deal["grand_total"],
        )


def test_invoices_are_the_sums_of_their_lines_and_numbered_as_they_were_sent(
    demo: Content,
) -> None:
    invoices = demo.rows.by_id(models.Invoice)
    nets, taxes = Counter[int](), Counter[int]()
    for line in demo.rows.of(models.InvoiceLine):
        nets[line["invoice_id"]] += line["quantity"] * line["unit_amount"] - line["discount_amount"]
        taxes[line["invoice_id"]] += line["tax_amount"]
    for key, invoice in invoices.items():
        assert (nets[key], taxes[key]) == (invoice["net_total"], invoice["tax_total"])
        assert invoice["created_at"] <= invoice["updated_at"] <= demo.rows.at(0, 0)
    sent = [invoices[row["id"]]["finalised_at"] for row in demo.finalised]
    assert sent == sorted(sent)
    numbers = [row["number"] for row in demo.finalised]
    assert numbers == [f"INV-{count:05}" for count in range(1, len(numbers) + 1)]
    assert demo.rows.of(models.InvoiceNumbering) == [{"last": len(numbers)}]


def test_whoever_was_registered_is_a_contact(demo: Content) -> None:
    contacts = demo.rows.by_id(models.Contact)
    registrations = demo.rows.by_id(models.Registration)
    learning = Counter[int]()
    for learner in demo.rows.of(models.RegistrationLearner):
        assert learner["contact_id"] in contacts
        learning[learner["registration_id"]] += 1
    assert learning
    assert all(count <= registrations[key]["quantity"] for key, count in learning.items())


def test_the_same_day_gives_the_same_content(demo: Content) -> None:
    again = content(TODAY)
    assert again.rows.tables == demo.rows.tables
    assert (again.publications, again.invoiced) == (demo.publications, demo.invoiced)


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2026, 1, 1), date(2027, 3, 28)])
def test_it_can_be_made_on_any_day(day: date) -> None:
    assert len(content(day).rows.of(models.Opportunity)) >= 202
