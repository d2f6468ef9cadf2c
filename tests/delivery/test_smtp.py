"""Handing a mail to a server that does what servers do."""

import ssl
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from pipeline_gql.delivery import Refused, Unsent, written
from pipeline_gql.store.mails import Letter
from tests.delivery.servers import SENDER, Mailbox, mail_server

ORG = UUID(int=7)


def letter(**more: Any) -> Letter:
    known: dict[str, Any] = {
        "notification_id": 5,
        "to": "mia@northwind.example",
        "title": "Ada assigned you to Ärger & Söhne 😀",
        "text": None,
        "opportunity_id": 2,
        "organisation": "Northwind, Inc.",
        "at": datetime(2026, 6, 6, tzinfo=UTC),
        "tries": 1,
    }
    return Letter(**(known | more))


def mail(**more: object) -> EmailMessage:
    return written(ORG, letter(**more), SENDER, "https://crm.example/o/")


async def test_a_mail_arrives_as_it_was_written() -> None:
    async with mail_server() as mailbox:
        await mailbox.smtp().send(mail(text="More."))
    (arrived,) = mailbox.received
    assert arrived["Subject"] == "Ada assigned you to Ärger & Söhne 😀"
    assert arrived["To"] == "mia@northwind.example"
    assert arrived["From"].addresses[0].display_name == "Northwind, Inc."
    assert arrived["From"].addresses[0].addr_spec == SENDER
    assert arrived["Message-ID"] == f"<n5.{ORG.hex}@vendor.example>"
    assert arrived.get_content().splitlines() == [
        "Ada assigned you to Ärger & Söhne 😀",
        "",
        "More.",
        "",
        "https://crm.example/o/T3Bwb3J0dW5pdHk6Mg%3D%3D",
    ]


@pytest.mark.parametrize(
    ("mailbox", "raised"),
    [
        (Mailbox(at_rcpt="550 no such user"), Refused),
        (Mailbox(at_rcpt="450 later"), Unsent),
        (Mailbox(at_data="554 spam"), Refused),
        (Mailbox(at_data="451 later"), Unsent),
        (Mailbox(drops=True), Unsent),
        (Mailbox(hangs=True), Unsent),
    ],
)
async def test_what_a_server_says_of_one_mail_is_for_now_or_for_good(
    mailbox: Mailbox, raised: type[Exception]
) -> None:
    async with mail_server(mailbox):
        with pytest.raises(raised):
            await mailbox.smtp(deadline=0.5 if mailbox.hangs else 5.0).send(mail())


async def test_a_server_that_is_down_is_for_now() -> None:
    async with mail_server() as mailbox:
        pass
    with pytest.raises(Unsent):
        await mailbox.smtp().send(mail())


async def test_nothing_is_sent_in_the_clear_where_the_upgrade_is_demanded() -> None:
    async with mail_server() as mailbox:
        with pytest.raises(Unsent):
            await mailbox.smtp(security="starttls", user="u", password="right").send(mail())
    assert (mailbox.received, mailbox.logins) == ([], [])


@pytest.mark.parametrize("password", ["right", "wrong"])
async def test_it_signs_in_and_a_wrong_password_loses_no_mail(password: str) -> None:
    async with mail_server(auth_required=True, auth_require_tls=False) as mailbox:
        smtp = mailbox.smtp(user="crm", password=password)
        if password == "right":
            await smtp.send(mail())
        else:
            with pytest.raises(Unsent):
                await smtp.send(mail())
    assert set(mailbox.logins) == {f"crm:{password}"}
    assert len(mailbox.received) == (1 if password == "right" else 0)


@given(st.text(), st.text(), st.text())
def test_no_text_of_a_user_gets_out_of_its_header(title: str, name: str, text: str) -> None:
    evil = "\r\nBcc: all@example.com\r\n\r\nBuy"
    made = mail(title=title + evil + name, organisation=name + evil, text=text)
    head, _, _ = made.as_bytes().partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))]
    assert sorted(line.partition(b":")[0] for line in lines) == sorted([
        *(b"From", b"To", b"Subject", b"Date", b"Message-ID", b"Auto-Submitted"),
        *(b"MIME-Version", b"Content-Type", b"Content-Transfer-Encoding"),
    ])  # fmt: skip


@pytest.mark.parametrize(
    "address", ["nobody", "a@b\r\nBcc: c@d", "", "a@b, c@d", "<a@b>", "a b@c", "@", "a@b c"]
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(Refused):
        mail(to=address)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Of our own making, for 127.0.0.1, and its key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now, here = datetime.now(UTC), x509.IPAddress(ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([here]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    public, private = folder / "certificate.pem", folder / "key.pem"
    public.write_bytes(made.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return public, private


def _context(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


@pytest.mark.parametrize("login", [{}, {"user": "crm", "password": "right"}])
async def test_a_mail_goes_through_the_upgrade_to_a_server_that_is_trusted(
    certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, login: dict[str, str]
) -> None:
    """One that takes no mail, and no password, before the line is safe."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    demands = {"tls_context": _context(certificate), "require_starttls": True}
    async with mail_server(**demands) as box:
        with pytest.raises(Unsent):
            await box.smtp(security="none").send(mail())
        assert box.received == []
        await box.smtp(security="starttls", **login).send(mail())
        assert len(box.received) == 1
        assert box.logins == (["crm:right"] if login else [])


async def test_nothing_is_sent_to_a_server_that_nobody_vouches_for(
    certificate: tuple[Path, Path],
) -> None:
    async with mail_server(tls_context=_context(certificate)) as box:
        with pytest.raises(Unsent, match="certificate verify failed"):
            await box.smtp(security="starttls", user="crm", password="right").send(mail())
        assert (box.received, box.logins) == ([], [])


async def test_a_line_that_is_safe_from_the_start_carries_mail(
    certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    async with mail_server(listening={"ssl": _context(certificate)}) as box:
        await box.smtp(security="tls").send(mail())
        assert len(box.received) == 1


def test_a_mail_about_a_lead_leads_to_it() -> None:
    said = mail(opportunity_id=None, lead_id=3).get_content()
    assert said.splitlines()[-1] == "https://crm.example/o/TGVhZDoz"
    nothing = mail(opportunity_id=None).get_content()
    assert "https://" not in nothing
