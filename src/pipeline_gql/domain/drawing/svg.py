"""A graph as a picture for the wall: stages are columns, steps are cards, transitions arrows."""

from collections.abc import Iterator
from html import escape

from pipeline_gql.domain.drawing.arrows import Arrow, arrows
from pipeline_gql.domain.drawing.captions import COLOURS, MODES, beginning, chance, pace
from pipeline_gql.domain.drawing.labels import NAME_SIZE, NOTE_SIZE
from pipeline_gql.domain.drawing.layout import MARGIN, Box, Layout
from pipeline_gql.domain.drawing.lettering import clean, shortened, width, wrapped
from pipeline_gql.domain.drawing.stacking import CARD_ROOM, HEADER
from pipeline_gql.domain.drawing.stacking import NAME_SIZE as STEP_SIZE
from pipeline_gql.domain.pipeline import Graph, Stage, State, Step

INK, QUIET, FORTH, BACK, LINE = "#101828", "#475467", "#475467", "#b54708", "#d0d5dd"
FACE = "Inter, 'Segoe UI', Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"
LEGEND = 470.0


def write(graph: Graph, title: str) -> str:
    return "\n".join(_lines(graph, title)) + "\n"


def _lines(graph: Graph, title: str) -> Iterator[str]:
    layout = Layout(graph)
    across = max(layout.width, 2 * MARGIN + LEGEND, 2 * MARGIN + width(title, 24, bold=True))
    size = f'width="{across:.0f}" height="{layout.height:.0f}"'
    view = f'viewBox="0 0 {across:.0f} {layout.height:.0f}"'
    yield f'<svg xmlns="http://www.w3.org/2000/svg" {size} {view} font-family="{FACE}" role="img">'
    yield f"<title>{_text(title)}</title>"
    yield from _markers()
    yield f'<rect width="{across:.0f}" height="{layout.height:.0f}" fill="#fff"/>'
    yield _words(MARGIN, 42, title, 24, INK, "700")
    yield _words(MARGIN, 68, MODES[graph.mode], 13, QUIET)
    yield from _legend(graph, across - MARGIN)
    for stage, box in layout.panels():
        yield from _panel(stage, box)
    drawn = [(arrow, _colour(graph, arrow)) for arrow in arrows(layout)]
    for arrow, colour in drawn:
        yield _line(arrow, colour)
    for step in graph.steps:
        yield from _card(step, layout.cards[step.key], graph.state_of(step))
    for arrow, colour in drawn:
        yield from _label(arrow, colour)
    yield "</svg>"


def _colour(graph: Graph, arrow: Arrow) -> str:
    """Of where it leads, if the sale ends there."""
    if arrow.back:
        return BACK
    state = graph.state_of(graph.step[arrow.edge.target])
    return COLOURS[state][0] if state.is_final else FORTH


def _markers() -> Iterator[str]:
    yield "<defs>"
    for colour in dict.fromkeys((FORTH, BACK, *(line for line, _ in COLOURS.values()))):
        yield (
            f'<marker id="tip-{colour[1:]}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9"'
            f' markerHeight="9" markerUnits="userSpaceOnUse" orient="auto">'
            f'<path d="M0 .8 10 5 0 9.2 2.4 5z" fill="{colour}"/></marker>'
        )
    yield "</defs>"


def _legend(graph: Graph, right: float) -> Iterator[str]:
    used = {stage.state for stage in graph.stages}
    x = right
    for state in reversed([state for state in State if state in used]):
        x -= width(state.value, 12) + 4
        yield _words(x, 68, state.value, 12, INK)
        x -= 18
        yield f'<rect x="{x:.1f}" y="58" width="12" height="12" rx="3" fill="{COLOURS[state][0]}"/>'
        x -= 14


def _panel(stage: Stage, box: Box) -> Iterator[str]:
    line, ground = COLOURS[stage.state]
    yield f'<rect {_at(box)} rx="12" fill="{ground}"/>'
    x, y, r = box.x, box.y, box.right
    yield (
        f'<path d="M{x:.1f} {y + HEADER:.1f}v{12 - HEADER}q0 -12 12 -12H{r - 12:.1f}'
        f'q12 0 12 12v{HEADER - 12}z" fill="{line}"/>'
    )
    name = shortened(stage.name, 15, box.width - 24, bold=True)
    middle = box.x + box.width / 2
    yield _words(middle, box.y + 25, name, 15, "#fff", "700", "middle", stage.name)


def _card(step: Step, box: Box, state: State) -> Iterator[str]:
    line, ground = COLOURS[state]
    yield f'<rect {_at(box)} rx="9" fill="#fff" stroke="{LINE}"/>'
    yield (
        f'<rect x="{box.x:.1f}" y="{box.y + 9:.1f}" width="5" height="{box.height - 18:.1f}"'
        f' rx="2.5" fill="{line}"/>'
    )
    names = wrapped(step.name, STEP_SIZE, CARD_ROOM, 2)
    x, y = box.x + 18, box.y + (box.height - 18 * len(names) - 30) / 2 + 13
    for name in names:
        yield _words(x, y, name, STEP_SIZE, INK, "700", whole=step.name)
        y += 18
    yield _words(x, y + 1, chance(step), 12.5, line, "700")
    yield _words(x + 46, y + 1, pace(step), 11, QUIET)
    yield _bar(x, y + 9, CARD_ROOM, ground)
    if step.probability:
        yield _bar(x, y + 9, CARD_ROOM * step.probability / 100, line)
    if chip := beginning(step):
        yield from _chip(chip, box, line, filled=step.is_default)


def _bar(x: float, y: float, length: float, colour: str) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{length:.1f}" height="5" rx="2.5" fill="{colour}"/>'
    )


def _chip(text: str, box: Box, colour: str, *, filled: bool) -> Iterator[str]:
    room = width(text, 10.5, bold=True) + 14
    x = box.right - room - 12
    ground, ink = (colour, "#fff") if filled else ("#fff", colour)
    yield (
        f'<rect x="{x:.1f}" y="{box.y - 9:.1f}" width="{room:.1f}" height="17" rx="8.5"'
        f' fill="{ground}" stroke="{colour}"/>'
    )
    yield _words(x + room / 2, box.y + 3, text, 10.5, ink, "700", "middle")


def _line(arrow: Arrow, colour: str) -> str:
    dashes = ' stroke-dasharray="5 4"' if arrow.back or arrow.edge.source is None else ""
    return (
        f'<path d="{arrow.path}" fill="none" stroke="{colour}" stroke-width="1.6"{dashes}'
        f' marker-end="url(#tip-{colour[1:]})"/>'
    )


def _label(arrow: Arrow, colour: str) -> Iterator[str]:
    words = arrow.words
    box = Box(arrow.x - words.width / 2, arrow.y - words.height / 2, words.width, words.height)
    yield f'<rect {_at(box)} rx="7" fill="#fff" stroke="{colour}" stroke-opacity=".35"/>'
    y = box.y + 14.5
    yield _words(arrow.x, y, words.name, NAME_SIZE, colour, "600", "middle", words.whole)
    if words.note:
        yield _words(arrow.x, y + 13, words.note, NOTE_SIZE, QUIET, "400", "middle", words.whole)


def _at(box: Box) -> str:
    return f'x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}"'


def _words(
    x: float,
    y: float,
    text: str,
    size: float,
    colour: str,
    weight: str = "400",
    anchor: str = "start",
    whole: str = "",
) -> str:
    """`whole` is told to who points at it, where it is more than the text."""
    more = f"<title>{_text(whole)}</title>" if whole and clean(whole) != text else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}" font-weight="{weight}"'
        f' text-anchor="{anchor}">{more}{_text(text)}</text>'
    )


def _text(text: str) -> str:
    return escape(clean(text))
