"""Calls that take a while: progress bars, callbacks, Ctrl-C."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from ._errors import Interrupted

Callback = Callable[[str, int, int], Any]


class Made:
    """What is made once it is needed, and again after unpickling: not among an estimator's
    attributes, which a transform leaves as they are."""

    def __init__(self) -> None:
        self.value: Any = None
        self.of: Any = None  # what it was made of

    def __reduce__(self) -> Any:
        return (Made, ())


class Bar:
    """A progress bar by tqdm where it is installed, a line a stage where it is not."""

    def __init__(self, options: dict[str, Any] | None) -> None:
        self._options = {"file": sys.stderr, "leave": True, **(options or {})}
        self._stage = ""
        self._bar: Any = None

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage != self._stage:
            self.close()
            self._stage = stage
            self._open(stage, total)
        if self._bar is not None:
            self._bar.total = total
            self._bar.update(done - self._bar.n)

    def _open(self, stage: str, total: int) -> None:
        try:
            from tqdm.auto import tqdm
        except ImportError:
            print(f"nearfold: {stage}", file=sys.stderr)
            return
        self._bar = tqdm(total=total, desc=stage, **self._options)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
        self._bar = None


class Watched:
    """What a run tells: the bar of `verbose`, then the caller's callback, whose answer counts."""

    def __init__(
        self, callback: Callback | None, verbose: Any, tqdm_kwds: dict[str, Any] | None = None
    ) -> None:
        self._callback = callback
        self._bar = Bar(tqdm_kwds) if verbose else None

    @property
    def function(self) -> Callback | None:
        return self if self._bar is not None else self._callback

    def __call__(self, stage: str, done: int, total: int) -> Any:
        if self._bar is not None:
            self._bar(stage, done, total)
        return None if self._callback is None else self._callback(stage, done, total)

    def __enter__(self) -> Callback | None:
        return self.function

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if self._bar is not None:
            self._bar.close()
        if kind is KeyboardInterrupt:
            raise Interrupted() from None
