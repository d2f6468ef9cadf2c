"""What a client asked for, as a frozen tree. Made by `api`, compiled by `store/reads`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

TYPENAME = "__typename"
"""The field that every object has and no shape names."""

Variables = Mapping[str, Any]
Step = str | int


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value a client gave: a constant, or (with `path`) a place in the variables."""

    value: object
    path: tuple[Step, ...] | None = None

    def __repr__(self) -> str:
        """Of a place, not what stood there when the plan was made."""
        return f"Leaf({self.value!r})" if self.path is None else f"Leaf(at {self.path})"

    def read(self, variables: Variables) -> object:
        if self.path is None:
            return self.value
        found: Any = variables
        for step in self.path:
            found = found[step]
        return found


@dataclass(frozen=True, slots=True)
class Items:
    """A list of values of which some are variables."""

    items: tuple["Tree", ...]


@dataclass(frozen=True, slots=True)
class Members:
    """An input object; an absent member is not in `members`."""

    members: Mapping[str, "Tree"]

    def get(self, name: str) -> "Tree | None":
        """The member's tree; None where it is absent or null."""
        tree = self.members.get(name)
        return None if isinstance(tree, Leaf) and tree.value is None else tree


Tree = Leaf | Items | Members


def reader(tree: Tree) -> Callable[[Variables], Any]:
    """How to get the plain value of `tree` from the variables of a request."""
    if isinstance(tree, Leaf):
        return tree.read
    if isinstance(tree, Items):
        readers = [reader(item) for item in tree.items]
        return lambda variables: [read(variables) for read in readers]
    members = {name: reader(member) for name, member in tree.members.items()}
    return lambda variables: {name: read(variables) for name, read in members.items()}


def constant(tree: Tree) -> bool:
    """Whether the value is the same for all requests that share the plan."""
    if isinstance(tree, Leaf):
        return tree.path is None
    if isinstance(tree, Items):
        return all(constant(item) for item in tree.items)
    return all(constant(member) for member in tree.members.values())


def items(tree: Tree) -> list[Tree]:
    """The trees of a list whose structure is known; a single value counts as a list of one."""
    return list(tree.items) if isinstance(tree, Items) else [tree]


def text(tree: Tree) -> str:
    """A value that is part of the plan, such as an enum member's name."""
    return cast(str, cast(Leaf, tree).value)


@dataclass(frozen=True, slots=True)
class Pick:
    """One selected field: its response key, name, arguments and what is selected below it."""

    key: str
    name: str
    arguments: Members
    below: "Selection | None"
    path: tuple[str, ...]
    """Response keys from the root, list positions left out."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The picks for each concrete type that a value may have, in document order."""

    branches: Mapping[str, tuple[Pick, ...]]
    abstract: bool
    """Whether the field's type is an interface or a union."""

    def of(self, type: str) -> tuple[Pick, ...]:
        return self.branches.get(type, ())


def picked(value: Any, pick: Pick) -> Any:
    """What is selected of a value, whose objects have their members by name: of each where it is a
    list, nothing where it is None."""
    if pick.below is None or value is None:
        return value
    if isinstance(value, list):
        return [picked(each, pick) for each in cast(list[Any], value)]
    ((type, members),) = pick.below.branches.items()
    return {
        each.key: type if each.name == TYPENAME else picked(value[each.name], each)
        for each in members
    }
