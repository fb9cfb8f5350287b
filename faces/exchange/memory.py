"""Garbage of a large import: looked for after each parcel, not over and over through all that was read."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

LARGE_BYTES = 128 * 1024


@contextmanager
def swept_by_parcel(*, size_bytes: int) -> Iterator[None]:
    """Let only ``sweep`` look for garbage, if the file is a large one: what was read of it lives to the end anyway."""
    if size_bytes < LARGE_BYTES or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.enable()


def keep() -> None:
    """Pass over what lives now at every later ``sweep``."""
    if not gc.isenabled():
        gc.freeze()


def sweep() -> None:
    """Let go of what the last parcel left behind."""
    if not gc.isenabled():
        gc.collect()
