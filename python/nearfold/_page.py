"""Maps as pages for browsers."""

from __future__ import annotations

import html
import os
import pathlib
import sys
import tempfile
import webbrowser
from typing import Any

import numpy as np

from . import _arrays
from ._core import core
from ._errors import InvalidInput


class Page:
    """A map as one HTML file that needs no network: what `show` returns.

    In a notebook it is shown as the result of its cell.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    def __str__(self) -> str:
        return self._text

    def save(self, path: str | os.PathLike[str]) -> pathlib.Path:
        """Writes the page, and returns where."""
        where = pathlib.Path(path)
        where.write_text(self._text, encoding="utf-8")
        return where

    def open(self) -> pathlib.Path:
        """Writes the page to a temporary file that stays, and opens it in the browser."""
        handle, name = tempfile.mkstemp(prefix="nearfold-", suffix=".html")
        os.close(handle)
        where = self.save(name)
        webbrowser.open(where.as_uri())
        return where

    def _repr_html_(self) -> str:
        text = html.escape(self._text, quote=True)
        return f'<iframe srcdoc="{text}" style="width:100%;height:640px;border:0"></iframe>'


def show(
    embedding: Any,
    labels: Any = None,
    *,
    values: Any = None,
    hover_data: Any = None,
    path: str | os.PathLike[str] | None = None,
    columns: tuple[int, int] | None = None,
    title: str = "",
    subtitle: str = "",
    dark: bool = False,
) -> Page:
    """Shows a map as an interactive page: pan, zoom, hover, search, colour, lasso.

    A million points are drawn in some ten milliseconds, with or without a GPU. The page is the
    tool's (``nearfold plot map.npy -o map.html``): one file, no network; titles, names and texts
    are shown as they are, never as markup.

    Parameters
    ----------
    embedding : array-like of shape (n_samples, n_components), a fitted estimator, or a dict
        A map; or maps of the same samples by name, of which the page has one chosen. Of three
        columns each pair is a view, of more the first two; one column is drawn against its row
        numbers.
    labels : array-like of shape (n_samples,), optional
        A colour for each class; None, NaN and, of integers, negative ones are grey.
    values : array-like of shape (n_samples,), optional
        In place of labels: numbers on a scale of colours.
    hover_data : DataFrame or dict of array-likes, optional
        Columns that are shown on hover, searched, and can colour the points.
    path : path-like, optional
        Where to write the page, instead of showing it.
    columns : pair of int, optional
        Of the map, counted from 0.
    title, subtitle : str
    dark : bool
        Dark ground at first; else as the reader's system is set.

    Returns
    -------
    Page
        Written to `path`; else shown by a notebook as the result of its cell, and opened in the
        browser elsewhere.

    Raises
    ------
    InvalidInput
        Columns of another length than the map, or places that are not finite.
    """
    if labels is not None and values is not None:
        raise InvalidInput("labels and values are two ways to colour points; give one")
    maps = embedding if isinstance(embedding, dict) else {"": embedding}
    views = [view for name, one in maps.items() for view in _views(str(name), one, columns)]
    attributes: list[tuple[Any, ...]] = []
    if labels is not None:
        attributes.append(_labels(labels))
    if values is not None:
        attributes.append(("value", np.ascontiguousarray(values, dtype=np.float64)))
    color_by = len(attributes) - 1
    if hover_data is not None:
        names = hover_data.columns if hasattr(hover_data, "columns") else hover_data
        attributes += [_column(str(name), hover_data[name]) for name in names]
    page = Page(core.page(title, subtitle, dark, views, attributes, color_by))
    if path is not None:
        page.save(path)
    elif not _is_notebook():
        page.open()
    return page


def _is_notebook() -> bool:
    return "ipykernel" in sys.modules or "marimo" in sys.modules


def _views(name: str, one: Any, columns: tuple[int, int] | None) -> list[tuple[str, np.ndarray]]:
    shown = np.asarray(getattr(one, "embedding_", one), dtype=np.float32)
    if shown.ndim != 2 or shown.shape[1] == 0:
        raise InvalidInput(f"a map is [n_samples, n_components], and this one is {shown.shape}")
    if shown.shape[1] == 1:
        shown = np.column_stack([shown[:, 0], np.arange(len(shown), dtype=np.float32)])
    pairs = [(0, 1)] if columns is None else [columns]
    if columns is None and shown.shape[1] == 3:
        pairs = [(0, 1), (2, 1), (0, 2)]
    if not all(0 <= c < shown.shape[1] for pair in pairs for c in pair):
        raise InvalidInput(f"columns are {columns}, and the map has {shown.shape[1]}")
    named = [
        (f"{name}: " if name else "") + f"column {x} across, {y} up" if len(pairs) > 1 else name
        for x, y in pairs
    ]
    return [
        (view, np.ascontiguousarray(shown[:, pair]))
        for view, pair in zip(named, pairs, strict=True)
    ]


def _labels(labels: Any) -> tuple[Any, ...]:
    """Whole numbers keep their colours, whichever of them occur."""
    given = np.asarray(labels)
    codes, texts = _codes(given)
    if given.dtype.kind not in "iu":
        return "label", codes, texts, []
    numbers = np.unique(given)
    kept = numbers[numbers >= 0]
    codes = np.maximum(codes - np.int32(len(numbers) - len(kept)), -1)
    return "label", codes, [str(number) for number in kept], [int(number) for number in kept]


def _column(name: str, given: Any) -> tuple[Any, ...]:
    values = np.asarray(given)
    if values.dtype.kind in "iuf":
        return name, np.ascontiguousarray(values, dtype=np.float64)
    return (name, *_codes(values), [])


def _codes(values: np.ndarray) -> tuple[np.ndarray, list[str]]:
    codes = _arrays.codes_of(values)
    first = np.full(codes.max(initial=-1) + 1, -1)
    at = np.flatnonzero(codes >= 0)[::-1]
    first[codes[at]] = at
    return codes, [str(values[row]) for row in first]
