"""What a sum of uncertain values comes to: each deal brings its value with its probability, or
nothing, whatever the others do.

Exact where the deals are few. Elsewhere sums close to each other are taken for one, and the deals
that spread the sum least for a normal distribution together, corrected for its skewness. No answer
needs randomness, and the cost is bounded however many deals there are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb, erf, exp, lgamma, log, pi, sqrt

PERCENTILES = (10, 50, 90)
MOST_PAIRS = 2048
"""Of sums and outcomes combined for an exact answer: ten deals never take more."""
MOST_EXACT = 100
"""Deals of an exact answer, since its whole numbers grow with each."""
MOST_SUMS = 64
"""That an approximate answer tells apart."""
MORE_PAIRS = 16_384
"""Of sums and outcomes combined for an approximate answer."""
MOST_LIKELY = 24
"""Deals, or deals that are alike, that are taken one by one; all others come as moments."""
MOST_ALIKE = 2_000
"""Deals of the same value and probability that are not yet as good as normally distributed."""
NEGLIGIBLE = 1e-9
MOST_STEPS = 60

Chances = Mapping[int, int]
"""Of each sum, as multiples of the same small one."""
Points = Sequence[tuple[float, float]]
"""Sums with their chances, the smallest first."""


@dataclass(frozen=True, slots=True)
class Moments:
    """Mean, variance and third central moment, in hundredths to the power of 1, 2 and 3."""

    mean: int = 0
    variance: int = 0
    third: int = 0

    def plus(self, more: "Moments") -> "Moments":
        mean, variance = self.mean + more.mean, self.variance + more.variance
        return Moments(mean, variance, self.third + more.third)


@dataclass(frozen=True, slots=True)
class Likely:
    """`count` deals of the same `value`, each with a `probability` of 1 to 99 percent."""

    probability: int
    value: int
    count: int

    @property
    def moments(self) -> Moments:
        p, q, value = self.probability, 100 - self.probability, self.value
        spread = self.count * p * q * value * value
        return Moments(self.count * p * value, spread, spread * (q - p) * value)

    @property
    def outcomes(self) -> Chances:
        p, q, n = self.probability, 100 - self.probability, self.count
        return {k * self.value: comb(n, k) * p**k * q ** (n - k) for k in range(n + 1)}

    @property
    def points(self) -> Points:
        """As `outcomes`, without what hardly ever happens; none of too many deals."""
        p, n = self.probability / 100, self.count
        if n > MOST_ALIKE:
            return []
        chances = (
            lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(p) + (n - k) * log(1 - p)
            for k in range(n + 1)
        )
        return [(k * self.value, exp(c)) for k, c in enumerate(chances) if c > log(NEGLIGIBLE)]


def percentiles(likely: Sequence[Likely], others: Moments) -> list[int]:
    """For 10, 50 and 90 percent the least sum that is not passed with that chance.

    `likely` has first what spreads the sum most; `others` are the deals beyond it.
    """
    chances, rest = _combined(likely)
    if not rest and not others.variance:
        return [_exact(chances, percent) for percent in PERCENTILES]
    whole = sum(chances.values())
    points: Points = sorted((value, chance / whole) for value, chance in chances.items())
    pairs = 0
    for each in rest:
        outcomes, points = each.points, _merged(points)
        pairs += len(points) * len(outcomes)
        if not outcomes or pairs > MORE_PAIRS:
            others = others.plus(each.moments)
        else:
            points = sorted((a + b, p * q) for a, p in points for b, q in outcomes)
    mixture = Mixture(_merged(points), others)
    return [round(mixture.quantile(percent / 100)) for percent in PERCENTILES]


# ---- exactly ------------------------------------------------------------------------------------


def _combined(likely: Sequence[Likely]) -> tuple[Chances, Sequence[Likely]]:
    """The sums of as many as can be had for MOST_PAIRS, and what remains."""
    sums: dict[int, int] = {0: 1}
    pairs = deals = 0
    for place, each in enumerate(likely):
        pairs += len(sums) * (each.count + 1)
        deals += each.count
        if pairs > MOST_PAIRS or deals > MOST_EXACT:
            return sums, likely[place:]
        combined: dict[int, int] = {}
        for more, chance in each.outcomes.items():
            for value, before in sums.items():
                combined[value + more] = combined.get(value + more, 0) + before * chance
        sums = combined
    return sums, ()


def _exact(chances: Chances, percent: int) -> int:
    whole, reached = sum(chances.values()), 0
    for value in sorted(chances):
        reached += chances[value]
        if reached * 100 >= whole * percent:
            return value
    raise AssertionError("all sums together have the chance of one")


# ---- approximately ------------------------------------------------------------------------------


def _merged(points: Points) -> Points:
    """Of the sums that have little chance those become one that are close together."""
    if len(points) <= MOST_SUMS:
        return points
    low, width = points[0][0], (points[-1][0] - points[0][0]) / MOST_SUMS
    kept: list[tuple[float, float]] = []
    close: dict[int, tuple[float, float]] = {}
    for value, chance in points:
        if chance > 1 / MOST_SUMS:
            kept.append((value, chance))
        else:
            place = int((value - low) / width)
            total, before = close.get(place, (0.0, 0.0))
            close[place] = (total + value * chance, before + chance)
    return sorted([*kept, *((total / chance, chance) for total, chance in close.values())])


class Mixture:
    """Some sums, each with what all small deals may add to it."""

    def __init__(self, points: Points, small: Moments) -> None:
        self.points = points
        self.mean, self.deviation = small.mean / 100, sqrt(small.variance) / 100
        self.skewness = small.third / small.variance**1.5 if small.variance else 0.0

    def quantile(self, chance: float) -> float:
        """By Newton's steps, and halving where one would leave what is known to hold it."""
        if not self.deviation:
            return self._among_points(chance)
        low = self.points[0][0] + self.mean - 8 * self.deviation
        high = self.points[-1][0] + self.mean + 8 * self.deviation
        at = (low + high) / 2
        for _ in range(MOST_STEPS):
            passed, density = self._until(at)
            if passed < chance:
                low = at
            else:
                high = at
            step = (chance - passed) / density if density else high - low
            if abs(step) < NEGLIGIBLE * self.deviation:
                break
            at = at + step if low < at + step < high else (low + high) / 2
        return at

    def _among_points(self, chance: float) -> float:
        reached = 0.0
        for value, p in self.points:
            reached += p
            if reached >= chance - NEGLIGIBLE:
                return value
        return self.points[-1][0]

    def _until(self, at: float) -> tuple[float, float]:
        """The chance that the whole stays at or below `at`, and how fast it grows there."""
        passed = density = 0.0
        bend = self.skewness / 6
        for value, chance in self.points:
            z = (at - value - self.mean) / self.deviation
            if z > 8:
                passed += chance
            elif z > -8:
                bell = exp(-z * z / 2) / sqrt(2 * pi)
                passed += chance * ((1 + erf(z / sqrt(2))) / 2 - bend * (z * z - 1) * bell)
                density += chance * bell * (1 + bend * (z**3 - 3 * z))
        return passed, density / self.deviation
