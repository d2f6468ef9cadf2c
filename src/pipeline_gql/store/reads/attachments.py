"""Attachments: files and links."""

from sqlalchemy import case, func

from pipeline_gql.domain.filters import Kind
from pipeline_gql.store import models
from pipeline_gql.store.reads.criteria import CREATED, NAME, by, order
from pipeline_gql.store.reads.interests import of_seen
from pipeline_gql.store.reads.shapes import (
    Element,
    Form,
    Row,
    Scope,
    Shape,
    Value,
    code,
    identity,
    moment,
    number,
    text,
    to_one,
)
from pipeline_gql.store.reads.text import identity as written_id
from pipeline_gql.store.reads.text import literal

PATH = "/attachments/"
"""Where files are fetched, by their ids."""


def _url(row: Row, scope: Scope) -> Element:
    del scope
    here = func.concat(literal(PATH), written_id("Attachment", row.id))
    return case((row.link_url.is_(None), here), else_=row.link_url)


ATTACHMENT = Shape(
    "Attachment",
    models.Attachment,
    {
        "id": identity("Attachment"),
        "kind": code("kind"),
        "name": text("name"),
        "size": number("size", nullable=True),
        "contentType": text("content_type", nullable=True),
        "sha256": code("sha256", nullable=True),
        "url": Value(_url, Form.TEXT),
        "opportunity": to_one("Opportunity", "opportunity_id"),
        "lead": to_one("Lead", "lead_id"),
        "createdAt": moment("created_at"),
        "createdBy": to_one("User", "created_by_id"),
        "version": number("version"),
    },
    base=of_seen,
    filters={
        "id": by(Kind.ID, "id", "The attachment's id.", type="Attachment"),
        "kind": by(Kind.TEXT, "kind", "FILE or LINK."),
        "name": by(Kind.TEXT, "name", "What it is called."),
        "contentType": by(Kind.TEXT, "content_type", "A file's media type."),
        "sha256": by(Kind.TEXT, "sha256", "The SHA-256 of a file."),
        "size": by(Kind.INTEGER, "size", "A file's size in bytes."),
        "createdById": by(Kind.ID, "created_by_id", "The id of who added it.", type="User"),
        "createdAt": by(Kind.TIMESTAMP, "created_at", "When it was added."),
    },
    orders={
        "name": NAME,
        "size": order(Kind.INTEGER, "size", "By size.", nullable=True),
        "createdAt": CREATED,
    },
)

SHAPES = (ATTACHMENT,)
