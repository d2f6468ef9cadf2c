"""What the settings take for an address: of a database, of files, of mail, of the web."""

import re
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator

SCHEMES = ("file", "s3", "s3a", "gs", "az", "adl", "abfs", "abfss", "azure")
"""Of places for files."""


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
        return parts
    except ValueError as error:
        raise ValueError(f"is not an address: {str(error).rstrip('.')}") from None


def _database_url(url: str) -> str:
    parts = _parts(url)
    if parts.scheme not in ("postgresql", "postgres", "postgresql+asyncpg"):
        raise ValueError("must look like postgresql://user:password@host:5432/database")
    return "postgresql" + url.removeprefix(parts.scheme)


def _web_address(url: str) -> str:
    if not url.startswith(("https://", "http://")):
        raise ValueError("must begin with https:// or http://")
    return url


def _files_url(url: str) -> str:
    parts = _parts(url)
    if parts.scheme not in SCHEMES:
        raise ValueError(f"must begin with one of {', '.join(f'{name}:' for name in SCHEMES)}")
    if parts.scheme == "file" and (parts.netloc or not parts.path.startswith("/")):
        raise ValueError("must be file:// and the whole path of a folder, such as file:///srv/crm")
    if parts.scheme != "file" and not parts.netloc:
        raise ValueError(f"must be {parts.scheme}:// and the name of what files are kept in")
    return url


def _mail_address(address: str) -> str:
    if not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", address) or not address.isprintable():
        raise ValueError("must look like name@example.com")
    return address


FilesUrl = Annotated[str, AfterValidator(_files_url)]
DatabaseUrl = Annotated[str, AfterValidator(_database_url)]
MailAddress = Annotated[str, AfterValidator(_mail_address)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
