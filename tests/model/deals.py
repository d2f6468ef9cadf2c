"""What the model keeps of a deal, and of what hangs on it."""

from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal
from typing import Any


@dataclass
class Want:
    """Places on the one event; `held` are those that are reserved, or they are `booked`."""

    id: str
    quantity: int
    unit: Decimal
    held: int = 0
    booked: int = 0
    is_fulfilled: bool = False
    """Whether it was ever registered."""


@dataclass
class Stay:
    """On a step: why it came, along which transition and who moved it."""

    step: str
    cause: str
    edge: str | None
    by: str


@dataclass
class Invoice:
    total: Decimal
    wants: list[str]
    state: str = "Draft"


@dataclass
class Deal:
    name: str
    pipeline: str
    version_of: int
    step: str
    probability: int
    by_hand: bool
    creator: str
    owner: str | None
    id: str = ""
    is_closed: bool = False
    amount: Decimal | None = None
    next_step: str | None = None
    follows: str | None = None
    attributes: dict[str, str] = field(default_factory=dict[str, str])
    wants: list[Want] = field(default_factory=list[Want])
    stays: list[Stay] = field(default_factory=list[Stay])
    """Where it has been, the last one open."""
    tasks: list[bool] = field(default_factory=list[bool])
    """Whether each is done; they are called alike."""
    invoices: list[Invoice] = field(default_factory=list[Invoice])
    version: int = 1
    is_deleted: bool = False

    @property
    def value(self) -> Decimal:
        if self.wants:
            return sum((want.unit * want.quantity for want in self.wants), Decimal(0))
        return self.amount or Decimal(0)

    @property
    def invoice(self) -> Invoice | None:
        """The one that counts."""
        return next((each for each in self.invoices if each.state != "Void"), None)

    def told(self) -> dict[str, Any]:
        """As `Served.told` tells what the server has."""
        weighted = self.value * self.probability / 100
        return {
            "name": self.name,
            "version": self.version,
            "step": self.step,
            "probability": self.probability,
            "isClosed": self.is_closed,
            "amount": None if self.amount is None else f"{self.amount:.2f}",
            "value": f"{self.value:.2f}",
            "weighted": str(weighted.quantize(Decimal("0.01"), ROUND_FLOOR)),
            "amountSource": "INTERESTS" if self.wants else "MANUAL",
            "owner": self.owner,
            "nextStep": self.next_step,
            "attributes": dict(sorted(self.attributes.items())),
            "interests": [(want.id, want.quantity, want.held) for want in self.wants],
            "booked": sorted(want.booked for want in self.wants if want.booked),
            "stays": [(stay.step, stay.cause, stay.edge, stay.by) for stay in self.stays],
            "pinned": self.version_of,
            "tasks": sorted(self.tasks),
            "invoices": sorted((each.state, f"{each.total:.2f}") for each in self.invoices),
            "salesDocument": self.invoice and self.invoice.state,
        }
