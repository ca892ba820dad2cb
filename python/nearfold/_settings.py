"""What estimators are given, as the extension module takes it."""

from __future__ import annotations

import numbers
import os
from typing import Any

import numpy as np

from ._errors import InvalidInput, InvalidType
from ._metrics import metric_named as metric_named
from ._metrics import metric_of as metric_of


def index_params(index: Any, target_recall: float) -> dict[str, Any]:
    """``"ivf"``, ``"ivf:nlist=100,nprobe=8"`` or a dict with "kind", as parameters."""
    if isinstance(index, dict):
        given: dict[str, Any] = dict(index)
    elif isinstance(index, str):
        kind, _, rest = index.partition(":")
        given = {"kind": kind}
        for part in filter(None, rest.split(",")):
            key, equals, value = part.partition("=")
            if not equals:
                raise InvalidInput(f"index is {index!r}; parameters are written 'ivf:nprobe=8'")
            given[key] = _number(index, value)
    else:
        raise InvalidType(f"index is {index!r}; give auto, flat, ivf, hnsw or nndescent")
    if given.get("kind") != "flat":
        given.setdefault("target_recall", float(target_recall))
    return given


def _number(index: str, text: str) -> float:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        raise InvalidInput(f"index is {index!r}; {text!r} is not a number") from None


def seed_of(random_state: Any) -> int:
    """None draws one from numpy, an int is itself, a generator of numpy draws one."""
    if isinstance(random_state, numbers.Integral):
        seed = int(random_state)
        if not 0 <= seed < 2**64:
            raise InvalidInput(f"random_state is {seed}; it must be in [0, 2^64)")
        return seed
    if random_state is None:
        return int(np.random.randint(2**31 - 1))
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**31 - 1))
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(2**31 - 1))
    raise InvalidInput(
        f"random_state is {random_state!r}; give None, an int, a RandomState or a Generator"
    )


def threads_of(n_jobs: int | None) -> int:
    """0, which is every core, for None and -1; -2 is all but one, as in scikit-learn."""
    if n_jobs is None or n_jobs == -1:
        return 0
    if not isinstance(n_jobs, numbers.Integral) or n_jobs == 0:
        raise InvalidInput(
            f"n_jobs is {n_jobs!r}; give None, an int from 1 on, or -1 for all cores"
        )
    if n_jobs > 0:
        return int(n_jobs)
    return max(1, len(os.sched_getaffinity(0)) + 1 + int(n_jobs))


def bytes_of(memory_limit: Any) -> int | None:
    """Bytes from a number, or from a text as "8GB" or "500 MB"."""
    if memory_limit is None or isinstance(memory_limit, numbers.Integral):
        return None if memory_limit is None else int(memory_limit)
    units = {"KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
    text = str(memory_limit).strip().upper()
    try:
        return int(float(text[:-2]) * units[text[-2:]])
    except (KeyError, ValueError):
        raise InvalidInput(
            f"memory_limit is {memory_limit!r}; give bytes, or a text as '8GB'"
        ) from None
