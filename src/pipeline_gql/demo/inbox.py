"""What users of the demo were told before anybody looked: one thing of each kind that only the
running server would tell, some of it read."""

from datetime import datetime, timedelta

from pipeline_gql.demo.people import MEMBER, USERS
from pipeline_gql.demo.rows import Row, Rows
from pipeline_gql.domain.goals import reached
from pipeline_gql.domain.notices import Kind, Notice, title_of
from pipeline_gql.store import models

ADMIN, MANAGER = 1, 2


def add_inbox(rows: Rows) -> None:
    """Of comments that mention somebody, of who was set to work on opportunity 1, of goals that
    were reached."""
    comments = rows.by_id(models.Comment)
    for mention in rows.of(models.CommentMention):
        comment = comments[mention["comment_id"]]
        deal, at = comment["opportunity_id"], comment["created_at"]
        notice = Notice(
            mention["user_id"],
            Kind.MENTIONED,
            "",
            comment["author_id"],
            deal,
            comment_id=comment["id"],
        )
        _tell(rows, notice, at, at + timedelta(hours=3))
    for assignee in rows.of(models.OpportunityAssignee):
        if assignee["opportunity_id"] == 1:
            notice = Notice(assignee["user_id"], Kind.ASSIGNED, "", MANAGER, 1)
            _tell(rows, notice, rows.at(-12, 10), None)
    for goal in rows.of(models.Goal):
        if goal["reached_at"] is not None:
            for user_id in (MEMBER, ADMIN):
                _tell(rows, _of_goal(user_id, goal), goal["reached_at"], None)


def _of_goal(user_id: int, goal: Row) -> Notice:
    target = goal["target_amount"] or goal["target_count"]
    period = (goal["start_date"], goal["end_date"])
    title, text = reached(goal["name"], target, goal["currency"], *period)
    return Notice(user_id, Kind.GOAL_REACHED, f"goal:{goal['id']}", title=title, text=text)


def _tell(rows: Rows, notice: Notice, at: datetime, read_at: datetime | None) -> None:
    deal = rows.by_id(models.Opportunity).get(notice.opportunity_id or 0)
    actor = None if notice.actor_id is None else USERS[notice.actor_id - 1][0]
    number = len(rows.of(models.Notification)) + 1
    rows.numbered(
        models.Notification,
        user_id=notice.user_id,
        kind=notice.kind.value,
        cause=notice.cause or f"demo:{number}",
        at=at,
        read_at=read_at,
        title=title_of(notice, actor, deal["name"] if deal else None),
        text=notice.text,
        opportunity_id=notice.opportunity_id,
        lead_id=None,
        comment_id=notice.comment_id,
        task_id=None,
    )
