"""Things of different heights, put as near as may be to where they would like to be."""

from collections.abc import Sequence


def spread(wanted: Sequence[tuple[float, float]], bottom: float) -> list[float]:
    """The middles of boxes given as wished middle and height, in the order given, none overlapping,
    between 0 and `bottom`; as little away from the wishes as possible, in the least squares."""
    shift, shifts = 0.0, list[float]()
    for _, height in wanted:
        shifts.append(shift + height / 2)
        shift += height
    blocks: list[tuple[float, int]] = []
    for (middle, _), before in zip(wanted, shifts, strict=True):
        mean, size = middle - before, 1
        # Two that would overlap become a block that stands where the mean of their wishes is.
        while blocks and blocks[-1][0] > mean:
            other, count = blocks.pop()
            mean = (mean * size + other * count) / (size + count)
            size += count
        blocks.append((mean, size))
    free = max(0.0, bottom - shift)
    starts = [min(max(mean, 0.0), free) for mean, size in blocks for _ in range(size)]
    return [start + before for start, before in zip(starts, shifts, strict=True)]
