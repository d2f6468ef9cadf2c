"""The rows of an organisation, for the template that every test's database is cloned from."""

from datetime import UTC, date, datetime

from sqlalchemy import update

from pipeline_gql.store import models
from pipeline_gql.store.database import Database, Unit
from pipeline_gql.store.seeding import advance_sequences, insert_organisation, insert_rows
from tests.organisations import NAMES, ROLES, Organisation


async def seed(database: Database, organisation: Organisation) -> None:
    async with database.writing(organisation.org_id) as unit:
        await insert_organisation(unit, name=organisation.name)
        await _people(unit, organisation)
        await _catalogue(unit, organisation)
        await _pipeline(unit, organisation)
        await _customers(unit, organisation)
        await advance_sequences(unit)


async def _people(unit: Unit, o: Organisation) -> None:
    users = [
        {
            "id": o.base + 1 + place,
            "name": o.mark + name,
            "email": f"{o.mark}{name.split()[0].lower()}@northwind.example",
            "role": role,
        }
        for place, (name, role) in enumerate(zip(NAMES, ROLES, strict=True))
    ]
    await insert_rows(unit, models.User, users)
    await insert_rows(unit, models.Team, [{"id": o.team_id, "name": o.mark + "Field"}])
    await insert_rows(
        unit, models.TeamMember, [{"team_id": o.team_id, "user_id": o.member.user_id}]
    )
    await insert_rows(
        unit, models.Tag, [{"id": o.tag_id, "name": o.mark + "key", "colour": "#ff0000"}]
    )


async def _catalogue(unit: Unit, o: Organisation) -> None:
    uk, us = o.regions
    await insert_rows(
        unit,
        models.Region,
        [
            {"code": uk, "name": o.mark + "UK", "currency": "GBP"},
            {"code": us, "name": o.mark + "United States", "currency": "USD"},
        ],
    )
    await insert_rows(
        unit, models.TaxType, [{"id": o.tax_type_id, "name": o.mark + "VAT", "rate": 200_000}]
    )
    await insert_rows(
        unit,
        models.CourseTemplate,
        [
            {
                "id": o.course_template_id,
                "code": "ABC-123",
                "title": o.mark + "My New Course",
                "state": "PUBLISHED",
            },
            {
                "id": o.draft_template_id,
                "code": "DRAFT-1",
                "title": o.mark + "Unready",
                "state": "DRAFT",
            },
        ],
    )
    await insert_rows(
        unit,
        models.Event,
        [
            {
                "id": o.event_id,
                "code": "EV-1",
                "title": o.mark + "My New Course in London",
                "course_template_id": o.course_template_id,
                "region_code": uk,
                "start_date": date(2031, 3, 3),
                "end_date": date(2031, 3, 5),
                "capacity": 10,
            }
        ],
    )
    await insert_rows(
        unit,
        models.LearningPath,
        [{"id": o.learning_path_id, "code": "LP-1", "name": o.mark + "Leader"}],
    )
    await insert_rows(
        unit,
        models.TrainingTokenType,
        [{"key": o.token_type_key, "name": o.mark + "Training pass"}],
    )
    await insert_rows(
        unit, models.Product, [{"id": o.product_id, "sku": "P-1", "name": o.mark + "Course book"}]
    )
    await _prices(unit, o)


async def _prices(unit: Unit, o: Organisation) -> None:
    items = [
        ("course_template_id", o.course_template_id, 1_000),
        ("event_id", o.event_id, 500),
        ("learning_path_id", o.learning_path_id, 2_000),
        ("training_token_type_key", o.token_type_key, 50),
        ("product_id", o.product_id, 30),
    ]
    prices = [
        {column: key, "region_code": region, "currency": currency, "amount": amount * 10_000}
        for column, key, amount in items
        for region, currency in ((o.regions[0], "GBP"), (None, "USD"))
    ]
    rows = [{"id": o.base + 1 + place, **price} for place, price in enumerate(prices)]
    await insert_rows(unit, models.Price, rows)


async def _pipeline(unit: Unit, o: Organisation) -> None:
    """The version is a draft until all its parts are in: the database refuses later ones."""
    pipeline = {
        "id": o.pipeline_id,
        "key": "training",
        "name": o.mark + "Training",
        "is_default": True,
    }
    await insert_rows(unit, models.Pipeline, [pipeline])
    version = {"id": o.version_id, "pipeline_id": o.pipeline_id, "number": 1, "note": o.mark}
    version["name"] = pipeline["name"]
    await insert_rows(unit, models.PipelineVersion, [version])
    await _stages(unit, o)
    await _steps(unit, o)
    await _transitions(unit, o)
    await unit.session.execute(
        update(models.PipelineVersion)
        .where(models.PipelineVersion.org_id == o.org_id)
        .values(state="PUBLISHED", published_at=datetime(2025, 1, 1, tzinfo=UTC))
    )


async def _stages(unit: Unit, o: Organisation) -> None:
    await insert_rows(
        unit,
        models.Stage,
        [
            {"id": id, "pipeline_id": o.pipeline_id, "key": name.lower()}
            for name, id in o.stages.items()
        ],
    )
    await insert_rows(
        unit,
        models.StageVersion,
        [
            {
                "version_id": o.version_id,
                "stage_id": id,
                "name": o.mark + name,
                "position": place + 1,
                "state": "Open" if name == "Proposed" else name,
            }
            for place, (name, id) in enumerate(o.stages.items())
        ],
    )


async def _steps(unit: Unit, o: Organisation) -> None:
    probabilities = (10, 50, 100, 0, 0)
    await insert_rows(
        unit,
        models.Step,
        [
            {"id": id, "pipeline_id": o.pipeline_id, "key": name.lower()}
            for name, id in o.steps.items()
        ],
    )
    await insert_rows(
        unit,
        models.StepVersion,
        [
            {
                "version_id": o.version_id,
                "step_id": id,
                "stage_id": o.stages.get(name, o.stages["Proposed"]),
                "name": o.mark + name,
                "position": place + 1,
                "is_entry": place == 0,
                "is_default": place == 0,
                "probability": probabilities[place],
            }
            for place, (name, id) in enumerate(o.steps.items())
        ],
    )


async def _transitions(unit: Unit, o: Organisation) -> None:
    moves = [
        ("qualify", "Proposed", "Opportunity"),
        ("win", "Opportunity", "Won"),
        ("lose", "Opportunity", "Lost"),
        ("archive", "Lost", "Archived"),
    ]
    await insert_rows(
        unit,
        models.Transition,
        [
            {
                "id": o.base + 1 + place,
                "version_id": o.version_id,
                "key": key,
                "name": o.mark + key.title(),
                "from_step_id": o.steps[here],
                "to_step_id": o.steps[there],
            }
            for place, (key, here, there) in enumerate(moves)
        ],
    )


async def _customers(unit: Unit, o: Organisation) -> None:
    account = {"id": o.account_id, "name": o.mark + "Administrate", "region_code": o.regions[0]}
    await insert_rows(unit, models.Account, [account])
    contact = {
        "id": o.contact_id,
        "account_id": o.account_id,
        "first_name": o.mark + "Lea",
        "last_name": o.mark + "Learner",
        "name": o.mark + "Lea Learner",
        "email": o.mark + "lea@customer.example",
    }
    await insert_rows(unit, models.Contact, [contact])
