"""A real SMTP server on a port of its own, that can be told to misbehave."""

import asyncio
import warnings
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from pipeline_gql.delivery import Smtp

SENDER = "crm@vendor.example"


@dataclass
class Mailbox:
    """What arrived; `at_rcpt` and `at_data` are what the server answers there.

    `drops` closes the connection once it has the mail, `hangs` never answers then.
    """

    at_rcpt: str = "250 OK"
    at_data: str = "250 OK"
    drops: bool = False
    hangs: bool = False
    received: list[EmailMessage] = field(default_factory=list[EmailMessage])
    logins: list[str] = field(default_factory=list[str])
    port: int = 0

    async def handle_RCPT(  # noqa: N802 - as aiosmtpd calls it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        if self.at_rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.at_rcpt

    async def handle_DATA(  # noqa: N802 - likewise
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        if self.hangs:
            await asyncio.sleep(3600)
        if self.at_data.startswith("250"):
            mail = message_from_bytes(envelope.content, policy=default)
            assert isinstance(mail, EmailMessage)
            self.received.append(mail)
        if self.drops:
            assert server.transport
            server.transport.close()
        return self.at_data

    def smtp(self, deadline: float = 5.0, **more: Any) -> Smtp:
        known: dict[str, Any] = {"security": "none", "sender": SENDER, "deadline": deadline}
        return Smtp("127.0.0.1", self.port, **(known | more))


@asynccontextmanager
async def mail_server(
    mailbox: Mailbox | None = None, listening: Mapping[str, Any] | None = None, **options: Any
) -> AsyncGenerator[Mailbox]:
    """`listening` is for the socket, `options` for what is spoken on it."""
    mailbox = mailbox or Mailbox()
    loop = asyncio.get_running_loop()
    connections: list[SMTP] = []

    def sign_in(server: SMTP, session: Session, envelope: Envelope, how: str, who: Any) -> Any:
        assert isinstance(who, LoginPassword)
        mailbox.logins.append(f"{who.login.decode()}:{who.password.decode()}")
        return AuthResult(success=who.password == b"right")

    def connected() -> SMTP:
        with warnings.catch_warnings():
            # It warns of a password in the clear, which a test may ask for.
            warnings.simplefilter("ignore", UserWarning)
            spoken = SMTP(mailbox, hostname="test", loop=loop, authenticator=sign_in, **options)
        connections.append(spoken)
        return spoken

    server = await loop.create_server(connected, "127.0.0.1", mailbox.port, **(listening or {}))
    mailbox.port = server.sockets[0].getsockname()[1]
    try:
        yield mailbox
    finally:
        server.close()
        for each in connections:
            if each.transport:
                each.transport.abort()
        await asyncio.sleep(0)
