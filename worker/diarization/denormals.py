"""Numbers too small to be fast: silence fills the networks with them, and a processor takes its time over each."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


def are_flushed() -> bool:
    """Whether this thread takes a denormal number for zero, which torch can set but not say."""
    return sys.float_info.min / 2 == 0.0


@contextmanager
def flushed() -> Iterator[None]:
    """Denormal numbers count as zero in this thread, and in those it starts meanwhile, as torch's own.

    Only within: the processor's mode holds for every number of the thread, whoever computes with it.
    """
    import torch

    before = are_flushed()
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(before)
