"""What is known of the points of a fit and steers its map: `y` of supervised UMAP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ._errors import InvalidInput, Unsupported
from ._warn import warn

# All of them are |a - b| of two numbers.
_OF_NUMBERS = frozenset("chebyshev cityblock euclidean l1 l2 linf manhattan minkowski".split())


def targets_of(
    y: Any, n: int, metric: Any, weight: float, n_neighbors: int, propagate: bool
) -> list[dict[str, Any]]:
    """One target a column of `y`, as the extension module takes them; none for None."""
    if y is None:
        return []
    columns = _columns(y, n)
    metrics = _metrics(metric, len(columns))
    about: dict[str, Any] = {"target_weight": float(weight)}
    targets = []
    for column, one in zip(columns, metrics):
        if one == "categorical":
            targets.append(
                {
                    "kind": "categorical",
                    "entries": classes(column),
                    "target_propagate": bool(propagate),
                    **about,
                }
            )
        elif isinstance(one, str) and one in _OF_NUMBERS:
            neighbors = None if n_neighbors == -1 else n_neighbors
            targets.append(
                {
                    "kind": "l2",
                    "entries": numbers(column),
                    "target_n_neighbors": neighbors,
                    **about,
                }
            )
        else:
            raise Unsupported(
                f"target_metric={one!r} is not there; use 'categorical' for classes and 'l2' for "
                "numbers"
            )
    return targets


def _columns(y: Any, n: int) -> list[np.ndarray]:
    if hasattr(y, "to_numpy"):  # pandas and polars: every column by its own type
        y = [y[name].to_numpy() for name in y.columns] if hasattr(y, "columns") else y.to_numpy()
        columns = y if isinstance(y, list) else [y]
    else:
        array = np.asarray(y)
        if array.ndim not in (1, 2):
            raise InvalidInput(f"y is {array.shape}; give one entry per row, or columns of them")
        columns = [array] if array.ndim == 1 else list(array.T)
    for column in columns:
        if len(column) != n:
            raise InvalidInput(f"y has {len(column)} rows, and X has {n}")
    return columns


def _metrics(metric: Any, count: int) -> Sequence[Any]:
    if not isinstance(metric, (list, tuple)):
        return [metric] * count
    if len(metric) != count:
        raise InvalidInput(
            f"target_metric names {len(metric)} metrics for {count} columns of y; give one, or one "
            "for each"
        )
    return metric


def classes(column: np.ndarray) -> np.ndarray:
    """Numbers of classes from 0 on, int32; -1 where it is -1, NaN, None or an empty text."""
    if column.dtype.kind in "biuf":
        unknown = np.isnan(column) if column.dtype.kind == "f" else np.zeros(len(column), bool)
        if column.dtype.kind in "if":
            unknown |= column == -1
        known = column
    else:
        known = np.array(["" if _is_nothing(x) else str(x) for x in column], dtype=str)
        unknown = np.isin(known, ["", "-1"])
    out = np.full(len(column), -1, dtype=np.int32)
    distinct, out[~unknown] = np.unique(known[~unknown], return_inverse=True)
    if column.dtype.kind == "f" and len(distinct) > max(100, len(column) // 2):
        warn(
            f"y has {len(distinct)} distinct numbers for {len(column)} points, and each is a class "
            "of its own; target_metric='l2' compares them as numbers"
        )
    return out


def _is_nothing(x: Any) -> bool:
    return x is None or (isinstance(x, float) and np.isnan(x))


def numbers(column: np.ndarray) -> np.ndarray:
    """float32 less their mean, which no difference sees; NaN where nothing is known."""
    try:
        values = np.asarray(column, dtype=np.float64)
    except (TypeError, ValueError):
        raise InvalidInput(
            "y holds what is no number, and target_metric compares numbers; use "
            "target_metric='categorical' for classes"
        ) from None
    finite = values[np.isfinite(values)]
    return (values - (finite.mean() if len(finite) else 0)).astype(np.float32)
