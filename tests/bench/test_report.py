"""The tables say what went wrong, and compare like with like."""

from tests.bench.client import Asked
from tests.bench.questions import QUESTIONS
from tests.bench.report import table
from tests.bench.running import Case, Course, Results, Turn
from tests.bench.soaking import is_flat


def _turn(rate: int, failures: int = 0, cpu: float = 1.0) -> Turn:
    times = [0.001 * (place + 1) for place in range(rate)]
    asked = Asked(1.0, times, 1024 * rate, [b'{"errors":[{"message":"busy"}]}'] * failures)
    return Turn(asked, cpu * rate / 1000, 0.0, rate)


def _told(turns: dict[Case, list[Turn]]) -> list[str]:
    names = dict.fromkeys(case.question for case in turns)
    course = Course([], [QUESTIONS[name] for name in names], 3, 2.0)
    return table(Results(turns), course, "python -m tests.bench").splitlines()


def _case(peer: str, question: str = "Q1", role: str = "admin", rows: int = 1_000) -> Case:
    return Case(peer, role, question, rows)


def test_failures_are_told_beside_the_table_and_in_it() -> None:
    lines = _told({_case("ours"): [_turn(100, 7), _turn(100)]})
    assert next(line for line in lines if line.startswith("| Q1")).endswith("| 7 |")
    (loud,) = [line for line in lines if "failed**" in line]
    assert "7 of 207 requests" in loud
    assert '"busy"' in loud


def test_who_answers_nothing_has_no_numbers() -> None:
    lines = _told({_case("ours"): [_turn(0, 9)], _case("limit"): [_turn(50)]})
    row = next(line for line in lines if line.startswith("| Q1 | admin | pipeline-gql"))
    assert row == "| Q1 | admin | pipeline-gql | 0 | – | – | – + – | – | – | 9 |"


def test_a_ratio_is_the_middle_of_those_within_a_round() -> None:
    """Here the machine was ten times as fast in the second round."""
    ours, limit = [_turn(50), _turn(800), _turn(60)], [_turn(100), _turn(1_000), _turn(100)]
    lines = _told({_case("ours"): ours, _case("limit"): limit})
    assert "| the limit, with walls, as admin | 0.60 (aim 0.80) |" in lines


def test_a_member_is_not_compared_with_an_administrator() -> None:
    lines = _told({_case("ours", role="member"): [_turn(9)], _case("postgraphile"): [_turn(9)]})
    assert not [line for line in lines if "PostGraphile" in line and "aim" in line]


def test_what_should_cost_the_same_is_told() -> None:
    far, first = [_turn(50, cpu=3.0)], [_turn(100, cpu=2.0)]
    lines = _told({_case("ours", "Q4"): far, _case("ours", "Q4-first"): first})
    (line,) = [each for each in lines if "far page" in each]
    assert "2.00 times as long and 1.50 times the CPU" in line


def test_ten_times_the_rows_are_compared_with_a_tenth() -> None:
    many, few = _case("ours"), _case("ours", rows=100)
    lines = _told({few: [_turn(100)], many: [_turn(80, cpu=1.2)]})
    (line,) = [each for each in lines if "at 1,000 against 100" in each]
    assert "1.25 times as long and 1.20 times the CPU" in line
    assert sum(line.startswith("| Q1") for line in lines) == 2


def test_memory_that_keeps_growing_is_not_flat() -> None:
    assert is_flat([100, 150, 160, 170, 180, *[200] * 15])
    assert not is_flat([100 + 5 * part for part in range(20)])
