"""How often validation would compare fields: its rule that merges them works pair by pair."""

from collections import defaultdict
from collections.abc import Mapping

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

Fragments = Mapping[str, FragmentDefinitionNode]


def comparisons(operation: OperationDefinitionNode, fragments: Fragments, most: int) -> int:
    """Pairs of equally named fields, and of fragments, that meet in one place of the answer.

    Stops counting above `most`. Takes as many steps as the operation has selections when spread
    out, so bound those first.
    """
    pairs = 0
    places = [[operation.selection_set]]
    while places and pairs <= most:
        merged, spreads = _merge(places.pop(), fragments)
        counts = [spreads, *(len(sets) for sets in merged.values())]
        pairs += sum(n * (n - 1) // 2 for n in counts)
        places += [within for sets in merged.values() if (within := [s for s in sets if s])]
    return pairs


def _merge(
    sets: list[SelectionSetNode], fragments: Fragments
) -> tuple[dict[str, list[SelectionSetNode | None]], int]:
    """By response name, the selection sets of one place; and the number of fragments there."""
    merged: defaultdict[str, list[SelectionSetNode | None]] = defaultdict(list)
    met: set[str] = set()
    todo = list(sets)
    while todo:
        for node in todo.pop().selections:
            if isinstance(node, FieldNode):
                name = node.alias or node.name
                merged[name.value].append(node.selection_set)
            elif isinstance(node, InlineFragmentNode):
                todo.append(node.selection_set)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in met:
                met.add(node.name.value)
                todo += [f.selection_set for f in (fragments.get(node.name.value),) if f]
    return merged, len(met)
