"""What answers hold, in words that all peers share: ids are raw keys, money is a Decimal."""

from base64 import b64decode
from decimal import Decimal
from typing import Any


def key(id: str) -> str:
    """The raw key of a global id, ours or JSON as PostGraphile's."""
    text = b64decode(id).decode()
    return text.strip("[]").rpartition("," if text.startswith("[") else ":")[2].strip('"')


def of_ours(name: str, data: Any) -> Any:
    match name:
        case "Q1" | "Q4":
            page = data["opportunities"]
            nodes = [_opportunity(edge["node"]) for edge in page["edges"]]
            return [*nodes, page["pageInfo"]["hasNextPage"]]
        case "Q2":
            return _opportunity(data["opportunity"])
        case "Q5":
            return [_column(column) for column in data["board"]["columns"]]
        case "Q6":
            return [_opportunity(edge["node"]) for edge in data["opportunities"]["edges"]]
        case "Q7":
            return [_verdicts(edge["node"]) for edge in data["opportunities"]["edges"]]
        case _:
            raise NotImplementedError(name)


def _verdicts(node: Any) -> Any:
    """Each step that a transition leads to, and why not."""
    found = [
        (key(each["toStep"]["id"]), each["allowed"], [why["code"] for why in each["blockers"]])
        for each in node["transitions"]
    ]
    return key(node["id"]), sorted(found)


def _column(column: Any) -> Any:
    cards = [_opportunity(edge["node"]) for edge in column["opportunities"]["edges"]]
    totals = [(each["currency"], Decimal(each["value"])) for each in column["totals"]]
    return column["step"]["name"], column["count"], totals, cards


def _opportunity(node: Any) -> Any:
    told: dict[str, Any] = {"id": key(node["id"]), "name": node["name"]}
    if "step" in node:
        told["step"] = node["step"]["name"]
    if "account" in node:
        told["account"] = node["account"]["name"]
    if "value" in node:
        told["value"] = Decimal(node["value"]["grandTotal"])
    if "interests" in node:
        told["stage"] = (node["step"]["stage"]["name"], node["step"]["stage"]["state"])
        told["interests"] = [_interest(edge["node"]) for edge in node["interests"]["edges"]]
    return told


def _interest(node: Any) -> Any:
    return key(node["id"]), Decimal(node["totalAmount"]), key(node["item"]["id"])
