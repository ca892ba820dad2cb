"""Data of many kinds as float32 in C order: the one place where it is copied or rounded.

float32 in C order is taken as it is, read-only or mapped from a file, and where points are mapped
or searched so are float16, int8, uint8 and bfloat16 (of ml_dtypes): the compiled part reads their
values as they are. All else is copied (4 bytes a value). Of float64 and integers of 32 bits and
more, which float32 holds rounded only, a column that lies farther from 0 than it is wide is first
taken less an offset, in double: where the metric does not see it, points keep their differences.
Sparse matrices stay sparse where points are mapped or searched: float32 rows of stored values,
copied where they are not that. Elsewhere they become dense, with a warning.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse
from sklearn.utils import validation

from ._core import core
from ._errors import InvalidInput, Unsupported
from ._warn import warn

Array = np.ndarray[Any, Any]
check_array: Any = validation.check_array  # scikit-learn has no types
validate_data: Any = validation.validate_data
_LARGEST = float(np.finfo(np.float32).max)


def is_wide(dtype: np.dtype[Any]) -> bool:
    """Whether float32 may hold values of this type rounded only."""
    return (dtype.kind == "f" and dtype.itemsize > 4) or (
        dtype.kind in "iu" and dtype.itemsize >= 4
    )


def is_narrow(dtype: np.dtype[Any]) -> bool:
    """Whether values of this type are taken as they are; bfloat16 is known by its name."""
    return dtype.name in ("float16", "int8", "uint8", "bfloat16") and dtype.isnative


def stay_narrow(device: str) -> bool:
    """Whether points of a narrow type stay so: on the processor. Where there may be a GPU, and it
    is not said that it is not wanted, they become float32."""
    return device == "cpu" or (device == "auto" and not core.cuda_version())


def _checked_narrow(X: Any, check: Any) -> Any:
    """`X` of a narrow type once check(bytes or words of it) has passed; None of another type.
    Values are checked by those who take it, by row and column."""
    if not isinstance(X, np.ndarray) or not is_narrow(X.dtype):
        return None
    check(X.view(f"u{X.dtype.itemsize}"))
    return np.asarray(X)


def validated(
    estimator: Any, X: Any, *, reset: bool, min_samples: int, keep_sparse: bool = False
) -> Any:
    """`X` checked as scikit-learn does it: two dimensions, finite, columns as in the fit. A sparse
    one is made dense but with `keep_sparse`, and then its values are checked by those who take
    it, by row and column, as are those of narrow types."""
    require_host(X)
    narrow = _checked_narrow(
        X,
        lambda stored: validate_data(
            estimator, stored, reset=reset, dtype=None, ensure_min_samples=min_samples
        ),
    )
    if narrow is not None:
        return narrow
    stays = keep_sparse and scipy.sparse.issparse(X)
    X = validate_data(
        estimator,
        X,
        reset=reset,
        accept_sparse="csr",
        dtype="numeric",
        ensure_all_finite=not stays,
        ensure_min_samples=min_samples,
    )
    return X if stays else dense(X)


def require_host(X: Any) -> None:
    """Refuses arrays in the memory of a GPU, which nothing here would bring to the host."""
    device = getattr(X, "__dlpack_device__", None)
    if device is not None and int(device()[0]) != 1:
        raise Unsupported(
            f"X is a {type(X).__name__} in the memory of a GPU, and this package takes arrays of "
            "the host: give X.cpu(), cupy.asnumpy(X) or X.get()"
        )


def dense(X: Any) -> Array:
    """A sparse matrix as a dense one, which a warning says."""
    if not scipy.sparse.issparse(X):
        return np.asarray(X)
    rows, cols = X.shape
    warn(
        f"sparse data of {rows} x {cols} was made dense: {4 * rows * cols / 1e9:.2g} GB of float32"
    )
    return np.asarray(X.astype(np.float32).toarray())


def host_array(X: Any, *, keep_sparse: bool = False) -> Any:
    """`X` checked as an estimator would, without one around it."""
    require_host(X)
    narrow = _checked_narrow(
        X, lambda stored: check_array(stored, dtype=None, ensure_min_samples=2)
    )
    if narrow is not None:
        return narrow
    stays = keep_sparse and scipy.sparse.issparse(X)
    X = check_array(
        X,
        accept_sparse="csr",
        dtype="numeric",
        ensure_all_finite=not stays,
        ensure_min_samples=2,
    )
    return X if stays else dense(X)


def points(X: Any, metric: str, *, keep_narrow: bool = False) -> tuple[Any, Array | None]:
    """`X` as it is compared, and the offsets that were taken from its columns."""
    if scipy.sparse.issparse(X):
        return sparse_rows(X), None
    if keep_narrow and is_narrow(X.dtype):
        return np.ascontiguousarray(X), None
    offsets = None if core.sees_shift(metric) else choose_offsets(X)
    return to_float32(X, offsets), offsets


def sparse_rows(X: Any) -> Any:
    """A sparse matrix as rows of float32, columns ascending, none twice; the caller's is left as it
    is."""
    rows: Any = scipy.sparse.csr_matrix(X)
    if not rows.has_canonical_format:
        rows = rows.copy()
        rows.sum_duplicates()
    return rows.astype(np.float32, copy=False)


def native(points: Any) -> Any:
    """Points as the compiled part takes them: an array, the type and bytes of a narrow one, or the
    parts of sparse rows."""
    if isinstance(points, np.ndarray) and is_narrow(points.dtype):
        return points.dtype.name, points.view(np.uint8)
    if not scipy.sparse.issparse(points):
        return points
    return (
        *points.shape,
        points.indptr.astype(np.int64, copy=False),
        points.indices.astype(np.int32, copy=False),
        points.data,
    )


def to_float32(X: Array, offsets: Array | None = None, first_row: int = 0) -> Array:
    """`X` less `offsets`, in double, as float32 in C order; not copied where it is that. Its first
    row has the number `first_row` in messages."""
    if offsets is None:
        _require_range(X, X, first_row)
        return np.ascontiguousarray(X, dtype=np.float32)
    out = np.empty(X.shape, dtype=np.float32)
    step = max(1, (1 << 20) // max(1, X.shape[1]))
    for begin in range(0, X.shape[0], step):
        out[begin : begin + step] = X[begin : begin + step].astype(np.float64) - offsets
    _require_range(out, X, first_row)
    return out


def _require_range(rounded: Array, X: Array, first_row: int) -> None:
    if rounded.size == 0 or (rounded is X and not (X.dtype.kind == "f" and X.dtype.itemsize > 4)):
        return
    if np.abs(rounded).max() > _LARGEST:
        row, column = np.unravel_index(np.argmax(np.abs(X)), X.shape)
        raise InvalidInput(
            f"X[{first_row + row}, {column}] is {X[row, column]}, which float32 cannot hold: "
            "scale the data"
        )


def choose_offsets(X: Any) -> Array | None:
    """Offsets of the columns that need one: the median of rows evenly spaced over the data, an
    array or a `PointFile`."""
    n, columns = X.shape
    if not is_wide(X.dtype) or X.size == 0:
        return None
    inexact = np.zeros(columns, dtype=bool)
    step = max(1, (1 << 20) // columns)
    for begin in range(0, n, step):
        block = X[begin : begin + step]
        with np.errstate(over="ignore"):
            inexact |= (block.astype(np.float32) != block).any(axis=0)
    if not inexact.any():
        return None
    sampled = min(n, max(16, (1 << 20) // columns))
    sample = np.sort(X[np.arange(sampled) * n // sampled].astype(np.float64), axis=0)
    low, middle, high = (sample[int(share * (sampled - 1))] for share in (0.25, 0.5, 0.75))
    far = inexact & (np.abs(middle) > high - low)
    return np.where(far, middle, 0.0) if far.any() else None


def codes_of(labels: Any) -> Array:
    """Labels of any kind as int32 codes, in the order of their values; missing ones as -1."""
    values = np.asarray(labels)
    if values.ndim != 1:
        raise InvalidInput(f"labels have {values.ndim} dimensions; give one label per point")
    if values.dtype == object:
        missing = np.array([value is None or value != value for value in values], dtype=bool)
    else:
        missing = values != values  # NaN
    out = np.full(values.shape, -1, dtype=np.int32)
    out[~missing] = np.unique(values[~missing].astype(_sortable(values)), return_inverse=True)[1]
    return out


def _sortable(values: Array) -> Any:
    return str if values.dtype == object else values.dtype
