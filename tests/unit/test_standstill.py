"""Heartbeats that stop are noticed by a steady clock, whatever the wall clock says."""

from worker.service.standstill import Beat, Standstill


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def watched(lease: float = 30.0) -> tuple[Standstill, Clock]:
    clock = Clock()
    return Standstill(lease, clock), clock


def test_a_heart_that_stands_still_for_the_lease_has_stopped() -> None:
    standstill, clock = watched()
    beat = Beat("s", "w", 1000.0)

    assert standstill.stopped([beat]) == {}
    clock.now += 29
    assert standstill.stopped([beat]) == {}
    clock.now += 2
    assert standstill.stopped([beat]) == {"s": 1000.0}


def test_a_heart_that_beats_goes_on_though_the_wall_clock_jumps() -> None:
    standstill, clock = watched()
    for hour in (0.0, 3600.0, -3600.0):  # an hour ahead, an hour back
        assert standstill.stopped([Beat("s", "w", 1000.0 + hour + clock.now)]) == {}
        clock.now += 20


def test_another_holder_is_another_heart() -> None:
    standstill, clock = watched()
    standstill.stopped([Beat("s", "w", 1000.0)])
    clock.now += 31

    assert standstill.stopped([Beat("s", "v", 1000.0)]) == {}


def test_who_is_known_to_be_dead_is_given_up_at_once() -> None:
    standstill, _ = watched()

    assert standstill.stopped([Beat("s", "w", 0.0)]) == {"s": 0.0}
