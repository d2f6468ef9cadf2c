"""What clients may say, made up."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tests.model.moving import Move
from tests.model.plain import Caller, Given

several = st.integers(0, 5)
roles = st.sampled_from(["ADMIN"] * 5 + ["MANAGER", "MEMBER", "MEMBER", "READ_ONLY"])
setters = st.sampled_from(["ADMIN"] * 9 + ["MANAGER"])
"""Who may set the organisation up, and somebody who may not."""
callers = st.builds(Caller, roles, st.sampled_from([None] * 6 + [0, 0, -1, 1]))
manners = st.sampled_from(["once", "once", "once", "dry", "twice"])
names = st.sampled_from(["A deal", "Another", "É", " "])
amounts = st.none() | st.sampled_from([Decimal(0), Decimal("10.50"), Decimal("99999.99")])
percents = st.none() | st.sampled_from([0, 33, 100])
usual = st.sampled_from([("order", "PO-3"), ("seats", "17"), ("loss_reason", "Time")])
values = st.lists(
    st.one_of(
        usual,
        usual,
        st.tuples(st.just("order"), st.sampled_from(["PO-1", " PO-2 ", "2", " ", None])),
        st.tuples(st.just("seats"), st.sampled_from(["12", "+3", "3.5", None])),
        st.tuples(st.just("budget"), st.sampled_from(["10.50", "-0", "x", None])),
        st.tuples(st.just("loss_reason"), st.sampled_from(["Price", "Time", "price"])),
        st.tuples(st.just("topics"), st.sampled_from(['["Time", "Price"]', "Time", "[]"])),
        st.tuples(st.just("unknown"), st.just("x")),
    ),
    max_size=3,
)
EVERYTHING: Given = [("order", "PO-3"), ("seats", "17"), ("loss_reason", "Time")]
everything = st.just(EVERYTHING)
changes: Any = st.fixed_dictionaries(
    {},
    optional={
        "name": names,
        "amount": amounts,
        "probability": percents,
        "attributes": values,
        "nextStep": st.sampled_from(["Again", "Call", None]),
        "ownerId": st.sampled_from(["ADMIN", "MANAGER", "MEMBER"]),
    },
)
steps = st.sampled_from(["lead", "offer", "talk", "deal", "won", "lost", "filed", "welcome"])
edges = st.sampled_from(["send", "agree", "again", "back", "win", "lose", "file", "revive", "sell"])
moves = st.builds(
    Move,
    step=steps,
    transition=st.none() | st.tuples(several, edges),
    noop=st.booleans(),
    override=st.sampled_from([False, False, True]),
    reason=st.sampled_from([None, "Since."]),
    given=st.one_of(st.just([]), everything, values),
)
ways = st.dictionaries(steps, steps, max_size=2)
policies = st.sampled_from(["MAP", "GRANDFATHER", "BLOCK"])
quantities = st.integers(0, 7)
units = st.sampled_from([Decimal("0.01"), Decimal(250)])
