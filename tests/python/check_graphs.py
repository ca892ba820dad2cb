#!/usr/bin/env python3
"""Checks that graphs travel between nearfold and the Python packages that make and take them.

usage: check_graphs.py TOOL          (TOOL is the nearfold program; see scripts/python-checks.sh)

Exact distances are compared with scikit-learn's for every metric. Graphs of nearfold are given to
umap-learn, scikit-learn and openTSNE, graphs of pynndescent and scikit-learn to nearfold; a map
made from a foreign graph must be as good as one from the own graph. Every warning is an error.
Data: the 1,797 digits of data/digits.
"""
import contextlib
import pathlib
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import openTSNE
import scipy.sparse
import umap
from openTSNE.affinity import PerplexityBasedNN
from openTSNE.nearest_neighbors import PrecomputedNeighbors
from pynndescent import NNDescent
from sklearn.manifold import TSNE, trustworthiness
from sklearn.metrics import pairwise_distances
from sklearn.neighbors import KNeighborsTransformer, NearestNeighbors

from checking import DIGITS, check, finish

sys.path.append(str(pathlib.Path(__file__).parents[1] / "readme"))
import pages

METRICS = ["euclidean", "sqeuclidean", "cosine", "correlation", "inner_product", "manhattan",
           "chebyshev"]
PERPLEXITY = 30
# Maps from equal graphs differ by less than half of this, for equal distances may be ordered
# differently; the edge weights made from them differ for the same reason only.
MOST_WORSE_TRUST = 0.005
MOST_WORSE_ACCURACY = 0.015
MOST_OTHER_WEIGHT = 0.005


class Bench:
    """The tool, the data and a folder for files."""

    def __init__(self, tool, folder):
        self.tool, self.folder = str(pathlib.Path(tool).resolve()), pathlib.Path(folder)
        self.points = np.load(DIGITS / "digits.npy").astype(np.float32)
        self.labels = np.load(DIGITS / "labels.npy")

    def run(self, command, output, *flags):
        """Runs the tool on the digits and returns the path of what it wrote."""
        path = self.folder / output
        words = [self.tool, command, DIGITS / "digits.npy", "-o", path, "--force", "--quiet", *flags]
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
        if done.returncode != 0 or done.stderr:
            raise SystemExit(f"nearfold {command} {' '.join(map(str, flags))}: {done.stderr}")
        return path

    def quality(self, layout):
        """Trustworthiness, and the share of points that have their ten neighbours' label."""
        near = NearestNeighbors(n_neighbors=10).fit(layout).kneighbors(return_distance=False)
        votes = [np.bincount(row).argmax() for row in self.labels[near]]
        return trustworthiness(self.points, layout, n_neighbors=10), np.mean(votes == self.labels)

    def compare(self, what, layout, own):
        """`layout` is from a graph that was handed over, `own` from the one made for it."""
        (trust, accuracy), (own_trust, own_accuracy) = self.quality(layout), self.quality(own)
        ok = trust > own_trust - MOST_WORSE_TRUST and accuracy > own_accuracy - MOST_WORSE_ACCURACY
        check(what, ok, f"trustworthiness {trust:.4f} (own {own_trust:.4f}), "
              f"label accuracy {accuracy:.4f} (own {own_accuracy:.4f})")

    def compare_weights(self, what, given, own):
        """Sparse edge weights: the part of them that is not the same."""
        part = abs(given - own).sum() / own.sum()
        check(f"{what}, edge weights", part < MOST_OTHER_WEIGHT, f"{100 * part:.3f} % differ")


def reference_distances(points, metric):
    """All pairs in double precision; inner_product as include/nearfold/params.hpp defines it."""
    x = points.astype(np.float64)
    if metric != "inner_product":
        return pairwise_distances(x, metric=metric)
    norms = np.linalg.norm(x, axis=1)
    return norms[:, None] * norms.max() - x @ x.T


def check_metric(bench, metric):
    k = 15
    with np.load(bench.run("knn", "metric.npz", "-k", k, "--metric", metric)) as graph:
        ids, distances = graph["indices"], graph["distances"]
    reference = reference_distances(bench.points, metric)
    at_ids = np.take_along_axis(reference, ids.astype(np.int64), axis=1)
    np.fill_diagonal(reference, np.inf)
    nearest = np.sort(reference, axis=1)[:, :k]
    scale = np.maximum(np.abs(nearest), 1)
    worst = max((np.abs(distances - other) / scale).max() for other in (nearest, at_ids))
    check(f"{metric} distances", worst <= 1e-5, f"differ from scikit-learn's by {worst:.1e} at most")


def check_umap(bench):
    """The call to recommend: exactly n_neighbors columns, each point first, and as third element a
    pynndescent index over the same points. Without that element umap-learn warns that it cannot
    transform new points; the map is the same. Columns beyond n_neighbors must be cut off by the
    caller: below 4,096 points umap-learn weighs all of them."""
    k = 15
    with np.load(bench.run("knn", "umap.npz", "-k", k - 1, "--include-self")) as graph:
        ids, distances = graph["indices"], graph["distances"]
    check("--include-self", (ids[:, 0] == np.arange(len(ids))).all() and ids.shape[1] == k,
          f"indices {ids.shape}, each row begins with its point")
    settings = {"n_neighbors": k, "n_epochs": 200, "random_state": 1, "n_jobs": 1}
    index = NNDescent(bench.points, n_neighbors=k, random_state=1)
    given = umap.UMAP(precomputed_knn=(ids, distances, index), **settings).fit(bench.points)
    own = umap.UMAP(**settings).fit(bench.points)
    bench.compare_weights("umap.UMAP(precomputed_knn=)", given.graph_, own.graph_)
    bench.compare("umap.UMAP(precomputed_knn=)", given.embedding_, own.embedding_)


def check_sklearn(bench):
    """TSNE takes int(3 perplexity + 1) neighbours and the point itself."""
    graph = scipy.sparse.load_npz(bench.run("knn", "csr.npz", "-k", 3 * PERPLEXITY + 1, "--csr"))
    theirs = KNeighborsTransformer(n_neighbors=3 * PERPLEXITY + 1).fit_transform(bench.points)
    same = (graph.indptr == theirs.indptr).all()
    worst = np.abs(graph.data - theirs.data).max()
    check("--csr", same and worst <= 1e-4,
          f"rows as of KNeighborsTransformer, distances differ by {worst:.1e} at most")
    settings = {"perplexity": PERPLEXITY, "init": "random", "random_state": 1, "max_iter": 350}
    given = TSNE(metric="precomputed", **settings).fit_transform(graph)
    bench.compare("sklearn TSNE(metric='precomputed')", given,
                  TSNE(**settings).fit_transform(bench.points))


def check_opentsne(bench):
    with np.load(bench.run("knn", "tsne.npz", "-k", 3 * PERPLEXITY)) as graph:
        neighbors = PrecomputedNeighbors(graph["indices"], graph["distances"])
    start = openTSNE.initialization.pca(bench.points, random_state=1)
    own = PerplexityBasedNN(bench.points, perplexity=PERPLEXITY, method="exact")
    given = PerplexityBasedNN(perplexity=PERPLEXITY, knn_index=neighbors)
    maps = [openTSNE.TSNE(n_iter=250, random_state=1).fit(affinities=a, initialization=start)
            for a in (given, own)]
    bench.compare_weights("openTSNE PrecomputedNeighbors", given.P, own.P)
    bench.compare("openTSNE PrecomputedNeighbors", *map(np.asarray, maps))


def check_pynndescent(bench):
    """A graph saved by numpy.savez without names."""
    index = NNDescent(bench.points, n_neighbors=15, random_state=1)
    np.savez(bench.folder / "pynndescent.npz", *index.neighbor_graph)
    own = bench.run("knn", "own.npz", "-k", 14)
    maps = [np.load(bench.run("embed", "map.npy", "--method", "umap", "--knn", graph))
            for graph in (bench.folder / "pynndescent.npz", own)]
    bench.compare("nearfold umap of pynndescent's graph", *maps)


def check_transformer(bench):
    """A graph saved by scipy.sparse.save_npz, which compresses."""
    theirs = KNeighborsTransformer(n_neighbors=3 * PERPLEXITY).fit_transform(bench.points)
    scipy.sparse.save_npz(bench.folder / "sklearn.npz", theirs)
    own = bench.run("knn", "own.npz", "-k", 3 * PERPLEXITY)
    maps = [np.load(bench.run("embed", "map.npy", "--method", "tsne", "--knn", graph))
            for graph in (bench.folder / "sklearn.npz", own)]
    bench.compare("nearfold tsne of KNeighborsTransformer's graph", *maps)


def check_page(bench):
    """The Python of docs/tool.md, as it stands, of graphs by the commands above it."""
    bench.run("knn", "self.npz", "-k", 49, "--include-self")
    bench.run("knn", "csr.npz", "-k", 92, "--csr")
    blocks = pages.blocks("docs/tool.md", "python")
    with contextlib.chdir(bench.folder):
        for line, text in blocks:
            exec(compile(text, f"docs/tool.md:{line}", "exec"), {"X": bench.points})
    check("docs/tool.md", len(blocks) > 0, f"{len(blocks)} block")


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    warnings.simplefilter("error")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(sys.argv[1], folder)
        for metric in METRICS:
            check_metric(bench, metric)
        for check_one in (check_umap, check_sklearn, check_opentsne, check_pynndescent,
                          check_transformer, check_page):
            check_one(bench)
    finish()


if __name__ == "__main__":
    main()
