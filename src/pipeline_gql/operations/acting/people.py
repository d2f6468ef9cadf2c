"""Users, by the part that they have in a move."""

from pipeline_gql.domain.actions import Somebody
from pipeline_gql.operations.acting.deeds import Acting
from pipeline_gql.store import models, rows


async def user_of(acting: Acting, who: Somebody) -> int | None:
    """None where nobody has that part."""
    row = acting.row
    match who:
        case Somebody.OWNER:
            return row.owner_id
        case Somebody.MOVER:
            return acting.viewer.user_id
        case Somebody.CREATOR:
            return row.created_by_id
        case Somebody.ACCOUNT_OWNER:
            key = row.account_id
            account = await rows.find(acting.unit, models.Account, key) if key else None
            return account.owner_id if account else None
