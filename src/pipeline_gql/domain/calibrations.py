"""How often what was on a step was won in the end, beside what the step promises."""

from dataclasses import dataclass

from pipeline_gql.domain.errors import Ref
from pipeline_gql.domain.ids import encode


@dataclass(frozen=True, slots=True)
class Measured:
    """A step, and the records that were ever on it, each counted once."""

    step_id: int
    name: str
    configured: int
    won: int
    lost: int
    still_open: int

    @property
    def share(self) -> str | None:
        """Percent of the closed ones that were won, to two decimals, half a hundredth up."""
        closed = self.won + self.lost
        if not closed:
            return None
        hundredths = (self.won * 20_000 + closed) // (2 * closed)
        return f"{hundredths // 100}.{hundredths % 100:02}"

    def told(self) -> dict[str, object]:
        return {
            "stepId": encode(Ref("OpportunityStep", self.step_id)),
            "name": self.name,
            "configured": self.configured,
            "measured": self.share,
            "closedCount": self.won + self.lost,
            "wonCount": self.won,
            "lostCount": self.lost,
            "openCount": self.still_open,
        }
