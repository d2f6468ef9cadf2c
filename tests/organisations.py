"""Two small organisations that are in every test's database, and the ids of what they hold."""

from dataclasses import dataclass, field
from uuid import UUID

from pipeline_gql.domain.viewer import Role, Viewer

TOKEN_TYPE = "8848a3b38adf45db8ff60fafcbd3b3f6"
NAMES = ["Ada Admin", "Max Manager", "Mia Member", "Rea Reader", "Ned Neighbour"]
ROLES = [Role.ADMIN, Role.MANAGER, Role.MEMBER, Role.READ_ONLY, Role.MEMBER]


@dataclass(frozen=True)
class Organisation:
    """An organisation and the ids of what is in it; `base` tells two organisations' ids apart,
    and every text of the second begins with `mark`, so that nothing of it leaks unnoticed.

    Money is in ten-thousandths. The pipeline is the default one, version 1, published:
    Proposed (entry, 10 %) → Opportunity (50 %) → Won; Opportunity → Lost → Archived.
    """

    org_id: UUID
    name: str
    base: int
    regions: tuple[str, str] = ("DR", "US")
    token_type_key: str = TOKEN_TYPE
    mark: str = ""
    viewers: dict[Role, Viewer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for place, role in list(enumerate(ROLES))[:4]:
            self.viewers[role] = self._viewer(place, role)

    @property
    def admin(self) -> Viewer:
        return self.viewers[Role.ADMIN]

    @property
    def manager(self) -> Viewer:
        return self.viewers[Role.MANAGER]

    @property
    def member(self) -> Viewer:
        """In the team, with `other_member` outside of it."""
        return self.viewers[Role.MEMBER]

    @property
    def reader(self) -> Viewer:
        return self.viewers[Role.READ_ONLY]

    @property
    def other_member(self) -> Viewer:
        return self._viewer(4, Role.MEMBER)

    @property
    def steps(self) -> dict[str, int]:
        """Step ids by name."""
        names = ("Proposed", "Opportunity", "Won", "Lost", "Archived")
        return {name: self.base + 3 + place for place, name in enumerate(names)}

    @property
    def stages(self) -> dict[str, int]:
        """Stage ids by name; the steps Proposed and Opportunity are in the first."""
        names = ("Proposed", "Won", "Lost", "Archived")
        return {name: self.base + 3 + place for place, name in enumerate(names)}

    def _id(self, number: int = 1) -> int:
        return self.base + number

    pipeline_id = version_id = team_id = tag_id = property(_id)
    account_id = contact_id = event_id = learning_path_id = tax_type_id = property(_id)
    product_id = property(_id)

    @property
    def course_template_id(self) -> int:
        """Published; `draft_template_id` is not."""
        return self._id(11)

    @property
    def draft_template_id(self) -> int:
        return self._id(12)

    def _viewer(self, place: int, role: Role) -> Viewer:
        return Viewer(self.org_id, self._id(1 + place), self.mark + NAMES[place], role)


FIRST = Organisation(UUID("11111111-1111-4111-8111-111111111111"), "Northwind Training", 0)
SECOND = Organisation(
    UUID("22222222-2222-4222-8222-222222222222"),
    "CANARY Training",
    500_000,
    ("CA", "CB"),
    "c" * 32,
    "CANARY ",
)
