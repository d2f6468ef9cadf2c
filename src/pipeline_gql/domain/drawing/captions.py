"""What a picture says of a step and of a transition, in whichever language it is written."""

from pipeline_gql.domain.pipeline import Mode, State, Step, Transition

COLOURS = {
    State.OPEN: ("#1d4ed8", "#eff4ff"),
    State.WON: ("#15803d", "#ecfdf3"),
    State.LOST: ("#b42318", "#fef3f2"),
    State.ARCHIVED: ("#475467", "#f2f4f7"),
}
"""By state: a colour for lines and letters, and one to lay behind them."""

MODES = {
    Mode.GRAPH: "Moves along the arrows only.",
    Mode.FREE: "Free: any step may follow any other.",
}


def chance(step: Step) -> str:
    return f"{step.probability} %"


def pace(step: Step) -> str:
    """How long it should take, and when it has taken too long."""
    expected, stalled = step.expected_days, step.stalled_after_days
    told = [] if expected is None else [_days(expected)]
    if stalled is not None:
        told.append(f"stalled after {stalled}" if told else f"stalled after {_days(stalled)}")
    return ", ".join(told)


def _days(number: int) -> str:
    return f"{number} day" if number == 1 else f"{number} days"


def beginning(step: Step) -> str:
    """Whether sales begin here; empty if they do not."""
    return "start" if step.is_default else "entry" if step.is_entry else ""


def conditions(edge: Transition) -> str:
    """What a move along it asks for and sets going; empty for a plain one."""
    asked = [attribute.replace("_", " ") for attribute in edge.required_attributes]
    told = [f"needs {', '.join(asked)}"] if asked else []
    told += [_count(len(edge.rules), "rule")] if edge.rules else []
    told += [_count(len(edge.actions), "action")] if edge.actions else []
    return "; ".join(told)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
