"""People who may become customers of the demo, and one who did."""

from random import Random

from pipeline_gql.demo.deals import SOURCES, Deal
from pipeline_gql.demo.people import MEMBER, SELLERS
from pipeline_gql.demo.rows import Row, Rows, since
from pipeline_gql.demo.talk import talk_about_lead
from pipeline_gql.store import models

# name, company, job title, status
LEADS: tuple[tuple[str, str | None, str | None, str], ...] = (
    ("Ines Duarte", "Lumen Optics", "Head of Learning", "QUALIFIED"),
    ("Bram de Wit", "Polder Foods", "HR Director", "WORKING"),
    ("Keiko Arai", "Nagano Tools", "Training Coordinator", "NEW"),
    ("Sam Whitfield", None, None, "NEW"),
    ("Fatima Al-Sayed", "Oasis Airlines", "Operations Manager", "WORKING"),
    ("Lukas Hofer", "Tiroler Bahnen", "Team Lead", "QUALIFIED"),
    ("Maeve Kelly", "Shannon Health", "Chief Executive", "NEW"),
    ("Paul Moreau", "Ateliers Moreau", "Owner", "DISQUALIFIED"),
    ("Hana Novotná", "Vltava Digital", "Head of Learning", "WORKING"),
    ("Diego Fuentes", "Andes Mining", "Procurement Officer", "NEW"),
    ("Wendy Cole", "Cole & Daughters", None, "DISQUALIFIED"),
)


def add_leads(rows: Rows, first: Deal) -> None:
    """Lead 1 is qualified and waits to be converted; the last one has become deal 1."""
    random = Random("leads")
    for name, company, job, status in LEADS:
        owner = MEMBER if not rows.of(models.Lead) else random.choice(SELLERS)
        lead = _add(rows, random, name, company, job, status, owner)
        if random.random() < 0.5:
            rows.add(models.LeadTag, lead_id=lead["id"], tag_id=random.randrange(1, 9))
    known = rows.of(models.Lead)[0]
    rows.add(models.LeadAssignee, lead_id=known["id"], user_id=4)
    rows.add(models.LeadTeam, lead_id=known["id"], team_id=2)
    talk_about_lead(rows, known)
    _add_converted(rows, random, first)


def _add(
    rows: Rows,
    random: Random,
    name: str,
    company: str | None,
    job: str | None,
    status: str,
    owner: int,
) -> Row:
    letters = "".join(c for c in name.split()[0].lower() if c.isascii() and c.isalpha())
    return rows.numbered(
        models.Lead,
        name=name,
        company=company,
        email=f"{letters}@leads.example",
        phone=None,
        job_title=job,
        source=random.choice(SOURCES),
        status=status,
        description=None,
        external_id=None,
        owner_id=owner,
        created_by_id=owner,
        converted_at=None,
        converted_by_id=None,
        opportunity_id=None,
        account_id=None,
        contact_id=None,
        **since(rows.at(-random.randrange(3, 90), random.randrange(8, 18))),
    )


def _add_converted(rows: Rows, random: Random, deal: Deal) -> None:
    contact = rows.by_id(models.Contact)[deal.row["contact_id"]]
    account = rows.by_id(models.Account)[deal.row["account_id"]]
    lead = _add(
        rows, random, contact["name"], account["name"], contact["job_title"], "CONVERTED", MEMBER
    )
    opened = deal.row["created_at"]
    asked = min(lead["created_at"], opened)
    lead |= {
        "email": contact["email"],
        "source": deal.row["lead_source"],
        "converted_at": opened,
        "converted_by_id": MEMBER,
        "opportunity_id": deal.id,
        "account_id": account["id"],
        "contact_id": contact["id"],
        "version": 2,
        "updated_at": opened,
        "created_at": asked,
    }
