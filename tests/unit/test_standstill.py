"""Heartbeats that stop are noticed by a steady clock, whatever the wall clock says."""

from worker.service.standstill import Beat, Standstill


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class Watched:
    """A standstill that is asked every two seconds, as the recovery loop does."""

    def __init__(self, lease: float = 30.0) -> None:
        self.clock = Clock()
        self.standstill = Standstill(lease, self.clock)

    def after(self, seconds: float, beat: Beat) -> dict[str, float | None]:
        """What has stopped when the same beat was seen for so long."""
        found = self.standstill.stopped([beat])
        for _ in range(int(seconds // 2)):
            self.clock.now += 2.0
            found = self.standstill.stopped([beat])
        return found


def test_a_heart_that_stands_still_for_the_lease_has_stopped() -> None:
    watched = Watched()
    beat = Beat("s", "w", 1000.0)

    assert watched.after(30, beat) == {}
    assert watched.after(2, beat) == {"s": 1000.0}


def test_a_heart_that_beats_goes_on_though_the_wall_clock_jumps() -> None:
    watched = Watched()

    for hour in (0.0, 3600.0, -3600.0):  # an hour ahead, an hour back
        assert watched.after(20, Beat("s", "w", 1000.0 + hour)) == {}


def test_another_holder_is_another_heart() -> None:
    watched = Watched()
    watched.after(30, Beat("s", "w", 1000.0))

    assert watched.after(2, Beat("s", "v", 1000.0)) == {}


def test_who_is_known_to_be_dead_is_given_up_at_once() -> None:
    assert Watched().after(0, Beat("s", "w", 0.0)) == {"s": 0.0}


def test_no_heart_has_stopped_while_nobody_could_look() -> None:
    watched = Watched()
    beat = Beat("s", "w", 1000.0)
    watched.after(2, beat)

    watched.clock.now += 3600.0  # the database was away

    assert watched.after(20, beat) == {}
    assert watched.after(10, beat) == {"s": 1000.0}
