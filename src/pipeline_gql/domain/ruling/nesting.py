"""Checks of checks, and what exactly fails where one does not hold."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipeline_gql.domain.ruling.cases import Case, Check, Told
from pipeline_gql.domain.ruling.people import either


@dataclass(frozen=True, slots=True)
class All:
    checks: tuple["Nested", ...]


@dataclass(frozen=True, slots=True)
class Any:
    checks: tuple["Nested", ...]


@dataclass(frozen=True, slots=True)
class Not:
    check: "Nested"


Nested = Check | All | Any | Not


@dataclass(frozen=True, slots=True)
class Finding:
    """What fails: a check that does not hold (or, `negated`, does), or several ways of which
    none is open; each way is what fails on it."""

    told: Told
    check: Check | None = None
    negated: bool = False
    ways: tuple[tuple["Finding", ...], ...] = ()

    @property
    def sentence(self) -> str:
        """Such as "amount is 5.00, must be at least 10.00"."""
        if self.ways:
            return either([_together(way) for way in self.ways])
        actual = "empty" if self.told.actual is None else self.told.actual
        return f"{self.told.field} is {actual}, must be {self.told.expected}"


def _together(way: tuple[Finding, ...]) -> str:
    return " and ".join(finding.sentence for finding in way)


def findings(nested: Nested, case: Case, *, negated: bool = False) -> tuple[Finding, ...]:
    """Empty where it holds; `negated` asks for the contrary."""
    match nested:
        case Not(check):
            return findings(check, case, negated=not negated)
        case All(checks) | Any(checks):
            ways = [found for each in checks if (found := findings(each, case, negated=negated))]
            if isinstance(nested, All) is not negated:
                return tuple(finding for way in ways for finding in way)
            return () if len(ways) < len(checks) else _none_of(tuple(ways))
        case _:
            return () if nested.holds(case) is not negated else (_leaf(nested, case, negated),)


def _leaf(check: Check, case: Case, negated: bool) -> Finding:
    told = check.told(case)
    if negated:
        told = Told(told.field, told.actual, f"not {told.expected}".rstrip())
    return Finding(told, check, negated)


def _none_of(ways: tuple[tuple[Finding, ...], ...]) -> tuple[Finding, ...]:
    if len(ways) == 1:
        return ways[0]
    told = [finding.told for way in ways for finding in way]
    alike = len({each.field for each in told}) == 1
    expected = either([" and ".join(f.told.expected for f in way) for way in ways])
    field = told[0].field if alike else either(list(dict.fromkeys(each.field for each in told)))
    return (Finding(Told(field, told[0].actual if alike else None, expected), ways=ways),)


def allowed(nested: Nested, *, negated: bool = False) -> str:
    """Whom a rule of the phase ACTOR lets pass, in words."""
    match nested:
        case Not(check):
            return allowed(check, negated=not negated)
        case All(checks) | Any(checks):
            parts = [allowed(each, negated=negated) for each in checks]
            together = isinstance(nested, All) is not negated
            return " and ".join(parts) if together else either(parts)
        case _:
            return f"anybody but {nested.who()}" if negated else nested.who()


def exported(nested: Nested) -> Mapping[str, object]:
    match nested:
        case All(checks):
            return {"all": [exported(each) for each in checks]}
        case Any(checks):
            return {"any": [exported(each) for each in checks]}
        case Not(check):
            return {"not": exported(check)}
        case _:
            return nested.exported()


def leaves(nested: Nested) -> Iterator[Check]:
    """All checks in it that are made of no others."""
    match nested:
        case All(checks) | Any(checks):
            for each in checks:
                yield from leaves(each)
        case Not(check):
            yield from leaves(check)
        case _:
            yield nested
