"""What the model keeps of a deal."""

from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal
from typing import Any


@dataclass
class Want:
    """Places on the one event; `held` are those that are reserved."""

    id: str
    quantity: int
    unit: Decimal
    held: int = 0


@dataclass
class Deal:
    id: str
    name: str
    version_of: int
    step: str
    probability: int
    by_hand: bool
    is_closed: bool
    amount: Decimal | None
    attributes: dict[str, str]
    wants: list[Want] = field(default_factory=list[Want])
    stays: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """Where it has been and why, the last one open."""
    version: int = 1
    is_deleted: bool = False

    @property
    def value(self) -> Decimal:
        if self.wants:
            return sum((want.unit * want.quantity for want in self.wants), Decimal(0))
        return self.amount or Decimal(0)

    def told(self) -> dict[str, Any]:
        """As `reading.organisation` tells what the server has."""
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
            "attributes": dict(sorted(self.attributes.items())),
            "interests": [
                {"id": want.id, "quantity": want.quantity, "held": want.held} for want in self.wants
            ],
            "stays": self.stays,
        }
