"""Pictures of graphs: complete, legible, and safe with whatever somebody called a step."""

import re
from itertools import combinations, pairwise
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_gql import templates
from pipeline_gql.domain.documents import parse
from pipeline_gql.domain.drawing import Format, draw
from pipeline_gql.domain.drawing.lettering import clean
from pipeline_gql.domain.drawing.spreading import spread
from pipeline_gql.domain.pipeline import Graph, Mode, Stage, State

SVG = "{http://www.w3.org/2000/svg}"
NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)
CARD, LABEL = "9", "7"
"""How round the corners are by which a picture's parts are told apart here."""

Rect = tuple[float, float, float, float]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """More stages and stranger names than anybody has; final stages anywhere."""
    stages: list[dict[str, Any]] = []
    keys: list[str] = []
    for number in range(draw(st.integers(1, 6))):
        state = draw(st.sampled_from(["Open", "Open", "Won", "Lost", "Archived"]))
        mine = [f"s{number}-{i}" for i in range(draw(st.integers(0, 4)))]
        keys += mine
        steps = [
            {"key": key, "name": draw(NAMES).strip() or key}
            | ({"probability": draw(st.integers(0, 100)), "entry": True} if state == "Open" else {})
            for key in mine
        ]
        stages.append({"key": f"g{number}", "state": state, "steps": steps})
    stages.append({"key": "end", "state": "Lost", "steps": [{"key": "end", "entry": True}]})
    keys.append("end")
    ends = st.tuples(st.none() | st.sampled_from(keys), st.sampled_from(keys))
    edges = [
        {"key": f"t{n}", "name": draw(NAMES).strip() or "x", "to": target}
        | ({} if source is None else {"from": source})
        | ({"required_attributes": ["purchase_order"]} if draw(st.booleans()) else {})
        for n, (source, target) in enumerate(draw(st.lists(ends, unique=True, max_size=25)))
        if (source, target) != (None, "end")
    ]
    edges.append({"key": "lose", "name": "Lose", "to": "end"})
    document = {"key": "made-up", "stages": stages, "transitions": edges}
    return parse(document).graph


def rects(picture: str, corner: str) -> list[Rect]:
    found = ElementTree.fromstring(picture).iter(f"{SVG}rect")
    return [
        (x, y, x + float(rect.attrib["width"]), y + float(rect.attrib["height"]))
        for rect in found
        if rect.get("rx") == corner
        for x, y in [(float(rect.attrib["x"]), float(rect.attrib["y"]))]
    ]


def overlap(one: Rect, other: Rect) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@given(graphs())
def test_no_card_and_no_label_overlaps_another_and_all_are_in_the_picture(graph: Graph) -> None:
    picture = draw(graph, "Made up", Format.SVG)
    cards, labels = rects(picture, CARD), rects(picture, LABEL)
    assert (len(cards), len(labels)) == (len(graph.steps), len(graph.transitions))
    assert [pair for pair in combinations(cards + labels, 2) if overlap(*pair)] == []
    root = ElementTree.fromstring(picture)
    across, down = float(root.attrib["width"]), float(root.attrib["height"])
    for left, top, right, bottom in cards + labels:
        assert 0 <= left < right <= across
        assert 0 <= top < bottom <= down


@given(graphs())
def test_no_arrow_runs_behind_a_card(graph: Graph) -> None:
    """Of curves the points that steer them are looked at: a curve stays among these."""
    picture = draw(graph, "Made up", Format.SVG)
    cards = [(x + 1, y + 1, right - 1, bottom - 1) for x, y, right, bottom in rects(picture, CARD)]
    for path in ElementTree.fromstring(picture).iter(f"{SVG}path"):
        if path.get("fill") == "none":
            points = corners(path.attrib["d"])
            for (x, y), (to_x, to_y) in pairwise(points):
                line = (min(x, to_x), min(y, to_y), max(x, to_x), max(y, to_y))
                assert not any(overlap(line, card) for card in cards), path.attrib["d"]


def corners(path: str) -> list[tuple[float, float]]:
    points: list[tuple[float, float]] = []
    for verb, rest in re.findall(r"([A-Za-z])([^A-Za-z]*)", path):
        numbers = [float(number) for number in rest.split()]
        x, y = points[-1] if points else (0.0, 0.0)
        if verb == "H":
            numbers = [numbers[0], y]
        elif verb == "V":
            numbers = [x, numbers[0]]
        elif verb == "c":
            numbers = [n + (y if i % 2 else x) for i, n in enumerate(numbers)]
        points += zip(numbers[::2], numbers[1::2], strict=True)
    return points


@given(graphs(), NAMES)
def test_a_picture_is_the_same_every_time_and_well_formed(graph: Graph, title: str) -> None:
    for form in Format:
        assert draw(graph, title, form) == draw(graph, title, form)
    ElementTree.fromstring(draw(graph, title, Format.SVG))


@pytest.mark.parametrize("name", templates.NAMES)
@pytest.mark.parametrize("form", Format)
def test_every_step_and_every_transition_of_a_template_is_told(name: str, form: Format) -> None:
    document = parse(templates.source(name))
    picture = draw(document.graph, document.name, form)
    for part in (*document.graph.stages, *document.graph.steps, *document.graph.transitions):
        assert part.name in picture


NASTY = '"><script>alert(1)</script>&amp; \\" ]] %% {x} #9829; `end`'


def nasty() -> Graph:
    source: Any = templates.source("simple")
    source["stages"][0]["name"] = source["stages"][0]["steps"][0]["name"] = NASTY
    source["transitions"][0]["name"] = NASTY
    return parse(source).graph


def test_names_cannot_break_out_of_an_svg() -> None:
    root = ElementTree.fromstring(draw(nasty(), NASTY, Format.SVG))
    assert root.findtext(f"{SVG}title") == NASTY
    assert [part for part in root.iter() if "script" in part.tag] == []
    assert NASTY in [text.text for text in root.iter(f"{SVG}title")]


def test_names_cannot_break_out_of_mermaid() -> None:
    told = draw(nasty(), "Nasty", Format.MERMAID)
    assert "script>" not in told
    quoted = re.findall(r'"([^"]*)"', told.split("---")[2])
    told_as = "".join(f"#{ord(c)};" if c in "#\"'`<>&;\\|[]{}()" else c for c in NASTY)
    assert sum(told_as in text for text in quoted) == 3


def test_names_cannot_break_out_of_dot() -> None:
    told = draw(nasty(), "Nasty", Format.DOT)
    quoted = re.findall(r'"((?:[^"\\]|\\.)*)"', told)
    back = [re.sub(r"\\(.)", r"\1", text).replace("&amp;", "&") for text in quoted]
    assert sum(text.startswith(NASTY) for text in back) == 3


@given(st.lists(st.tuples(st.floats(-100, 500), st.floats(1, 40)), max_size=12))
def test_what_is_spread_keeps_its_order_and_does_not_overlap(
    wishes: list[tuple[float, float]],
) -> None:
    wishes.sort()
    room = 50 + sum(height for _, height in wishes)
    placed = spread(wishes, room)
    edges = [(m - h / 2, m + h / 2) for m, (_, h) in zip(placed, wishes, strict=True)]
    assert all(a[1] <= b[0] + 1e-6 for a, b in pairwise(edges))
    assert all(top >= -1e-6 and bottom <= room + 1e-6 for top, bottom in edges)


def test_what_is_free_to_stands_where_it_wishes() -> None:
    assert spread([(50, 10), (70, 10)], 100) == [50, 70]
    assert spread([(50, 10), (50, 10)], 100) == [45, 55]


@given(NAMES)
def test_what_cannot_be_drawn_is_left_out(text: str) -> None:
    ElementTree.fromstring(f"<a>{re.sub('[<&]', '', clean(text))}</a>")


@pytest.mark.parametrize("form", Format)
@pytest.mark.parametrize("stages", [(), (Stage("new", "New", State.OPEN),)], ids=["none", "empty"])
def test_a_draft_that_has_no_steps_yet_is_drawn(form: Format, stages: tuple[Stage, ...]) -> None:
    assert "Bare" in draw(Graph(Mode.GRAPH, stages, (), ()), "Bare", form)
