"""Checks of who wants to move the record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from pipeline_gql.domain.money import SCALE, spelled
from pipeline_gql.domain.ruling.cases import Case, Told
from pipeline_gql.domain.ruling.comparing import plain
from pipeline_gql.domain.viewer import SPOKEN, Role


def either(parts: Sequence[str]) -> str:
    return " or ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


@dataclass(frozen=True, slots=True)
class RoleCheck:
    roles: tuple[Role, ...]

    def holds(self, case: Case) -> bool:
        return case.actor.role in self.roles

    def told(self, case: Case) -> Told:
        return Told("role", SPOKEN[case.actor.role], self.who())

    def who(self) -> str:
        return either([SPOKEN[role] for role in self.roles])

    def exported(self) -> Mapping[str, object]:
        return {"role": [role.value for role in self.roles]}


@dataclass(frozen=True, slots=True)
class OwnerCheck:
    def holds(self, case: Case) -> bool:
        return case.standing.owner_id == case.actor.user_id

    def told(self, case: Case) -> Told:
        return Told("ownerId", case.actor.name, self.who())

    def who(self) -> str:
        return "its owner"

    def exported(self) -> Mapping[str, object]:
        return {"is_owner": True}


@dataclass(frozen=True, slots=True)
class TeamCheck:
    """By name, so that a pipeline means the same elsewhere."""

    team: str

    def holds(self, case: Case) -> bool:
        return self.team in case.standing.teams

    def told(self, case: Case) -> Told:
        return Told("teams", ", ".join(sorted(case.standing.teams)) or None, self.who())

    def who(self) -> str:
        return f"somebody in team {self.team}"

    def exported(self) -> Mapping[str, object]:
        return {"in_team": self.team}


@dataclass(frozen=True, slots=True)
class OtherCheck:
    """Is not who made an earlier transition: four eyes."""

    transition: str

    def holds(self, case: Case) -> bool:
        return all(
            visit.transition != self.transition or visit.actor_id != case.actor.user_id
            for visit in case.standing.visits
        )

    def told(self, case: Case) -> Told:
        return Told("stays", case.actor.name, self.who())

    def who(self) -> str:
        return f"somebody who did not make the transition {self.transition}"

    def exported(self) -> Mapping[str, object]:
        return {"did_not_make": self.transition}


class Limited(StrEnum):
    AMOUNT = "amount"
    DISCOUNT = "discount"


@dataclass(frozen=True, slots=True)
class LimitCheck:
    """Up to how much a role may move alone: the value, in whatever currency the record has, or the
    largest discount of an interest in percent. Other roles have no limit."""

    of: Limited
    role: Role
    most: Decimal

    def holds(self, case: Case) -> bool:
        if case.actor.role is not self.role:
            return True
        if self.of is Limited.AMOUNT:
            value = case.standing.fields.get("grandTotal")
            return not isinstance(value, Decimal) or value <= self.most
        return all(
            want.discount * 100 <= self.most * want.total for want in case.standing.interests
        )

    def told(self, case: Case) -> Told:
        limit = f"at most {self._most(case.standing.currency)} for {SPOKEN[self.role]}"
        if self.of is Limited.AMOUNT:
            value = case.standing.fields.get("grandTotal")
            known = isinstance(value, Decimal)
            told = spelled(int(value * SCALE), case.standing.currency) if known else None
            return Told("grandTotal", told, limit)
        largest = max(
            (Decimal(it.discount) * 100 / it.total for it in case.standing.interests if it.total),
            default=Decimal(0),
        )
        return Told("discount", f"{plain(round(largest, 4).normalize())} %", limit)

    def _most(self, currency: str) -> str:
        if self.of is Limited.DISCOUNT:
            return f"{plain(self.most)} %"
        text = spelled(int(self.most * SCALE), currency)
        return text if Decimal(text) == self.most else plain(self.most)

    def who(self) -> str:
        kind = "a discount" if self.of is Limited.DISCOUNT else "an amount"
        percent = " %" if self.of is Limited.DISCOUNT else ""
        return f"{SPOKEN[self.role]} up to {kind} of {plain(self.most)}{percent}"

    def exported(self) -> Mapping[str, object]:
        limit = {"of": self.of.value, "role": self.role.value, "most": plain(self.most)}
        return {"limit": limit}
