"""The words on an arrow: its name, and below it what the move asks for."""

from dataclasses import dataclass

from pipeline_gql.domain.drawing.captions import conditions
from pipeline_gql.domain.drawing.lettering import clean, shortened, width
from pipeline_gql.domain.pipeline import Transition

NAME_SIZE, NOTE_SIZE = 12.0, 10.0
PADDING = 7
LONGEST = 210.0


@dataclass(frozen=True, slots=True)
class Label:
    """`whole` is what does not fit in `name` and `note`."""

    name: str
    note: str
    whole: str

    @property
    def width(self) -> float:
        words = width(self.name, NAME_SIZE, bold=True), width(self.note, NOTE_SIZE)
        return max(words) + 2 * PADDING

    @property
    def height(self) -> float:
        return 34 if self.note else 20


def label(edge: Transition, room: float = LONGEST, prefix: str = "") -> Label:
    """`room` is for the words and the space around them."""
    name, note = clean(prefix + edge.name), conditions(edge)
    words = room - 2 * PADDING
    return Label(
        shortened(name, NAME_SIZE, words, bold=True),
        shortened(note, NOTE_SIZE, words),
        f"{name}: {clean(note)}" if note else name,
    )
