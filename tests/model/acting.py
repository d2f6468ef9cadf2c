"""What transitions do beside, in plain Python: the codes of what fails."""

from typing import Any, Protocol

from tests.model.deals import Deal, Invoice, Stay

CAPACITY = 10


class Organisation(Protocol):
    """What actions ask of the whole."""

    deals: list[Deal]

    @property
    def taken(self) -> int: ...
    def opened(self, pipeline: str, who: str, name: str) -> Deal: ...


def carry_out(sales: Organisation, deal: Deal, actions: list[dict[str, Any]], who: str) -> int:
    """How many things went wrong in the first action that failed."""
    for action in actions:
        if wrong := _act(sales, deal, action, who):
            return wrong
    return 0


def _act(sales: Organisation, deal: Deal, action: dict[str, Any], who: str) -> int:
    match action["type"]:
        case "create_task":
            if all(deal.tasks):
                deal.tasks.append(False)
        case "set_field":
            deal.next_step = action["value"]
        case "set_owner":
            deal.owner = who
        case "set_probability":
            if deal.probability != action["probability"]:
                deal.probability, deal.by_hand = action["probability"], True
        case "create_registration":
            return _register(sales, deal)
        case "create_invoice":
            lines = bool(deal.wants or deal.amount)
            if deal.invoice is None and lines:
                deal.invoices.append(Invoice(deal.value, [want.id for want in deal.wants]))
        case _:
            _follow(sales, deal, action["pipeline"], who)
    return 0


def _register(sales: Organisation, deal: Deal) -> int:
    """What is held is taken first."""
    wrong = 0
    for want in deal.wants:
        if not want.booked:
            if sales.taken - want.held + want.quantity > CAPACITY:
                wrong += 1
            else:
                want.held, want.booked, want.is_fulfilled = 0, want.quantity, True
    return wrong


def _follow(sales: Organisation, deal: Deal, pipeline: str, who: str) -> None:
    if all((each.follows, each.pipeline) != (deal.id, pipeline) for each in sales.deals):
        made = sales.opened(pipeline, who, deal.name)
        made.owner, made.follows = deal.owner, deal.id
        made.stays = [Stay(made.step, "ENTRY", None, who)]
        sales.deals.append(made)
