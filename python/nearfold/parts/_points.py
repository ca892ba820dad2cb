"""Points of which parts are made, and what has to be known of all of them."""

from __future__ import annotations

import dataclasses
import os
from typing import Any

import numpy as np

from .. import _arrays, _settings
from .._core import core
from .._errors import InvalidInput, IoError, NearfoldError
from ._point_files import PointFile, open_points

Range = tuple[int, int]


def shards(n: int, rows: int) -> list[Range]:
    """Ranges of `rows` rows each, the last one shorter, that are all of n rows.

    Examples
    --------
    >>> shards(10, 4)
    [(0, 4), (4, 8), (8, 10)]
    """
    if rows < 1:
        raise InvalidInput(f"rows is {rows}; it must be at least 1")
    return [(begin, min(n, begin + rows)) for begin in range(0, n, rows)]


@dataclasses.dataclass(frozen=True, eq=False)
class Points:
    """Points in a file, and what a part has to know of all of them; `scan` makes it.

    It holds a path and no points: sent to another machine, it is a few hundred bytes.

    Attributes
    ----------
    n, columns : int
    metric, zero_vectors : str
    fingerprint : str
        Of all values, as they are compared.
    """

    file: PointFile
    metric: str
    zero_vectors: str
    longest: float
    offsets: np.ndarray | None
    fingerprint: str

    @property
    def n(self) -> int:
        return self.file.shape[0]

    @property
    def columns(self) -> int:
        return self.file.shape[1]

    def rows(self, begin: int, end: int) -> np.ndarray:
        """Some rows as they are compared: float32 of .npy and .fbin is mapped, not copied."""
        if not 0 <= begin < end <= self.n:
            raise InvalidInput(
                f"rows {begin}:{end} are asked for, and there are {self.n} points; give at least 1 "
                f"of them, as (0, {self.n})"
            )
        return _arrays.to_float32(_read(self.file, begin, end), self.offsets, begin)


def scan(
    path: Any, *, metric: str = "euclidean", zero_vectors: str = "error", n_jobs: int | None = None
) -> Points:
    """Looks at all points once, and keeps none.

    Parameters
    ----------
    path : path or memmap
        .npy, .fbin, .u8bin or .i8bin; Parquet, a file or a folder, with columns of numbers or one
        of lists; an array of Zarr. Rows are read by their numbers, in the order of the files'
        names, in which part.2 comes before part.10.
    metric, zero_vectors : str
        As for `kneighbors_graph`.
    n_jobs : int or None
        Threads; None and -1 are every core.

    Raises
    ------
    InvalidInput
        For points that `kneighbors_graph` refuses.
    """
    import xxhash

    file = open_points(path)
    how = search_of(metric, zero_vectors, n_jobs)
    offsets = None if core.sees_shift(how["metric"]) else _arrays.choose_offsets(file)
    scanned = core.scan_points(*file.shape, how)
    digest = xxhash.xxh3_128(np.array(file.shape, dtype=np.int64).tobytes())
    for begin, end in file.blocks():
        block = _arrays.to_float32(_read(file, begin, end), offsets, begin)
        scanned.add(block)
        digest.update(block)  # type: ignore[arg-type]
    return Points(file, how["metric"], zero_vectors, scanned.finish(), offsets, digest.hexdigest())


def _read(file: PointFile, begin: int, end: int) -> np.ndarray:
    try:
        return file.read(begin, end)
    except NearfoldError:
        raise
    except (OSError, ValueError) as error:  # gone, or shorter than it was
        raise IoError(
            f"cannot read rows {begin}:{end} of {os.fspath(file.path)!r}: {error}"
        ) from error


def search_of(metric: str, zero_vectors: str, n_jobs: int | None) -> dict[str, Any]:
    return {
        "metric": _settings.metric_named(metric),
        "zero_vectors": zero_vectors,
        "threads": _settings.threads_of(n_jobs),
        "device": "cpu",
    }
