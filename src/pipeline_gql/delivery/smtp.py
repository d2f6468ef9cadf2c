"""A mail server, spoken to once for each mail."""

import asyncio
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Literal

import aiosmtplib

DEADLINE = 30.0
"""Seconds for all of it, however slowly the server speaks."""


class Unsent(Exception):
    """The server did not take it, which may be otherwise later."""


class Refused(Exception):
    """The server will never take it."""


@dataclass(frozen=True, slots=True)
class Smtp:
    """`sender` is the address that mails come from."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    sender: str
    user: str | None = None
    password: str | None = None
    deadline: float = DEADLINE

    async def send(self, message: EmailMessage) -> None:
        """Returns when the server has taken responsibility; raises Unsent or Refused.

        After Unsent it may have taken it nevertheless: its answer can be lost on the way.
        """
        try:
            async with asyncio.timeout(self.deadline):
                await self._hand_over(message)
        except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPDataError) as error:
            raise _meant(error) from error
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError, ValueError) as error:
            raise Unsent(_told(error)) from error

    async def _hand_over(self, message: EmailMessage) -> None:
        client = aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            username=self.user,
            password=self.password,
            use_tls=self.security == "tls",
            start_tls=self.security == "starttls",
            timeout=self.deadline,
        )
        try:
            await client.connect()
            await client.send_message(message, sender=self.sender)
        finally:
            client.close()


def _meant(error: aiosmtplib.SMTPRecipientsRefused | aiosmtplib.SMTPDataError) -> Exception:
    """5xx is for good, 4xx for now."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        codes = [each.code for each in error.recipients]
        told = "; ".join(_told(each) for each in error.recipients)
    else:
        codes, told = [error.code], _told(error)
    return Refused(told) if codes and min(codes) >= 500 else Unsent(told)


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": ")[:500]
