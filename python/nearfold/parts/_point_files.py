"""Points in files whose rows can be read from anywhere, by any process that sees the file.

What is opened holds a path and no data: it is sent to other processes as it is.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from .._errors import InvalidInput, InvalidType, IoError
from .._files import shown

Array = np.ndarray[Any, Any]
_AT_ONCE = 1 << 22  # values
_VECTORS = {".fbin": np.float32, ".u8bin": np.uint8, ".i8bin": np.int8}


class PointFile:
    """Rows of points. As far as `_arrays` asks, an array."""

    def __init__(self, path: str, shape: tuple[int, int], dtype: Any) -> None:
        self.path, self.shape, self.dtype = path, shape, np.dtype(dtype)
        if self.dtype.kind not in "fiub" or self.dtype.itemsize > 8:
            raise InvalidInput(
                f"{shown(path)} has values of type {self.dtype}, which no distance "
                "is made of: give numbers"
            )

    def read(self, begin: int, end: int) -> Array:
        """Rows from `begin` to before `end`."""
        raise NotImplementedError

    @property
    def size(self) -> int:
        return self.shape[0] * self.shape[1]

    def blocks(self) -> list[tuple[int, int]]:
        """Ranges of some megabytes each, of all rows in their order."""
        n, columns = self.shape
        step = max(1, _AT_ONCE // max(1, columns))
        return [(begin, min(n, begin + step)) for begin in range(0, n, step)]

    def __getitem__(self, rows: Any) -> Array:
        if isinstance(rows, slice):
            return self.read(rows.start, min(rows.stop, self.shape[0]))
        taken = [self.read(b, e)[rows[(b <= rows) & (rows < e)] - b] for b, e in self.blocks()]
        return np.concatenate(taken)


class MappedFile(PointFile):
    """Values in C order from `offset` on; a block is mapped while it is looked at."""

    def __init__(self, path: str, shape: tuple[int, int], dtype: Any, offset: int) -> None:
        super().__init__(path, shape, dtype)
        self._offset = offset

    def read(self, begin: int, end: int) -> Array:
        columns = self.shape[1]
        at = self._offset + begin * columns * self.dtype.itemsize
        if begin == end or columns == 0:
            return np.empty((end - begin, columns), self.dtype)
        return np.memmap(self.path, self.dtype, "r", at, (end - begin, columns))


class FortranFile(PointFile):
    """An .npy in Fortran order: a block is gathered from all of its columns."""

    def read(self, begin: int, end: int) -> Array:
        return np.ascontiguousarray(np.load(self.path, mmap_mode="r")[begin:end])


class ParquetFiles(PointFile):
    """The row groups of one or more Parquet files, one after the other."""

    def __init__(self, path: str) -> None:
        import pyarrow.dataset

        dataset = pyarrow.dataset.dataset(path, format="parquet")
        fragments = sorted(dataset.get_fragments(), key=lambda one: _numbered(one.path))
        self._groups = [part for one in fragments for part in one.split_by_row_group()]
        if not self._groups:
            raise InvalidInput(f"{shown(path)} has no rows")
        counts = [part.row_groups[0].num_rows for part in self._groups]
        self._begins = np.concatenate([[0], np.cumsum(counts)])
        head = _matrix_of(self._groups[0].head(1), path)
        super().__init__(path, (int(self._begins[-1]), head.shape[1]), head.dtype)

    def read(self, begin: int, end: int) -> Array:
        first = int(np.searchsorted(self._begins, begin, "right")) - 1
        last = int(np.searchsorted(self._begins, end, "left"))
        tables = [_matrix_of(part.to_table(), self.path) for part in self._groups[first:last]]
        start = int(self._begins[first])
        return np.concatenate(tables)[begin - start : end - start]


class ZarrArray(PointFile):
    """An array [points, columns] of Zarr, on disk or wherever fsspec reaches."""

    def __init__(self, path: str) -> None:
        import zarr

        array: Any = zarr.open_array(path, mode="r")
        _require_two(array.shape, path)
        super().__init__(path, array.shape, array.dtype)

    def read(self, begin: int, end: int) -> Array:
        import zarr

        return np.asarray(zarr.open_array(self.path, mode="r")[begin:end])


class ChunkFiles(PointFile):
    """.npy files in C order, each the rows from one of `begins` on."""

    def __init__(self, folder: str, begins: Any, chunks: Sequence[MappedFile]) -> None:
        shape = (int(begins[-1]), chunks[0].shape[1])
        super().__init__(folder, shape, chunks[0].dtype)
        self._begins, self._chunks = np.asarray(begins), list(chunks)

    def read(self, begin: int, end: int) -> Array:
        first = int(np.searchsorted(self._begins, begin, "right")) - 1
        last = max(first + 1, int(np.searchsorted(self._begins, end, "left")))
        parts = []
        for chunk, at in zip(self._chunks[first:last], self._begins[first:last]):
            parts.append(chunk.read(max(0, begin - at), min(chunk.shape[0], end - at)))
        return parts[0] if len(parts) == 1 else np.concatenate(parts)


def open_points(path: Any) -> PointFile:
    """The points of a file, a folder, or an array that is mapped from a file."""
    if isinstance(path, PointFile):
        return path
    if isinstance(path, np.memmap):
        return _of_memmap(path)
    if not isinstance(path, (str, os.PathLike)):
        raise InvalidType(
            f"points are a {type(path).__name__}; give the path of a file, or an "
            "array that numpy maps from one"
        )
    name = os.fspath(path)
    try:
        return _opened(name)
    except OSError as error:
        raise IoError(f"cannot read {shown(name)}: {error}") from error
    except ImportError as error:
        raise InvalidInput(f"{shown(name)} is read by {error.name}: install it") from error


def _opened(path: str) -> PointFile:
    ending = os.path.splitext(path.rstrip("/"))[1].lower()
    if ending == ".npy":
        return open_npy(path)
    if ending in _VECTORS:
        n, columns = (int(one) for one in np.fromfile(path, np.uint32, 2))
        return _sized(MappedFile(path, (n, columns), _VECTORS[ending], 8))
    local = "://" not in path
    if ending == ".zarr" or (local and _has_zarr(path)):
        return ZarrArray(path)
    if ending in (".parquet", ".pq") or (local and os.path.isdir(path)):
        return ParquetFiles(path)
    raise InvalidInput(
        f"{shown(path)} has an ending that is not known here: give .npy, .fbin, "
        ".u8bin, .i8bin, .parquet, .zarr, or a folder of Parquet files"
    )


def open_npy(path: str) -> MappedFile | FortranFile:
    try:
        array = np.load(path, mmap_mode="r")
    except ValueError as error:
        raise InvalidInput(f"{shown(path)} is no .npy that can be read in parts: {error}") from None
    _require_two(array.shape, path)
    if array.flags.c_contiguous:
        return MappedFile(path, array.shape, array.dtype, array.offset)
    return FortranFile(path, array.shape, array.dtype)


def _of_memmap(array: Any) -> PointFile:
    """Of a map as it was opened; a view of one does not say where in the file it is."""
    _require_two(array.shape, array.filename)
    if not array.flags.c_contiguous or isinstance(array.base, np.memmap):
        raise InvalidInput(
            "X is a view of an array that is mapped from a file: give the whole "
            "array, or the path of a file of these rows alone"
        )
    return MappedFile(os.fspath(array.filename), array.shape, array.dtype, array.offset)


def _sized(file: MappedFile) -> MappedFile:
    wanted = 8 + file.size * file.dtype.itemsize
    if os.path.getsize(file.path) < wanted:
        raise InvalidInput(
            f"{shown(file.path)} has {os.path.getsize(file.path)} bytes, and its "
            f"{file.shape[0]} x {file.shape[1]} values need {wanted}"
        )
    return file


def _has_zarr(path: str) -> bool:
    return any(os.path.exists(os.path.join(path, name)) for name in ("zarr.json", ".zarray"))


def _require_two(shape: Sequence[int], path: Any) -> None:
    if len(shape) != 2:
        raise InvalidInput(f"{shown(path)} is an array {tuple(shape)}: give points [n, columns]")


def _numbered(path: str) -> list[Any]:
    """part.2 before part.10, as those who write such files count."""
    return [int(one) if one.isdigit() else one for one in re.split(r"(\d+)", path)]


def _matrix_of(table: Any, path: str) -> Array:
    """A column of lists as long as each other, or columns of numbers."""
    import pyarrow.types as types

    columns = table.combine_chunks().columns
    if any(column.null_count for column in columns):
        raise InvalidInput(
            f"{shown(path)} has values that are missing: fill them in, or drop such rows"
        )
    if len(columns) == 1 and (
        types.is_list(columns[0].type)
        or types.is_large_list(columns[0].type)
        or types.is_fixed_size_list(columns[0].type)
    ):
        flat = columns[0].combine_chunks().flatten().to_numpy(zero_copy_only=False)
        if flat.size % max(1, table.num_rows):
            raise InvalidInput(f"{shown(path)} has lists that are not equally long")
        lists: Array = flat.reshape(table.num_rows, -1)
        return lists
    return np.column_stack([column.to_numpy() for column in columns])
