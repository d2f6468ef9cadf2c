"""What is attached to opportunities."""

from datetime import datetime
from enum import Enum
from typing import Any

import strawberry

from pipeline_gql.api.types.node import Node, maybe, told


@strawberry.enum(description="What an attachment is.")
class AttachmentKind(Enum):
    FILE = strawberry.enum_value("FILE", description="A file that is kept here.")
    LINK = strawberry.enum_value("LINK", description="A document that is kept elsewhere.")


@strawberry.type(
    description="A file, or a document kept elsewhere, that belongs to an opportunity or a lead."
)
class Attachment(Node):
    kind: AttachmentKind = told("What it is.")
    name: str = told("What it is called.")
    size: int | None = told("A file's size in bytes.")
    content_type: str | None = told("A file's media type, by its contents.")
    sha256: str | None = told("The SHA-256 of a file, in hexadecimal digits.")
    url: str = told(
        "Where it is: a file's path on this server, which wants the same credential as any "
        "request; or the address of what is kept elsewhere."
    )
    opportunity: Any = maybe("Opportunity", "opportunities", "The opportunity it belongs to.")
    lead: Any = maybe("Lead", "leads", "The lead it belongs to.")
    created_at: datetime = told("When it was added.")
    created_by: Any = maybe("User", "people", "Who added it.")
    version: int = told("Grows by one with every change.")
