"""Which roles and passwords `db upgrade` makes on a server that is not ours."""

import secrets
from collections.abc import Iterator, Mapping
from urllib.parse import quote, unquote, urlsplit

from pipeline_gql.config import Settings
from pipeline_gql.store import roles
from pipeline_gql.store.roles import RolePasswords

LOGINS = {
    "migrate": roles.MIGRATE,
    "app": roles.APP,
    "reader": roles.READER,
    "backup": roles.BACKUP,
}


async def wanted(url: str, settings: Settings) -> tuple[RolePasswords | None, Mapping[str, str]]:
    """The passwords to set, and those of them that we made up and somebody must be told.

    None unless `url` is an administrator's. A role's password is the one that the settings
    already hold for it; a role that exists and is not in the settings keeps its own.
    """
    existing = await roles.existing_logins(url)
    if existing is None:
        return None, {}
    known = _known(settings)
    made = {
        role: secrets.token_urlsafe(24)
        for role, login in LOGINS.items()
        if role not in known and login not in existing
    }
    return RolePasswords(**{role: (known | made).get(role) for role in LOGINS}), made


def addresses(url: str, made: Mapping[str, str]) -> Iterator[str]:
    """What to set where, for the logins that were just made."""
    names = {
        "migrate": "MIGRATE_DATABASE_URL",
        "app": "DATABASE_URL",
        "reader": "READER_DATABASE_URL",
        "backup": "# for pg_dump:",
    }
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    for role, password in made.items():
        there = parts._replace(netloc=f"{LOGINS[role]}:{quote(password)}@{place}").geturl()
        yield f"{names[role]}{' ' if role == 'backup' else '='}{there}"


def _known(settings: Settings) -> dict[str, str]:
    urls = {
        "migrate": settings.migrate_database_url,
        "app": settings.database_url,
        "reader": settings.reader_database_url,
    }
    found: dict[str, str] = {}
    for role, url in urls.items():
        parts = urlsplit(url or "")
        if parts.username == LOGINS[role] and parts.password:
            found[role] = unquote(parts.password)
    return found
