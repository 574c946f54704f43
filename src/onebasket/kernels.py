"""Compiled kernels: one way to compile, late, with a cache where one can be written.

Numba takes a third of a second to import and refuses where it finds no writable cache
folder. So it is imported at a kernel's first call, with a folder that is known to work.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import functools
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


# Sums may be regrouped, so that processors can take several terms at once; inf and nan keep their meaning.
_FAST = frozenset({"reassoc", "nsz", "arcp", "contract"})


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """The function compiled by numba at its first call, once for each set of argument types.

    Kernels take arrays and numbers and do not call each other. They run in one thread:
    sums are taken in one order, so the same input gives the same bytes.
    """
    return _late(function, frozenset())


def compiled_fast(function: Callable[P, R]) -> Callable[P, R]:
    """As `compiled`, with sums of floats regrouped: the same bytes on one kind of processor only."""
    return _late(function, _FAST)


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """The function compiled by numba at once: for modules that are imported late themselves.

    Such kernels may call each other, and let other threads run meanwhile.
    """
    return _at_once(function, frozenset())


def kernel_fast(function: Callable[P, R]) -> Callable[P, R]:
    """As `kernel`, with sums of floats regrouped: the same bytes on one kind of processor only."""
    return _at_once(function, _FAST)


def _at_once(function: Callable[P, R], fast: frozenset[str]) -> Callable[P, R]:
    _find_cache()
    import numba

    made: Callable[P, R] = _one_at_a_time(numba.njit(cache=True, nogil=True, fastmath=set(fast))(function))
    return made


def _late(function: Callable[P, R], fast: frozenset[str]) -> Callable[P, R]:
    @functools.cache
    def ready() -> Callable[P, R]:
        _find_cache()
        import numba

        made: Callable[P, R] = _one_at_a_time(numba.njit(cache=True, fastmath=set(fast))(function))
        return made

    @functools.wraps(function)
    def call(*values: P.args, **named: P.kwargs) -> R:
        return ready()(*values, **named)

    return call


def _one_at_a_time(dispatcher: Any) -> Any:
    """The dispatcher, whose kernels are compiled and cached by one process at a time.

    Two that fill one cache at once mix up the names of what they compile, and whoever loads it crashes
    (a race that its authors know of).
    """
    compile_now = dispatcher.compile

    def compile_alone(signature: Any) -> Any:
        with _alone():
            return compile_now(signature)

    dispatcher.compile = compile_alone
    return dispatcher


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """While no other process or thread compiles. Kernels that call kernels come here again."""
    with _LOCK:
        _held.append(None)
        try:
            if len(_held) > 1:
                yield
                return
            folder = Path(os.environ["NUMBA_CACHE_DIR"])
            folder.mkdir(parents=True, exist_ok=True)
            with (folder / ".onebasket.lock").open("a") as file:
                fcntl.flock(file, fcntl.LOCK_EX)  # the file's end gives it free, so does the process's
                yield
        finally:
            _held.pop()


_LOCK = threading.RLock()
_held: list[None] = []


@functools.cache
def _find_cache() -> None:
    """Point numba to a cache folder that can be written, unless the user named one."""
    if os.environ.get("NUMBA_CACHE_DIR"):
        return
    try:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
        home = cache / "onebasket" / "numba"
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home):
            pass
        folder = home
    except (OSError, RuntimeError):
        # A folder of this process alone: the cache holds code, and /tmp is open to everyone.
        folder = Path(tempfile.mkdtemp(prefix="onebasket-numba-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["NUMBA_CACHE_DIR"] = str(folder)
