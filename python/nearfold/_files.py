"""Files that are written as a whole or not at all."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator
from typing import Any, BinaryIO

from ._errors import IoError

_PREFIX, _ENDING = ".nearfold-", ".part"


def shown(path: Any) -> str:
    return repr(os.fspath(path))


@contextlib.contextmanager
def replaced(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """A file to write, which takes the place of `path` at the end of the block, or goes away."""
    target = os.path.realpath(path)
    folder = os.path.dirname(target)
    try:
        _remove_abandoned(folder)
        file, name = _locked_file(folder)
    except OSError as error:
        raise IoError(f"cannot write {shown(path)}: {error}") from error
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            os.replace(name, target)
        _sync(folder)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.remove(name)
        if isinstance(error, OSError):
            raise IoError(f"cannot write {shown(path)}: {error}") from error
        raise


def _locked_file(folder: str) -> tuple[BinaryIO, str]:
    """A new file that is locked while its writer lives, so that the next one can tell a file that
    was left behind."""
    while True:
        descriptor, name = tempfile.mkstemp(_ENDING, _PREFIX, folder)
        with contextlib.suppress(OSError):  # where there are no locks, none is taken for abandoned
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.path.exists(name):
            os.fchmod(descriptor, 0o666 & ~_umask())
            return os.fdopen(descriptor, "wb"), name
        os.close(descriptor)


def _remove_abandoned(folder: str) -> None:
    for name in os.listdir(folder):
        if not (name.startswith(_PREFIX) and name.endswith(_ENDING)):
            continue
        path = os.path.join(folder, name)
        with contextlib.suppress(OSError), open(path, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.remove(path)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _sync(folder: str) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some file systems cannot
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def folder_for(path: Any) -> str:
    """A folder, made where there is none."""
    folder: str = os.fspath(path)
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise IoError(f"cannot make {shown(folder)}: {error}") from error
    return folder
