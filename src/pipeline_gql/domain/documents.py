"""Pipelines as documents that a sales manager can read.

A document is what YAML or JSON gives: mappings, lists, texts, numbers. Its form, with defaults
in brackets::

    key: training              # small letters, digits, _ and -; at most 64
    name: Training
    mode: GRAPH                # or FREE [GRAPH]
    stages:                    # in the order in which a sale meets them
      - key: proposed
        name: Proposed         # [the key]
        state: Open            # Open, Won, Lost or Archived [Open]
        steps:
          - key: proposed
            name: Proposed     # [the key]
            entry: true        # a sale may start here [false]
            default: true      # and does so unless told otherwise [false; the first entry step]
            probability: 30    # percent; demanded in an Open stage [Won 100, else 0]
            expected_days: 14
            stalled_after_days: 30
    transitions:               # [none]
      - key: win               # [<from>_<to>, any_<to>]
        name: Win              # [the key]
        kind: DIRECTED         # or GLOBAL, LOOP [as the ends say]
        from: proposed         # left out: from any step (GLOBAL)
        to: won
        required_attributes: [purchase_order]  # or fields such as expectedCloseDate
        rules: []              # see rules.py
        actions: []            # see reading_actions.py

Unknown members are refused, so a misspelt one cannot be overlooked.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from typing import Any

from pipeline_gql.domain.actions import Action, export_action
from pipeline_gql.domain.contents import Contents
from pipeline_gql.domain.pipeline import Graph, Kind, Mode, Stage, State, Step, Transition
from pipeline_gql.domain.problems import Problems, missing
from pipeline_gql.domain.reading_actions import read_action
from pipeline_gql.domain.rules import RULE, Rule, export_rule, read_rule
from pipeline_gql.domain.structure import FIXED_PROBABILITY, kind_of, misfits, shortcomings

MOST_STAGES = 100
MOST_STEPS = 500
MOST_TRANSITIONS = 2_000
"""Of a pipeline."""

_LONGEST_WAIT = 36_500
_PIPELINE = {"key", "name", "mode", "stages", "transitions"}
_STAGE = {"key", "name", "state", "steps"}
_STEP = {
    "key", "name", "entry", "default", "probability", "expected_days", "stalled_after_days",
}  # fmt: skip
_TRANSITION = {
    "key", "name", "kind", "from", "to", "required_attributes", "rules", "actions",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Document:
    """A pipeline as a document holds it; its graph holds together."""

    key: str
    name: str
    graph: Graph


def parse(source: object) -> Document:
    """Raises all that is wrong with the document."""
    document = read(source)
    problems = Problems()
    problems.add(*(flaw.refusal for flaw in shortcomings(document.graph)))
    problems.raise_if_any()
    return document


def read(source: object) -> Document:
    """A document that holds together, though it may not be fit to be published."""
    problems = Problems()
    contents = Contents(source, (), _PIPELINE, problems)
    key = contents.key()
    stages: list[Stage] = []
    steps: list[Step] = []
    for path, item in contents.items("stages", MOST_STAGES):
        _read_stage(Contents(item, path, _STAGE, problems), stages, steps)
        if len(steps) > MOST_STEPS:
            contents.wrong("stages", f"must have at most {MOST_STEPS} steps")
            break
    edges = [
        _transition(Contents(item, path, _TRANSITION, problems))
        for path, item in contents.items("transitions", MOST_TRANSITIONS)
    ]
    mode = contents.choice(Mode, "mode") or Mode.GRAPH
    name = contents.name(key)
    problems.raise_if_any()
    graph = Graph(mode, tuple(stages), _with_default(steps), tuple(edges))
    problems.add(*(flaw.refusal for flaw in misfits(graph)))
    problems.raise_if_any()
    return Document(key, name, graph)


def _with_default(steps: list[Step]) -> tuple[Step, ...]:
    first = next((step for step in steps if step.is_entry), None)
    if first is None or any(step.is_default for step in steps):
        return tuple(steps)
    return tuple(replace(step, is_default=True) if step is first else step for step in steps)


def _read_stage(contents: Contents, stages: list[Stage], steps: list[Step]) -> None:
    key = contents.key()
    state = contents.choice(State, "state") or State.OPEN
    stages.append(Stage(key, contents.name(key), state))
    for path, item in contents.items("steps", MOST_STEPS):
        steps.append(_step(Contents(item, path, _STEP, contents.problems), key, state))


def _step(contents: Contents, stage: str, state: State) -> Step:
    if state is State.OPEN and not contents.has("probability"):
        contents.problems.add(missing((*contents.path, "probability")))
    probability = contents.number("probability", 100)
    key = contents.key()
    return Step(
        key=key,
        name=contents.name(key),
        stage=stage,
        probability=FIXED_PROBABILITY.get(state, 0) if probability is None else probability,
        is_entry=contents.flag("entry"),
        is_default=contents.flag("default"),
        expected_days=contents.number("expected_days", _LONGEST_WAIT),
        stalled_after_days=contents.number("stalled_after_days", _LONGEST_WAIT),
    )


def _transition(contents: Contents) -> Transition:
    source = contents.key("from") if contents.has("from") else None
    target = contents.key("to")
    key = contents.key() if contents.has("key") else f"{source or 'any'}_{target}"
    return Transition(
        key=key,
        name=contents.name(key),
        kind=contents.choice(Kind, "kind") or kind_of(source, target),
        source=source,
        target=target,
        required_attributes=contents.texts("required_attributes"),
        rules=_rules(contents),
        actions=_actions(contents),
    )


def _actions(contents: Contents) -> tuple[Action, ...]:
    read = (read_action(item, path, contents.problems) for path, item in contents.items("actions"))
    return tuple(action for action in read if action is not None)


def _rules(contents: Contents) -> tuple[Rule, ...]:
    return tuple(
        read_rule(Contents(item, path, RULE, contents.problems))
        for path, item in contents.items("rules")
    )


def export(document: Document) -> dict[str, Any]:
    """The document in full, defaults included; `parse` gives the same document again."""
    return {"key": document.key, "name": document.name, **_content(document.graph)}


def content_hash(graph: Graph) -> str:
    """The same for the same meaning: neither ids nor the order of transitions count."""
    edges = sorted(graph.transitions, key=lambda edge: edge.key)
    content = _content(replace(graph, transitions=tuple(edges)))
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _content(graph: Graph) -> dict[str, Any]:
    return {
        "mode": graph.mode.value,
        "stages": [
            {
                "key": stage.key,
                "name": stage.name,
                "state": stage.state.value,
                "steps": [_export_step(step) for step in graph.steps if step.stage == stage.key],
            }
            for stage in graph.stages
        ],
        "transitions": [_export_transition(edge) for edge in graph.transitions],
    }


def _export_step(step: Step) -> dict[str, Any]:
    return {
        "key": step.key,
        "name": step.name,
        "entry": step.is_entry,
        "default": step.is_default,
        "probability": step.probability,
        "expected_days": step.expected_days,
        "stalled_after_days": step.stalled_after_days,
    }


def _export_transition(edge: Transition) -> dict[str, Any]:
    return {
        "key": edge.key,
        "name": edge.name,
        "kind": edge.kind.value,
        "from": edge.source,
        "to": edge.target,
        "required_attributes": list(edge.required_attributes),
        "rules": [export_rule(rule) for rule in edge.rules],
        "actions": [export_action(action) for action in edge.actions],
    }
