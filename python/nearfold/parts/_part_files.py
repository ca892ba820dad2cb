"""Parts of a graph as files: those of ``nearfold knn --queries --data``."""

from __future__ import annotations

import json
import zipfile
from typing import Any

import numpy as np

from .._errors import InvalidInput, IoError
from .._files import replaced, shown

_KIND, _EXACT, _APPROXIMATE = "part of a graph", 1, 2
ARRAYS = {"indices": np.int32, "distances": np.float32, "tied": np.uint8, "repeats": np.uint8}
# Of approximate parts; the last two through shared cells.
MORE = {
    "exact_queries": np.int32,
    "exact_indices": np.int32,
    "exact_distances": np.float32,
    "measures": np.float32,
    "places": np.int32,
}


def write(path: Any, about: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
    """All of it or nothing; what is there is replaced."""
    form = _APPROXIMATE if "index" in about else _EXACT
    text = json.dumps({"kind": _KIND, "format": form, **about}, indent=2).encode()
    with replaced(path) as file:
        np.savez(file, meta=np.frombuffer(text, dtype=np.uint8), allow_pickle=False, **arrays)


def read(path: Any, arrays: bool = True) -> dict[str, Any]:
    """What `write` was given; the checksums of what is read have been looked at."""
    try:
        with np.load(path, allow_pickle=False) as file:
            there = [*ARRAYS, *(name for name in MORE if name in file.files)] if arrays else []
            entries = {name: file[name] for name in ("meta", *there)}
        about: Any = json.loads(entries.pop("meta").tobytes().decode())
    except FileNotFoundError as error:
        raise IoError(f"cannot read {shown(path)}: {error}") from error
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, TypeError) as error:
        raise _damaged(path, str(error)) from error
    if not isinstance(about, dict) or about.pop("kind", None) != _KIND:
        raise InvalidInput(f"{shown(path)} is no part of a graph")
    if about.pop("format") not in (_EXACT, _APPROXIMATE):
        raise InvalidInput(f"{shown(path)} has a format that is not read here: make it again")
    for name in there:
        if entries[name].dtype != {**ARRAYS, **MORE}[name]:
            raise _damaged(path, f"{name} is {entries[name].dtype}")
    return {**about, **entries}


def _damaged(path: Any, why: str) -> InvalidInput:
    return InvalidInput(
        f"{shown(path)} is damaged ({why}): delete it, so that the part is made again"
    )
