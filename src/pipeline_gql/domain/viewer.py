"""Who asks: role, sight and permissions, in one place."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from pipeline_gql.domain.errors import NotPermitted, Path
from pipeline_gql.domain.remedies import ANOTHER_TOKEN, ask
from pipeline_gql.domain.spelling import an


class Sight(StrEnum):
    """Which opportunities a viewer sees: all of the organisation's, or those that are theirs."""

    ALL = "ALL"
    OWN = "OWN"


class Role(StrEnum):
    """What a user is in an organisation."""

    ADMIN = "ADMIN"
    MANAGER = "MANAGER"
    MEMBER = "MEMBER"
    READ_ONLY = "READ_ONLY"

    @property
    def sight(self) -> Sight:
        return Sight.OWN if self is Role.MEMBER else Sight.ALL


class Permission(StrEnum):
    """What a verb needs."""

    SELL = "change"
    KEEP_PEOPLE = "change people"
    ORGANISE = "organise"
    OVERRIDE = "override"
    SET_UP = "set up"


ALLOWED: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: frozenset(Permission),
    Role.MANAGER: frozenset(
        {Permission.SELL, Permission.KEEP_PEOPLE, Permission.ORGANISE, Permission.OVERRIDE}
    ),
    Role.MEMBER: frozenset({Permission.SELL, Permission.KEEP_PEOPLE}),
    Role.READ_ONLY: frozenset(),
}


SPOKEN: dict[Role, str] = {
    Role.ADMIN: "an administrator",
    Role.MANAGER: "a manager",
    Role.MEMBER: "a member",
    Role.READ_ONLY: "a reader",
}


@dataclass(frozen=True, slots=True)
class Viewer:
    """A user in one organisation, as a token proved; `can_write` is false for a read-only token."""

    org_id: UUID
    user_id: int
    name: str
    role: Role
    can_write: bool = True
    time_zone: str = "UTC"

    @property
    def sight(self) -> Sight:
        return self.role.sight

    def require(self, permission: Permission, verb: str, type: str, path: Path = ()) -> None:
        """Raises NotPermitted unless the role and the token allow it, and says which does not.

        `path` is the member of the input that needs the permission, where it is not the verb.
        """
        is_allowed = permission in ALLOWED[self.role]
        if is_allowed and self.can_write:
            return
        who = f"This token of {self.name}" if is_allowed else self.name
        which = an(type).split()[0] if verb == "create" else "this"
        remedies = (ANOTHER_TOKEN,) if is_allowed else ask(*holders(permission))
        raise NotPermitted(who=who, verb=verb, which=which, type=type, path=path, remedies=remedies)


def holders(permission: Permission) -> list[str]:
    """In words, who has it, whoever may do most first."""
    return [SPOKEN[role] for role in Role if permission in ALLOWED[role]]
