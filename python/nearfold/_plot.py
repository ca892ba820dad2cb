"""Pictures of maps by matplotlib, with the tool's colours."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _arrays
from ._core import core
from ._errors import InvalidInput

_NONE = "#b4b9c1"
_TEXT = "#23272e"
_LEGEND = 24  # classes that have a line in it
_SHADED = 200_000  # points from which datashader draws, where it is installed


def plot(
    embedding: Any,
    labels: Any = None,
    *,
    values: Any = None,
    ax: Any = None,
    columns: tuple[int, int] = (0, 1),
    title: str | None = None,
    legend: bool = True,
    size: float | None = None,
) -> Any:
    """Draws a map.

    Parameters
    ----------
    embedding : array-like of shape (n_samples, n_components), or a fitted estimator
        A map of one column is drawn against its row numbers.
    labels : array-like of shape (n_samples,), optional
        A colour for each class; None and NaN are grey.
    values : array-like of shape (n_samples,), optional
        In place of labels: numbers on a scale of colours.
    ax : matplotlib Axes, optional
    columns : pair of int
        Of the map, counted from 0.
    title : str, optional
    legend : bool
        Whether classes, up to 24, or the scale are explained.
    size : float, optional
        Of a point in points^2; None: by their number.

    Returns
    -------
    matplotlib Axes
        Above 200,000 points datashader draws where it is installed.
    """
    import matplotlib.pyplot as plt

    x, y = _columns(getattr(embedding, "embedding_", embedding), columns)
    if labels is not None and values is not None:
        raise InvalidInput("labels and values are two ways to colour points; give one")
    for name, given in (("labels", labels), ("values", values)):
        if given is not None and len(given) != len(x):
            raise InvalidInput(f"there are {len(given)} {name} and {len(x)} points")
    if ax is None:
        ax = plt.subplots(figsize=(7.5, 6))[1]
    if not (len(x) > _SHADED and values is None and _shade(ax, x, y, labels)):
        size = float(np.clip(4e4 / max(len(x), 1), 0.3, 30)) if size is None else size
        _scatter(ax, x, y, labels, values, size, legend)
    _dress(ax, title)
    if legend and labels is not None:
        _legend(ax, labels)
    return ax


def _columns(embedding: Any, columns: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    shown = np.asarray(embedding)
    if shown.ndim != 2:
        raise InvalidInput(f"the map has {shown.ndim} dimensions; give [n_samples, n_components]")
    if shown.shape[1] == 1:
        return shown[:, 0], np.arange(len(shown))
    if not all(0 <= c < shown.shape[1] for c in columns):
        raise InvalidInput(f"columns are {columns}, and the map has {shown.shape[1]}")
    return shown[:, columns[0]], shown[:, columns[1]]


def _color_of(code: int) -> str:
    return _NONE if code < 0 else core.class_color(code)


def _scatter(
    ax: Any, x: np.ndarray, y: np.ndarray, labels: Any, values: Any, size: float, legend: bool
) -> None:
    order = np.random.default_rng(0).permutation(len(x))  # no class covers the others
    style = {"s": size, "linewidths": 0, "rasterized": len(x) > 5000}
    if values is not None:
        drawn = ax.scatter(x[order], y[order], c=np.asarray(values)[order], cmap="plasma", **style)
        if legend:
            ax.figure.colorbar(drawn, ax=ax, shrink=0.6)
        return
    codes = np.zeros(len(x), int) if labels is None else _arrays.codes_of(labels)
    colors = np.array([_color_of(code) for code in range(-1, codes.max() + 1)])
    ax.scatter(x[order], y[order], c=colors[codes + 1][order], **style)


def _shade(ax: Any, x: np.ndarray, y: np.ndarray, labels: Any) -> bool:
    """By datashader; False where it is not installed."""
    try:
        import datashader as ds
        import pandas as pd
        from datashader import transfer_functions as tf
    except ImportError:
        return False
    frame = pd.DataFrame({"x": x, "y": y})
    canvas = ds.Canvas(plot_width=1200, plot_height=1000)
    if labels is None:
        image = tf.shade(canvas.points(frame, "x", "y"), cmap=["#e1e4e9", _color_of(0)])
    else:
        codes = _arrays.codes_of(labels)
        frame["label"] = pd.Categorical(codes)
        colors = {code: _color_of(code) for code in np.unique(codes)}
        image = tf.shade(canvas.points(frame, "x", "y", ds.count_cat("label")), color_key=colors)
    extent = (x.min(), x.max(), y.min(), y.max())
    ax.imshow(tf.set_background(image, "white").to_pil(), extent=extent, aspect="auto")
    return True


def _dress(ax: Any, title: str | None) -> None:
    ax.set_xticks([])
    ax.set_yticks([])
    ax.set_aspect("equal", adjustable="datalim")
    for side in ax.spines.values():
        side.set_visible(False)
    if title:
        ax.set_title(title, color=_TEXT, loc="left")


def _legend(ax: Any, labels: Any) -> None:
    from matplotlib.lines import Line2D

    codes = _arrays.codes_of(labels)
    names = [np.asarray(labels)[np.argmax(codes == code)] for code in range(codes.max() + 1)]
    if not 1 < len(names) <= _LEGEND:
        return
    marks = [
        Line2D([], [], marker="o", linestyle="", color=_color_of(code), label=str(name))
        for code, name in enumerate(names)
    ]
    ax.legend(handles=marks, loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
