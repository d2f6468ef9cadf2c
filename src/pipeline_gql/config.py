"""Settings: read from the environment once, by the command line, and handed down from there.

The names are `PIPELINE_GQL_` and the field's, but for the three database addresses, which carry
the names that other tools use for them.
"""

import os
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import AliasChoices, Field, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

from pipeline_gql.addresses import DatabaseUrl, FilesUrl, MailAddress, WebAddress

PREFIX = "PIPELINE_GQL_"
ROOTS_DATA_DIR = Path("/var/lib/pipeline-gql")
INTERNAL = frozenset({"demo", "demo_token", "demo_organization"})


class SettingsError(Exception):
    """A setting is wrong; the message is a sentence that names it."""


def default_data_dir() -> Path:
    """Per user; root's is a system folder, since PostgreSQL may not enter root's home."""
    if os.name == "posix" and os.geteuid() == 0:
        return ROOTS_DATA_DIR
    return platformdirs.user_data_path("pipeline-gql", appauthor=False)


def _address(name: str, description: str) -> Any:
    """A field that goes by a name without our prefix."""
    choices = AliasChoices(name, name.lower())
    return Field(None, validation_alias=choices, description=description, repr=False)


class Settings(BaseSettings):
    """Everything that can be set, each with its default."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        validate_by_name=True,
        validate_by_alias=True,
    )

    data_dir: Path = Field(
        default_factory=default_data_dir,
        description="Folder of the embedded database, for those who set no DATABASE_URL.",
    )
    database_url: DatabaseUrl | None = _address(
        "DATABASE_URL",
        "Address of a PostgreSQL server, as the role pipeline_app; without it the embedded"
        " database is used.",
    )
    reader_database_url: DatabaseUrl | None = _address(
        "READER_DATABASE_URL",
        "Address for reads, as the role pipeline_reader, possibly a replica's; without it reads go"
        " to DATABASE_URL.",
    )
    migrate_database_url: DatabaseUrl | None = _address(
        "MIGRATE_DATABASE_URL",
        "Address for `db upgrade`, as the role pipeline_migrate, or as an administrator who may"
        " create the roles.",
    )

    host: str = Field("127.0.0.1", min_length=1, description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    workers: int = Field(1, ge=1, le=256, description="Server processes that share the port.")
    read_pool: int = Field(8, ge=1, le=1000, description="Connections for reads, per worker.")
    write_pool: int = Field(8, ge=1, le=1000, description="Connections for writes, per worker.")

    slots: int = Field(8, ge=1, description="Requests at work at the same time, per worker.")
    queue: int = Field(16, ge=0, description="Requests that may wait for a slot, per worker.")
    queue_wait_ms: int = Field(
        250, ge=0, description="Milliseconds a request may wait; then it is answered with 503."
    )
    request_seconds: float = Field(10, gt=0, description="Deadline of a query, in seconds.")
    mutation_seconds: float = Field(15, gt=0, description="Deadline of a mutation, in seconds.")

    max_body_bytes: int = Field(1_048_576, ge=1, description="Largest request body, in bytes.")
    max_depth: int = Field(20, ge=1, description="Deepest nesting of fields in a document.")
    max_aliases: int = Field(100, ge=0, description="Most aliases in a document.")
    max_tokens: int = Field(2000, ge=1, description="Most tokens in a document.")
    max_directives: int = Field(50, ge=0, description="Most directives in a document.")
    max_root_fields: int = Field(20, ge=1, description="Most root fields in an operation.")
    max_fields: int = Field(
        1000, ge=1, description="Most fields in an operation, its fragments spread out."
    )
    max_cost: int = Field(
        500_000, ge=1, description="Most rows an operation may return, times their fields."
    )
    plan_cache_entries: int = Field(1000, ge=0, description="Compiled documents kept, per worker.")
    plan_cache_bytes: int = Field(
        64 * 1024 * 1024, ge=0, description="Bytes of compiled documents kept, per worker."
    )

    files_url: FilesUrl | None = Field(
        None,
        description="Where attachments are kept: an address that begins with file:, s3:, gs: or"
        " az:; the folder `files` of the data folder unless set.",
    )
    files_quota_bytes: int = Field(
        10 * 1024 * 1024 * 1024,
        ge=0,
        description="Bytes of attachments that an organisation may keep.",
    )
    upload_bytes: int = Field(
        25 * 1024 * 1024, ge=0, le=2**31 - 1, description="Largest file of an attachment, in bytes."
    )
    upload_seconds: float = Field(60, gt=0, description="Deadline of an upload, in seconds.")
    upload_slots: int = Field(
        4, ge=1, description="Uploads at work at the same time, per worker, beside the slots."
    )
    download_slots: int = Field(
        16, ge=1, description="Downloads at work at the same time, per worker, beside the slots."
    )

    allow_get: bool = Field(False, description="Whether queries by GET are answered.")
    graphiql: bool = Field(True, description="Whether the explorer is served at /graphiql.")
    metrics: bool = Field(True, description="Whether Prometheus's numbers are served at /metrics.")
    log_json: bool = Field(True, description="Log lines as JSON; otherwise for a person's eyes.")

    worker: bool = Field(
        True, description="Whether the server does the worker's jobs too, each of its processes."
    )
    worker_seconds: float = Field(
        5,
        ge=0.1,
        description="Seconds after which a worker looks at every organisation again; one inside a"
        " server after up to twelve times as many, where nothing happens.",
    )

    smtp_host: str | None = Field(
        None, description="Mail server that takes notifications; without it none go by mail."
    )
    smtp_port: int = Field(587, ge=1, le=65535, description="Port of the mail server.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls",
        description="How the connection to it is made safe: starttls demands the upgrade, tls"
        " begins with it (port 465), none sends in the clear.",
    )
    smtp_user: str | None = Field(None, description="Name to sign in with, if it wants one.")
    smtp_password: str | None = Field(None, repr=False, description="Password to sign in with.")
    mail_from: MailAddress | None = Field(
        None, description="Address that mails come from, such as crm@example.com."
    )
    base_url: WebAddress | None = Field(
        None,
        description="What links in mails begin with; the id of what they are about follows. Without"
        " it there are none.",
    )

    jwks_url: WebAddress | None = Field(
        None, description="Address of the keys that sign accepted JWTs."
    )
    jwks_file: Path | None = Field(None, description="File of those keys, instead of an address.")
    jwt_issuer: str | None = Field(None, description="Issuer that accepted JWTs must name.")
    jwt_audience: str | None = Field(None, description="Audience that accepted JWTs must name.")

    demo: bool = Field(False, description="Set by `pipeline-gql demo`.")
    demo_token: str | None = Field(None, repr=False, description="Shown to the demo's explorer.")
    demo_organization: str | None = Field(None, description="Shown to the demo's explorer.")

    @property
    def files(self) -> str:
        """Where attachments are kept."""
        return self.files_url or (self.data_dir.expanduser().absolute() / "files").as_uri()

    @model_validator(mode="after")
    def _trusts_one_issuer(self) -> "Settings":
        if (self.jwks_url or self.jwks_file) and not (self.jwt_issuer and self.jwt_audience):
            raise ValueError(f"{PREFIX}JWT_ISSUER and {PREFIX}JWT_AUDIENCE must be set with a JWKS")
        return self

    @model_validator(mode="after")
    def _can_send(self) -> "Settings":
        if self.smtp_host and not self.mail_from:
            raise ValueError(f"{PREFIX}MAIL_FROM must be set with {PREFIX}SMTP_HOST")
        if (self.smtp_user is None) != (self.smtp_password is None):
            raise ValueError(f"{PREFIX}SMTP_USER and {PREFIX}SMTP_PASSWORD must be set together")
        return self


def load(**given: Any) -> Settings:
    """Settings from the environment, with what the command line gives on top; None is not given.

    Raises SettingsError.
    """
    try:
        return Settings(**{k: v for k, v in given.items() if v is not None})
    except ValidationError as error:
        raise SettingsError(_sentence(error, given)) from None


def environment_name(name: str, field: FieldInfo) -> str:
    """What a field is called in the environment."""
    alias = field.validation_alias
    return str(alias.choices[0]) if isinstance(alias, AliasChoices) else PREFIX + name.upper()


def strangers(environment: Mapping[str, str]) -> Iterator[str]:
    """A sentence about each variable that looks like a setting and is none."""
    fields = Settings.model_fields
    shown = {name: environment_name(name, fields[name]) for name in fields if name not in INTERNAL}
    for name in sorted(environment):
        field = name.lower().removeprefix(PREFIX.lower())
        if name.upper().startswith(PREFIX) and field not in fields:
            (near,) = get_close_matches(field, shown, 1, cutoff=0)
            yield f"{name} is no setting and has no effect; the nearest is {shown[near]}."


def table() -> Iterator[tuple[str, str, str]]:
    """Name, default and description of every setting, as the README shows them."""
    for name, field in Settings.model_fields.items():
        if name not in INTERNAL:
            default = "per user" if name == "data_dir" else _shown(field.default)
            yield environment_name(name, field), default, field.description or ""


def _shown(default: object) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    return "" if default is None else str(default)


def _sentence(error: ValidationError, given: Mapping[str, object]) -> str:
    problems: list[str] = []
    for item in error.errors(include_url=False, include_context=False):
        name = str(item["loc"][0]) if item["loc"] else ""
        by_name = {environment_name(n, f): n for n, f in Settings.model_fields.items()}
        field = by_name.get(name, name)
        option = "--" + field.replace("_", "-")
        shown = option if given.get(field) is not None else _called(field)
        problems.append(
            f"{shown} {_problem(item['msg'])}" if name else item["msg"].partition(", ")[2]
        )
    return "; ".join(problems) + "."


def _called(field: str) -> str:
    known = Settings.model_fields.get(field)
    return environment_name(field, known) if known else field


def _problem(message: str) -> str:
    """Pydantic's words, made to follow the name of a setting."""
    said = message.removeprefix("Value error, ").removeprefix("Input ").removeprefix("Value ")
    return said[:1].lower() + said[1:]
