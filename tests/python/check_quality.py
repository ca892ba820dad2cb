#!/usr/bin/env python3
"""Checks the scores that `nearfold quality` gives a map against scikit-learn's and scipy's.

usage: check_quality.py TOOL         (TOOL is the nearfold program; see scripts/python-checks.sh)

Maps of the 1,797 digits of data/digits, each scored by the tool and here: what the tool computes
for every point must be the same, what it samples must be within its sampling error.
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import warnings

import numpy as np
from scipy.spatial.distance import pdist, squareform
from scipy.stats import spearmanr
from sklearn.manifold import trustworthiness
from sklearn.metrics import pairwise_distances, silhouette_score
from sklearn.neighbors import NearestNeighbors

from checking import DIGITS, check, finish

# Equal distances may be ordered differently.
MOST_OTHER = 1e-4
MOST_OTHER_ACCURACY = 1.5 / 1797  # one point whose votes are tied
MOST_STANDARD_ERRORS = 4


def run(tool, *words):
    """Runs the tool and returns what it printed."""
    done = subprocess.run([str(word) for word in (tool, *words)], capture_output=True, text=True)
    if done.returncode != 0 or done.stderr:
        raise SystemExit(f"nearfold {' '.join(map(str, words))}: {done.stderr}")
    return done.stdout


def neighbors(distances, k):
    """Ids of the k nearest others of every row, ties by id."""
    distances = distances.copy()
    np.fill_diagonal(distances, np.inf)
    return np.argsort(distances, axis=1, kind="stable")[:, :k]


def knn_recall(points, layout, k):
    shared = [len(np.intersect1d(a, b))
              for a, b in zip(neighbors(points, k), neighbors(layout, k))]
    return np.mean(shared) / k


def label_accuracy(layout, labels, k):
    ids = NearestNeighbors(n_neighbors=k).fit(layout).kneighbors(return_distance=False)
    return np.mean([np.bincount(labels[row]).argmax() for row in ids] == labels)


def triplet_accuracy(points, layout, count, rng):
    i, j, l = rng.integers(0, len(points), (3, count))
    different = (i != j) & (i != l) & (j != l)
    i, j, l = i[different], j[different], l[different]
    return np.mean((points[i, j] < points[i, l]) == (layout[i, j] < layout[i, l]))


def check_map(tool, path, metric):
    points = np.load(DIGITS / "digits.npy").astype(np.float64)
    labels = np.load(DIGITS / "labels.npy")
    layout = np.load(path).astype(np.float64)
    found = json.loads(run(tool, "quality", DIGITS / "digits.npy", path, "--metric", metric,
                           "--labels", DIGITS / "labels.npy", "--json", "--quiet"))["scores"]
    far, far_in_map = pairwise_distances(points, metric=metric), squareform(pdist(layout))
    exact = {
        "knn_recall@10": knn_recall(far, far_in_map, 10),
        "knn_recall@50": knn_recall(far, far_in_map, 50),
        "trustworthiness@15": trustworthiness(points, layout, n_neighbors=15, metric=metric),
        "knn_label_accuracy": label_accuracy(layout, labels, 10),
        "silhouette": silhouette_score(layout, labels),
    }
    if metric == "euclidean":  # scikit-learn has no other metric for its second argument
        exact["continuity@15"] = trustworthiness(layout, points, n_neighbors=15)
    rng = np.random.default_rng(1)
    sampled = {
        "triplet_accuracy": triplet_accuracy(far, far_in_map, 4_000_000, rng),
        "cpd_spearman": spearmanr(squareform(far, checks=False), squareform(far_in_map))[0],
    }
    for name, wanted in exact.items():
        most = MOST_OTHER_ACCURACY if name == "knn_label_accuracy" else MOST_OTHER
        value, error = found[name]["value"], found[name]["standard_error"]
        check(f"{path.stem}, {metric}, {name}", abs(value - wanted) <= most and error == 0,
              f"{value:.6f}, here {wanted:.6f}")
    for name, wanted in sampled.items():
        value, error = found[name]["value"], found[name]["standard_error"]
        check(f"{path.stem}, {metric}, {name}", abs(value - wanted) <= MOST_STANDARD_ERRORS * error,
              f"{value:.4f} +- {error:.4f}, here {wanted:.4f}")


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    warnings.simplefilter("error")
    tool = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        for method in ("umap", "tsne"):
            path = pathlib.Path(folder) / f"{method}.npy"
            run(tool, "embed", DIGITS / "digits.npy", "-o", path, "--method", method, "--quiet")
            for metric in ("euclidean", "cosine"):
                check_map(tool, path, metric)
    finish()


if __name__ == "__main__":
    main()
