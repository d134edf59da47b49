"""When a worker that has grown ends: after a stage, in the middle only where it is far too large, never for nothing."""

import os
import subprocess
import sys

import pytest

from worker.service.memory import Growth, resident

MIB = 2**20


class Memory:
    held = 100 * MIB

    def __call__(self) -> int:
        return self.held


def grown(limit: int, memory: Memory) -> Growth:
    return Growth(limit * MIB, memory)


def test_it_ends_after_the_stage_that_takes_it_over_the_limit() -> None:
    memory = Memory()
    growth = grown(200, memory)

    assert not growth.stage_ended()
    memory.held = 201 * MIB
    assert growth.stage_ended()


def test_it_ends_in_the_middle_only_far_over_the_limit() -> None:
    memory = Memory()
    growth = grown(200, memory)
    growth.stage_ended()

    memory.held = 299 * MIB
    assert not growth.far_over()
    memory.held = 301 * MIB
    assert growth.far_over()


def test_a_recording_that_needs_so_much_from_the_start_is_not_handed_back_for_ever() -> None:
    memory = Memory()
    memory.held = 900 * MIB

    assert not grown(200, memory).far_over()


def test_without_a_limit_a_large_model_on_a_small_machine_has_not_grown() -> None:
    memory = Memory()
    growth = grown(0, memory)
    memory.held = int(0.9 * growth.limit / 0.8)  # of all that there is

    assert [growth.stage_ended(), growth.stage_ended()] == [False, False]


def test_without_a_limit_it_ends_before_the_machine_is_full() -> None:
    memory = Memory()
    growth = grown(0, memory)
    growth.stage_ended()

    memory.held = growth.limit + MIB

    assert growth.stage_ended()


def test_where_nothing_tells_of_memory_nothing_ends() -> None:
    growth = Growth(1, lambda: 0)

    assert not growth.stage_ended()
    assert not growth.far_over()


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="Linux tells it there")  # noqa: PTH110
def test_what_a_process_and_its_children_hold_is_counted() -> None:
    code = "held = bytearray(64 * 2**20); held[::4096] = b'x' * len(held[::4096]); print(flush=True); input()"
    before = resident(os.getpid())
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()

        more = resident(os.getpid()) - before

        child.kill()
    assert more > 64 * MIB
    assert resident(child.pid) == 0
