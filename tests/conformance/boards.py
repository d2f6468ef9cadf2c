"""What opportunities come to together."""

from tests.conformance.meaning import Object
from tests.conformance.objects import Objects
from tests.conformance.rows import Row, money


class Boards(Objects):
    def totals(self, rows: list[Row]) -> list[Object]:
        """Of opportunities, by currency."""
        made: list[Object] = []
        for currency in sorted({o.currency for o in rows}):
            own, exponent = [o for o in rows if o.currency == currency], self.exponent(currency)
            made.append({
                "__typename": "OpportunityTotals",
                "currency": currency,
                "count": len(own),
                "value": money(sum(o.grand_total for o in own), exponent),
                "weighted": money(sum(o.weighted for o in own), exponent),
                "stalledCount": len([o for o in own if self.is_stalled(o)]),
            })  # fmt: skip
        return made
