#!/usr/bin/env python3
"""Ten million points from file to a UMAP map and a t-SNE map, the graph in parts, on one machine.

    python bench/ten_million.py work --from MNIST-images.gz --from-labels MNIST-labels.gz
    python bench/ten_million.py work --points points.npy --labels labels.npy

Deformed digits are made in chunks and reduced to 50 principal components, those of the first chunk.
Then parts of the graph, the graph, both maps with their pictures, the recall of the graph by exact
answers for a sample of its rows, and the scores of the maps. Every step is a process, whose seconds
and largest resident size are kept in steps.json; a rerun goes on after the last step that is there.
Writes ten_million.md and ten_million.json into the folder. Needs NumPy.
"""
import argparse
import json
import os
import pathlib
import shlex
import sys
import time

import numpy as np

DIM = 50


class Steps:
    """What was done, with its seconds and bytes; a step that was done is not done again."""

    def __init__(self, folder):
        self.file = folder / "steps.json"
        self.load()

    def load(self):
        self.done = json.loads(self.file.read_text()) if self.file.exists() else {}

    def run(self, name, command, output):
        if name in self.done and pathlib.Path(output).exists():
            return
        words = [str(word) for word in command]
        print(f"{time.strftime('%H:%M:%S')} {name}: {shlex.join(words)}", flush=True)
        began = time.time()
        child = os.posix_spawnp(words[0], words, os.environ)
        _, status, usage = os.wait4(child, 0)
        if status != 0:
            sys.exit(f"{name} ended with {os.waitstatus_to_exitcode(status)}")
        self.done[name] = {"seconds": time.time() - began, "peak_bytes": usage.ru_maxrss * 1024,
                           "cpu_seconds": usage.ru_utime + usage.ru_stime}
        self.save()

    def save(self):
        self.file.write_text(json.dumps(self.done, indent=1) + "\n")

    def total(self, *beginnings):
        some = [s for name, s in self.done.items() if name.startswith(beginnings)]
        return sum(s["seconds"] for s in some), max((s["peak_bytes"] for s in some), default=0)


def axes_of(chunk):
    """The principal axes of every 16th row, and their mean."""
    rows = chunk[::16].astype(np.float64)
    mean = rows.mean(0)
    values, vectors = np.linalg.eigh(np.cov((rows - mean).T))
    return vectors[:, np.argsort(-values)[:DIM]].astype(np.float32), mean.astype(np.float32)


def make_points(o, steps):
    """points.npy and labels.npy; no more than a chunk of the digits is on disk at a time."""
    points, labels = o.folder / "points.npy", o.folder / "labels.npy"
    began = time.time()
    out = np.lib.format.open_memmap(points, "w+", np.float32, (o.n, DIM))
    all_labels, axes = [], None
    for first in range(0, o.n, o.chunk):
        rows = min(o.chunk, o.n - first)
        images, some = o.folder / f"chunk-{first}.npy", o.folder / f"labels-{first}.npy"
        steps.run(f"generate {first}", [
            o.tool, "generate", "deformed", "--from", o.digits, "--from-labels", o.digit_labels,
            "-n", rows, "--seed", 42 + first // o.chunk, "-o", images, "--labels", some, "--force",
            "-q"], images)
        chunk = np.load(images, mmap_mode="r")
        axes = axes or axes_of(chunk)
        for begin in range(0, rows, 100_000):
            block = chunk[begin:begin + 100_000].astype(np.float32)
            out[first + begin:first + begin + len(block)] = (block - axes[1]) @ axes[0]
        all_labels.append(np.load(some))
        images.unlink()  # a rerun makes all again, unless the points are there
    out.flush()
    np.save(labels, np.concatenate(all_labels).astype(np.int32))
    steps.done["points"] = {"seconds": time.time() - began, "peak_bytes": 0, "cpu_seconds": 0}
    steps.save()


def apart(work, steps):
    """Does it in a process of its own: what a parent holds counts as its children's peak."""
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    if os.waitpid(child, 0)[1] != 0:
        sys.exit("the points were not made")
    steps.load()


def make_graph(o, steps, points):
    n = len(np.load(points, mmap_mode="r"))
    edges = np.linspace(0, n, o.blocks + 1).astype(int)
    ranges = [f"{a}:{b}" for a, b in zip(edges, edges[1:])]
    (o.folder / "parts").mkdir(exist_ok=True)
    parts, through = [], []
    if not o.exact:
        cells = o.folder / "cells.npz"
        steps.run("cells", [o.tool, "knn", points, "-k", o.k, "--index", o.index, "--save-cells", cells,
                            "--force", "-q"], cells)
        through = ["--cells", cells]
    for q, queries in enumerate(ranges):
        for d, data in enumerate(ranges):
            part = o.folder / "parts" / f"{q}-{d}.npz"
            steps.run(f"part {q} {d}", [
                o.tool, "knn", points, "-k", o.k, "--queries", queries, "--data", data, "-o", part,
                "--reuse", "-q", *through], part)
            parts.append(part)
    graph = o.folder / "graph.npz"
    steps.run("merge", [o.tool, "knn-merge", *parts, *through, "-o", graph, "--force",
                        "-q"], graph)
    return graph


def make_maps(o, steps, points, labels, graph):
    more = {"umap": ["--n-neighbors", o.neighbors + 1], "tsne": ["--perplexity", o.perplexity]}
    for method, flags in more.items():
        out = o.folder / f"{method}.npy"
        # Principal components are of points; the eigenvectors of the graph need none.
        data = [points] if method == "tsne" else []
        steps.run(method, [
            o.tool, "embed", *data, "--knn", graph, "-m", method, *flags, "-o", out, "--labels",
            labels, "--plot", o.folder / f"{method}.png", "--report", o.folder / f"{method}.json",
            "--force", "-q"], out)
        scores = o.folder / f"{method}-quality.json"
        steps.run(f"quality {method}", [
            o.tool, "quality", points, out, "--labels", labels, "--report", scores, "--force", "-q"],
            scores)


def recall(o, steps, points, graph):
    """The share of exact neighbours that rows of the graph have, by distance; and its error."""
    all_points = np.load(points, mmap_mode="r")
    rows = np.arange(0, len(all_points), max(1, len(all_points) // o.sample))[:o.sample]
    queries, answers = o.folder / "sample.npy", o.folder / "exact.npz"
    np.save(queries, all_points[rows])
    steps.run("exact", [o.tool, "knn", points, "--query", queries, "-k", o.k + 1, "-o", answers,
                        "--force", "-q"], answers)
    found = np.load(graph)["distances"][rows]
    last = np.load(answers)["distances"][:, -1:]  # of k others and the point itself
    share = (found <= last * (1 + 1e-5)).mean(1)
    return float(share.mean()), float(share.std() / np.sqrt(len(share)))


def gigabytes(count):
    return f"{count * 1e-9:.2f}"


def report(o, steps, points, share):
    n = len(np.load(points, mmap_mode="r"))
    rows = [("cells", *steps.total("cells")), ("parts of the graph", *steps.total("part ")), ("merge", *steps.total("merge")),
            ("UMAP, all", *steps.total("umap")), ("t-SNE, all", *steps.total("tsne"))]
    lines = [f"| {what} | {seconds:,.0f} | {gigabytes(peak)} |" for what, seconds, peak in rows]
    text = (f"{n:,} points of {DIM} columns; {o.blocks**2} parts, k = {o.k}; UMAP of "
            f"{o.neighbors} neighbours, t-SNE of perplexity {o.perplexity:g}; recall of the graph "
            f"{share[0]:.4f} (standard error {share[1]:.4f}, {o.sample:,} rows).\n\n"
            "| step | seconds | peak, GB |\n|---|---|---|\n" + "\n".join(lines) + "\n\n"
            "| stage | UMAP, seconds | t-SNE, seconds |\n|---|---|---|\n")
    runs = {m: json.loads((o.folder / f"{m}.json").read_text()) for m in ("umap", "tsne")}
    for stage in runs["umap"]["seconds"]:
        text += "| " + " | ".join([stage] + [f"{runs[m]['seconds'][stage]:,.1f}" for m in runs]) + " |\n"
    scores = {m: json.loads((o.folder / f"{m}-quality.json").read_text())["scores"] for m in runs}
    text += "\n| score | UMAP | t-SNE | standard error, at most |\n|---|---|---|---|\n"
    for name in scores["umap"]:
        both = [scores[m][name] for m in runs]
        error = max(score["standard_error"] for score in both)
        text += f"| {name} | " + " | ".join(f"{score['value']:.3f}" for score in both)
        text += f" | {error:.3f} |\n"
    (o.folder / "ten_million.md").write_text(text)
    (o.folder / "ten_million.json").write_text(json.dumps(
        {"n": n, "k": o.k, "blocks": o.blocks, "index": "flat" if o.exact else o.index, "recall": share,
         "steps": steps.done, "runs": runs, "quality": scores}, indent=1) + "\n")
    print(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("folder", type=pathlib.Path)
    add("--tool", default="build/cpu-release/nearfold")
    add("--points", type=pathlib.Path, help="instead of deformed digits")
    add("--labels", type=pathlib.Path)
    add("--from", dest="digits", help="images of digits, IDX")
    add("--from-labels", dest="digit_labels")
    add("-n", type=int, default=10_000_000)
    add("--chunk", type=int, default=1_000_000, help="digits on disk at a time")
    add("--blocks", type=int, default=2, help="of queries, and of data")
    add("-k", type=int, default=30)
    add("--exact", action="store_true", help="parts of an exact search: of some 100,000 points")
    add("--index", default="ivf", help="whose cells the parts share")
    add("--neighbors", type=int, default=14, help="of UMAP, the point itself not counted")
    add("--perplexity", type=float, default=10)
    add("--sample", type=int, default=1000, help="rows of the graph that are compared")
    o = parser.parse_args()
    o.folder.mkdir(parents=True, exist_ok=True)
    steps = Steps(o.folder)
    points, labels = o.points, o.labels
    if points is None:
        points, labels = o.folder / "points.npy", o.folder / "labels.npy"
        if "points" not in steps.done:
            apart(lambda: make_points(o, steps), steps)
    graph = make_graph(o, steps, points)
    make_maps(o, steps, points, labels, graph)
    report(o, steps, points, recall(o, steps, points, graph))


if __name__ == "__main__":
    main()
