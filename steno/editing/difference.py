"""What an edit has changed, for who has the transcript of before: a few segments rather than all."""

from dataclasses import dataclass

from steno.transcript import Segment, Transcript


@dataclass(frozen=True)
class Difference:
    """Segments that are new or not as before, ids of those that are gone, and the order where it is another."""

    segments: tuple[Segment, ...]
    removed: tuple[int, ...]
    order: tuple[int, ...] | None


def difference(before: Transcript, after: Transcript) -> Difference:
    """What makes the one transcript the other, beside its speakers."""
    known = {one.id: one for one in before.segments}
    order = tuple(one.id for one in after.segments)
    left = set(order)
    # Most are the very same object: they need no comparison.
    changed = (one for one in after.segments if known.get(one.id) is not one and known.get(one.id) != one)
    return Difference(
        tuple(changed), tuple(key for key in known if key not in left), None if order == tuple(known) else order
    )
