"""The weighted value: one number, in what is read and in what is compared."""

import pytest

from tests.api.asking import Ask


@pytest.mark.parametrize(
    ("unit", "amount", "shown"),
    [("USD", "101.01", "33.33"), ("JPY", "101", "33"), ("KWD", "1.001", "0.330")],
)
async def test_weighted_is_rounded_down_to_coins_and_filtered_so(
    ask: Ask, unit: str, amount: str, shown: str
) -> None:
    input = {"name": "w", "amount": amount, "probability": 33, "financialUnitId": unit}
    selected = "opportunity { id value { weighted } }"
    made = (await ask.done("opportunities.create", input, selected))["opportunity"]
    assert made["value"]["weighted"] == shown
    found = await ask.read(
        "query ($id: String, $shown: String) { opportunities(filters: ["
        "{field: id, operation: eq, value: $id}, {field: weighted, operation: eq, value: $shown}"
        "]) { totalCount } }",
        {"id": made["id"], "shown": shown},
    )
    assert found["opportunities"]["totalCount"] == 1
