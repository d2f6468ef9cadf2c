"""Actions of a transition, carried out in the transaction of the move: all of them, or no move.

Each skips what is there already, so that a record that comes by again doubles nothing. They
change the opportunity's row and leave it to the move to record it.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from pipeline_gql.domain.actions import Action, ActionType
from pipeline_gql.domain.errors import Refusal, Refused, TransitionActionFailed
from pipeline_gql.operations.acting import customers, following, invoicing, issuing, registering
from pipeline_gql.operations.acting import fields as opportunity_fields
from pipeline_gql.operations.acting.deeds import Acting, Deed

ACTS: Mapping[ActionType, Callable[[Acting, Any], Awaitable[Deed]]] = {
    ActionType.CREATE_ACCOUNT: customers.create_account,
    ActionType.CREATE_CONTACT: customers.create_contact,
    ActionType.CREATE_REGISTRATION: registering.create_registration,
    ActionType.CREATE_INVOICE: invoicing.create_invoice,
    ActionType.ISSUE_TRAINING_TOKENS: issuing.issue_training_tokens,
    ActionType.SET_FIELD: opportunity_fields.set_field,
    ActionType.SET_PROBABILITY: opportunity_fields.set_probability,
    ActionType.SET_OWNER: opportunity_fields.set_owner,
    ActionType.CREATE_TASK: following.create_task,
    ActionType.OPEN_FOLLOW_ON: following.open_follow_on,
}


async def carry_out(acting: Acting, actions: Iterable[Action]) -> None:
    """Call it once the row stands where the move leads, before the move is recorded.

    Raises TransitionActionFailed with the reason of the first action that fails.
    """
    for action in actions:
        acting.results.add(action.type, await _act(acting, action))


async def _act(acting: Acting, action: Action) -> Deed:
    try:
        return await ACTS[action.type](acting, action)
    except (Refusal, Refused) as refused:
        # What may pass when it is tried again is no fault of the action.
        if any(each.retryable for each in refused.refusals):
            raise
        raise _failed(action, refused) from refused


def _failed(action: Action, refused: Refusal | Refused) -> Refusal | Refused:
    """One for each reason, with what helps against it."""
    failures: list[Refusal] = [
        TransitionActionFailed(action=action.type.spoken, cause=each, remedies=each.remedies)
        for each in refused.refusals
    ]
    return failures[0] if len(failures) == 1 else Refused(failures)
