#!/usr/bin/env python3
"""Makes the golden files: what umap-learn and openTSNE weigh 200 points with, for weights_test.cpp, and
where openTSNE's descent takes them, for descent_test.cpp.

usage: make_golden.py          (needs numpy, scipy, umap-learn, openTSNE)

points.txt          the points, three decimals, so that text is exact enough
umap_VERSION.txt    fuzzy_simplicial_set, n_neighbors 10, before light edges are dropped
umap_VERSION_other.txt  the same, local_connectivity 2.5, set_op_mix_ratio 0.4
opentsne_VERSION.txt  P at perplexity 5, 15 exact neighbours
All as "i j weight" of the upper triangle.
opentsne_VERSION_descent.txt  from the first two columns of the points, the first of point 7 plus 0.5,
                      over that P: 12 iterations at exaggeration 4 and momentum 0.3, 12 at
                      exaggeration 1.5 and momentum 0.6, all at learning rate 20 and max_step_norm
                      0.25; gradients summed over all pairs
With other versions, change the names in the tests.
"""
import pathlib

import numpy as np
import openTSNE
import umap
from openTSNE.affinity import PerplexityBasedNN
from openTSNE.nearest_neighbors import PrecomputedNeighbors
from scipy.spatial.distance import cdist
from umap.umap_ import fuzzy_simplicial_set

HERE = pathlib.Path(__file__).parent


def write(name, matrix):
    upper = np.triu(matrix.toarray())
    i, j = upper.nonzero()
    lines = [f"{a} {b} {upper[a, b]:.9g}" for a, b in zip(i, j)]
    (HERE / name).write_text("\n".join(lines) + "\n")


def descend(points, affinities):
    """A layout after both phases."""
    start = points[:, :2].astype(np.float64)
    start[7, 0] += 0.5  # from point 4: openTSNE leaves pairs in one place out of Z
    map_ = openTSNE.TSNEEmbedding(
        start,
        affinities,
        negative_gradient_method="bh",
        theta=0,
        learning_rate=20,
        max_step_norm=0.25,
        n_jobs=1,
    )
    map_ = map_.optimize(n_iter=12, exaggeration=4, momentum=0.3)
    return map_.optimize(n_iter=12, exaggeration=1.5, momentum=0.6)


def main():
    random = np.random.default_rng(1)
    points = random.normal(size=(200, 4)) + 8 * np.eye(4)[np.arange(200) % 3]
    points = points.round(3)
    points[7] = points[4]  # two points in one place
    np.savetxt(HERE / "points.txt", points, fmt="%.3f")
    points = points.astype(np.float32)

    # Straight from the differences: products would put the duplicates apart.
    all_distances = cdist(points.astype(np.float64), points.astype(np.float64))
    np.fill_diagonal(all_distances, -1.0)  # first, before any duplicate
    order = np.argsort(all_distances, axis=1, kind="stable")
    sorted_distances = np.take_along_axis(all_distances, order, axis=1).clip(0)

    ids, distances = order[:, :10], sorted_distances[:, :10].astype(np.float32)
    for name, parameters in (
        ("", {}),
        ("_other", {"local_connectivity": 2.5, "set_op_mix_ratio": 0.4}),
    ):
        graph, _, _ = fuzzy_simplicial_set(
            points,
            10,
            np.random.RandomState(1),
            "euclidean",
            knn_indices=ids,
            knn_dists=distances,
            **parameters,
        )
        write(f"umap_{umap.__version__}{name}.txt", graph)

    neighbors = PrecomputedNeighbors(order[:, 1:16], sorted_distances[:, 1:16])
    affinities = PerplexityBasedNN(perplexity=5, knn_index=neighbors, n_jobs=1)
    write(f"opentsne_{openTSNE.__version__}.txt", affinities.P)
    layout = descend(points, affinities)
    np.savetxt(HERE / f"opentsne_{openTSNE.__version__}_descent.txt", layout, fmt="%.7g")


if __name__ == "__main__":
    main()
