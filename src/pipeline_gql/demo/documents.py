"""A document that lies in the demo itself, beside those that it only points to."""

from datetime import datetime
from hashlib import sha256

from pipeline_gql.demo.rows import Rows, since
from pipeline_gql.domain.sniffing import HEAD, sniffed
from pipeline_gql.store import models

NAME = "Offer.pdf"
WORDS = ("Offer", "Agile Foundations, two days for twelve of your people, in your rooms.")


def document() -> bytes:
    """A page of PDF, with `WORDS` on it."""
    lines = " T* ".join(f"({line}) Tj" for line in WORDS)
    drawing = f"BT /F1 14 Tf 18 TL 72 760 Td {lines} ET"
    parts = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(drawing)} >>\nstream\n{drawing}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    written, places = "%PDF-1.4\n", list[int]()
    for number, part in enumerate(parts, start=1):
        places.append(len(written))
        written += f"{number} 0 obj\n{part}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(parts) + 1
    return (
        f"{written}xref\n0 {size}\n0000000000 65535 f \n{table}"
        f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(written)}\n%%EOF\n"
    ).encode()


def attach_document(rows: Rows, opportunity_id: int, user_id: int, at: datetime) -> None:
    """The attachment, and what is kept of its contents, which whoever stores the rows puts there
    first."""
    content = document()
    digest, size = sha256(content).hexdigest(), len(content)
    rows.add(models.StoredFile, sha256=digest, size=size, stored_at=at, idle_since=None)
    rows.add(models.FileUsage, bytes=size)
    rows.numbered(
        models.Attachment,
        opportunity_id=opportunity_id,
        lead_id=None,
        kind="FILE",
        name=NAME,
        size=size,
        content_type=sniffed(content[:HEAD]),
        sha256=digest,
        link_url=None,
        created_by_id=user_id,
        **since(at),
    )


def attach_link(
    rows: Rows, name: str, url: str, user_id: int, at: datetime, **host: int | None
) -> None:
    """`host` is the opportunity or the lead that it is on."""
    rows.numbered(
        models.Attachment,
        **{"opportunity_id": None, "lead_id": None, **host},
        kind="LINK",
        name=name,
        size=None,
        content_type=None,
        sha256=None,
        link_url=url,
        created_by_id=user_id,
        **since(at),
    )
