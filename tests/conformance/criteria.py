"""How rows are filtered: by columns, by what they point to, by what is tied to them."""

from typing import TYPE_CHECKING, Any

from tests.conformance.lists import Field
from tests.conformance.rows import Get, Row

if TYPE_CHECKING:
    from tests.conformance.reference import Reference

TIES = {
    "contact": ("contact_id", "contact"),
    "assignee": ("user_id", "app_user"),
    "team": ("team_id", "team"),
    "tag": ("tag_id", "tag"),
}
"""Join tables: their column, and the table it points to."""
NAME = {"name": ("name", "text")}
AGES = {"createdAt": ("created_at", "moment"), "updatedAt": ("updated_at", "moment")}
AGE_FIELDS = {
    "createdAt": Field("moment", lambda r: r.created_at),
    "updatedAt": Field("moment", lambda r: r.updated_at),
}


def columns(kind: str, /, **named: str) -> dict[str, Field]:
    def get(column: str) -> Get:
        return lambda row: row[column]

    return {name: Field(kind, get(column)) for name, column in named.items()}


def identity(type: str, column: str) -> Field:
    return Field("id", lambda row: row[column], type)


class Criteria:
    def __init__(self, reference: "Reference") -> None:
        self.r = reference
        self.t = reference.tables

    def name_of(self, table: str, column: str, *, key: str = "id", name: str = "name") -> Field:
        def get(row: Row) -> Any:
            found = None if row[column] is None else self.t.one(table, **{key: row[column]})
            return found and found[name]

        return Field("text", get)

    def many(self, kind: str, get: Get, type: str = "") -> Field:
        return Field(kind, get, type, is_list=True)

    def tied(self, tie: str, name: str) -> Get:
        column, table = TIES[tie]

        def get(row: Row) -> list[Any]:
            keys = self.r.tied(f"opportunity_{tie}", column, row.id)
            return [each[name] for each in self.r.among(table, keys)]

        return get

    def crossed(self, near: str, far: str, table: str, name: str) -> Get:
        """A column of the users of a team, or of the teams of a user."""

        def get(row: Row) -> list[Any]:
            keys = [tie[far] for tie in self.t.where("team_member", **{near: row.id})]
            return [each[name] for each in self.r.among(table, keys)]

        return get

    def has(self, row: Row, words: str, *columns: str) -> bool:
        text = "\n".join(row[column] for column in columns if row[column] is not None)
        return words.lower() in text.lower()
