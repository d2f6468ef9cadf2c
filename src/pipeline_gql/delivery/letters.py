"""A letter as a mail: its words, its addresses, and an id that is the same at every try."""

from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import quote
from uuid import UUID

from pipeline_gql.delivery.smtp import Refused
from pipeline_gql.domain.errors import Ref
from pipeline_gql.domain.ids import encode
from pipeline_gql.store.mails import Letter

LONGEST_SUBJECT = 200


def written(org_id: UUID, letter: Letter, sender: str, base_url: str | None) -> EmailMessage:
    """Raises Refused where the addressee's address is none.

    Whatever a name holds stays inside its header: line breaks are gone, the rest is encoded.
    """
    message = EmailMessage(policy=SMTP)
    name, domain = sender.rsplit("@", 1)
    message["From"] = Address(_line(letter.organisation), name, domain)
    message["To"] = _addressee(letter.to)
    message["Subject"] = _line(letter.title)
    message["Date"] = format_datetime(letter.at)
    message["Message-ID"] = f"<n{letter.notification_id}.{org_id.hex}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("\n\n".join(_paragraphs(letter, base_url)) + "\n")
    return message


def _addressee(address: str) -> Address:
    try:
        if address.isprintable():
            return Address(addr_spec=address)
    except (ValueError, IndexError, MessageError):
        pass
    raise Refused("the user's address is no address for mail")


def _paragraphs(letter: Letter, base_url: str | None) -> list[str]:
    told = [letter.title, letter.text]
    for type, key in (("Opportunity", letter.opportunity_id), ("Lead", letter.lead_id)):
        if base_url and key is not None:
            told.append(f"{base_url.rstrip('/')}/{quote(encode(Ref(type, key)), safe='')}")
    return [part for part in told if part]


def _line(text: str) -> str:
    """As a header takes it: no line breaks or other controls, halves of pairs, or endless words."""
    printable = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(printable.split())[:LONGEST_SUBJECT]
