#!/usr/bin/env python3
"""Neighbour graphs of nearfold and of other libraries, at equal recall, in one run.

    python3 -m venv venv && venv/bin/pip install -r bench/peers/requirements.txt
    venv/bin/python bench/peers/knn.py MNIST.npy --tool build/cpu-release/nearfold

MNIST.npy: 70,000 x 784, numbers or bytes. For each n, `RandomState(0).permutation` picks the rows,
and every library finds the k nearest others of each of them, one library at a time on all cores.
Those that count a point among its own neighbours are asked for one more. Seconds are those of
building and searching together, the best of `repeats()`; data are in memory. pynndescent is
compiled first. Above FEW points the others have the settings that were the fastest of theirs at FEW
for some recall; `--keep` holds what was measured for each n and k, so that a run can be resumed.

Recall is measured here, for every answer alike, on 2,000 rows against exact neighbours: a found
point counts when it is as near as the true k-th. Distances are recomputed from ids in float64.
Up to 20,000 points nearfold's arrays must have one SHA-256 for 1, 2 and 3 threads. Writes knn.md
and knn.json.
"""
import argparse
import hashlib
import importlib.metadata
import json
import os
import pathlib
import subprocess
import tempfile
import time

import numpy as np

SAMPLE = 2000
THREADS = (1, 2, 3)
FEW = 20_000  # points
TARGETS = (0.95, 0.99)
NEAR_TARGETS = (0.95, 0.9625, 0.975, 0.99, 0.9925, 0.995)  # recall falls from FEW points to more
HERE = pathlib.Path(__file__).resolve().parent

# What each library does by default, and the fastest settings that sweeps found for each target.
IVF_PROBES = (12, 16, 20, 24, 32, 40)  # of 2 sqrt(n) lists
PYNNDESCENT = [
    {},
    {"low_memory": False, "n_trees": 12, "n_iters": 2, "max_candidates": 15},
    {"low_memory": False, "n_trees": 6, "n_iters": 3, "max_candidates": 16},
    {"low_memory": False, "n_trees": 8, "n_iters": 3, "max_candidates": 16},
    {"low_memory": False, "n_trees": 8, "n_iters": 3, "max_candidates": 25},
    {"low_memory": False, "n_trees": 16, "n_iters": 2, "max_candidates": 25},
    {"low_memory": False, "n_trees": 8, "n_iters": 2, "max_candidates": 35},
]
# M, ef_construction, and ef of each search: at least one more than the neighbours wanted.
HNSW = [
    (16, 200, (200,)),
    (6, 60, (30,)),
    (8, 30, (30,)),
    (8, 40, (30, 60)),
    (12, 80, (30, 110)),
    (16, 60, (110, 130)),
    (16, 100, (30, 60, 110)),
]


def repeats(n):
    return 2 if n <= FEW else 1


def cores():
    return len(os.sched_getaffinity(0))


# ---- what is right ------------------------------------------------------------------------------


def distances(points, rows, ids):
    """Euclidean, float64: [r, c] from point rows[r] to point ids[r, c]."""
    out = np.empty(ids.shape)
    for a in range(0, len(rows), 100):
        b = slice(a, a + 100)
        d = points[ids[b]].astype(np.float64) - points[rows[b], None].astype(np.float64)
        out[b] = np.sqrt(np.einsum("rcd,rcd->rc", d, d))
    return out


class Judge:
    """Knows the distance of the true k-th neighbour of SAMPLE rows."""

    def __init__(self, points, k):
        self.points, self.k = points, k
        self.rows = np.sort(np.random.RandomState(1).permutation(len(points))[:SAMPLE])
        wide = points.astype(np.float64)
        squares = (wide * wide).sum(1)
        limits = []
        for a in range(0, SAMPLE, 250):
            rows = self.rows[a : a + 250]
            near = squares[rows, None] + squares - 2 * wide[rows] @ wide.T
            near[np.arange(len(rows)), rows] = np.inf
            ids = np.argpartition(near, k + 4, axis=1)[:, : k + 4]  # some more, for rounding
            limits.append(np.sort(distances(points, rows, ids), axis=1)[:, k - 1])
        self.limits = np.concatenate(limits)

    def recall(self, ids):
        """Mean over the rows; ids [n, k or k + 1], below 0 where there is none. The point itself
        and repeated ids do not count."""
        found = np.sort(ids[self.rows].astype(np.int64), axis=1)
        wrong = (found < 0) | (found == self.rows[:, None])
        wrong[:, 1:] |= found[:, 1:] == found[:, :-1]
        far = distances(self.points, self.rows, np.maximum(found, 0))
        hits = ~wrong & (far <= self.limits[:, None] * (1 + 1e-9))
        return float(np.minimum(hits.sum(1), self.k).mean() / self.k)


# ---- the others: each yields (settings, seconds, ids) where wanted(settings) ----------------------


def faiss_flat(points, k, wanted):
    import faiss

    start = time.perf_counter()
    index = faiss.IndexFlatL2(points.shape[1])
    index.add(points)
    ids = index.search(points, k + 1)[1]
    yield "exact", time.perf_counter() - start, ids


def faiss_ivf(points, k, wanted):
    import faiss

    lists = round(2 * len(points) ** 0.5)
    start = time.perf_counter()
    index = faiss.IndexIVFFlat(faiss.IndexFlatL2(points.shape[1]), points.shape[1], lists)
    index.train(points)
    index.add(points)
    built = time.perf_counter() - start
    for probes in IVF_PROBES:
        settings = f"nprobe={probes}"
        if not wanted(settings):
            continue
        index.nprobe = probes
        start = time.perf_counter()
        ids = index.search(points, k + 1)[1]
        yield settings, built + time.perf_counter() - start, ids


def pynndescent(points, k, wanted):
    from pynndescent import NNDescent

    for settings in PYNNDESCENT:
        named = " ".join(f"{name}={value}" for name, value in settings.items()) or "default"
        if not wanted(named):
            continue
        NNDescent(points[:4000], n_neighbors=k + 1, random_state=1, **settings).neighbor_graph
        start = time.perf_counter()
        ids = NNDescent(points, n_neighbors=k + 1, random_state=1, **settings).neighbor_graph[0]
        took = time.perf_counter() - start
        yield named, took, ids


def hnsw(k, wanted, built_by, search):
    """Settings of a library with such an index."""
    for links, effort, searches in HNSW:
        named = {ef: f"M={links} ef_construction={effort} ef={ef}"
                 for ef in sorted({max(ef, k + 1) for ef in searches})}
        if not any(map(wanted, named.values())):
            continue
        start = time.perf_counter()
        index = built_by(links, effort)
        built = time.perf_counter() - start
        for ef in filter(lambda ef: wanted(named[ef]), named):
            start = time.perf_counter()
            ids = search(index, ef)
            took = time.perf_counter() - start
            yield named[ef], built + took, ids.astype(np.int64)


def hnswlib(points, k, wanted):
    from hnswlib import Index

    def built(links, effort):
        index = Index("l2", points.shape[1])
        index.init_index(len(points), ef_construction=effort, M=links, random_seed=1)
        index.add_items(points)
        return index

    def search(index, ef):
        index.set_ef(ef)
        return index.knn_query(points, k + 1)[0]

    return hnsw(k, wanted, built, search)


def usearch(points, k, wanted):
    from usearch.index import Index

    def built(links, effort):
        index = Index(ndim=points.shape[1], metric="l2sq", dtype="f32", connectivity=links,
                      expansion_add=effort)
        index.add(np.arange(len(points)), points, threads=cores())
        return index

    def search(index, ef):
        index.expansion_search = ef
        return index.search(points, k + 1, threads=cores()).keys

    return hnsw(k, wanted, built, search)


def voyager(points, k, wanted):
    from voyager import Index, Space

    def built(links, effort):
        index = Index(Space.Euclidean, points.shape[1], M=links, ef_construction=effort,
                      random_seed=1)
        index.add_items(points, num_threads=cores())
        return index

    def search(index, ef):
        return index.query(points, k + 1, num_threads=cores(), query_ef=ef)[0]

    return hnsw(k, wanted, built, search)


# ---- nearfold -----------------------------------------------------------------------------------


class Nearfold:
    def __init__(self, tool, points, folder):
        self.tool, self.input, self.graph = tool, folder / "points.npy", folder / "graph.npz"
        np.save(self.input, points)

    def run(self, index, target, k, threads):
        """(the report, ids, SHA-256 of ids and distances)"""
        spec = index if index == "flat" else f"{index}:target_recall={target}"
        command = [self.tool, "knn", self.input, "-k", k, "-o", self.graph, "--index", spec]
        command += ["--threads", threads]
        command += ["--json", "--force", "--quiet"]
        done = subprocess.run([str(c) for c in command], check=True, stdout=subprocess.PIPE)
        with np.load(self.graph) as graph:
            ids, far = graph["indices"], graph["distances"]
        digest = hashlib.sha256(ids.tobytes() + far.tobytes()).hexdigest()
        return json.loads(done.stdout), ids, digest


def measure_nearfold(tool, points, k, note):
    jobs = [("flat", TARGETS[0])]
    jobs += [(index, t) for index in ("ivf", "hnsw", "nndescent", "auto") for t in TARGETS]
    with tempfile.TemporaryDirectory() as folder:
        nearfold = Nearfold(tool, points, pathlib.Path(folder))
        for index, target in jobs:
            runs = [nearfold.run(index, target, k, cores()) for _ in range(repeats(len(points)))]
            seconds = min(report["seconds"]["knn"] for report, _, _ in runs)
            others = [t for t in THREADS if t != cores() and len(points) <= FEW]
            digests = {str(t): nearfold.run(index, target, k, t)[2] for t in others}
            digests[str(cores())] = runs[0][2]
            report, ids, _ = runs[0]
            same = len(set(digests.values()) | {digest for _, _, digest in runs}) == 1
            settings = index if index == "flat" else f"{index}, target {target}"
            note("nearfold", settings, seconds, ids, chosen=report["index"],
                 own_recall=report.get("recall"), sha256=digests, same=same)


# ---- the run ------------------------------------------------------------------------------------


def measure(data, n, k, tool, few):
    """All results for k neighbours of n points, as dictionaries. few: those of fewer points, which
    say what settings are worth a trial."""
    points = data[np.random.RandomState(0).permutation(len(data))[:n]].astype(np.float32)
    if points.max() > 2:
        points /= 255
    judge = Judge(points, k)
    results = {}

    def note(library, settings, seconds, ids, **more):
        key = (library, settings)
        if key not in results:
            recall = round(judge.recall(ids), 4)
            results[key] = dict(n=n, k=k, library=library, settings=settings, recall=recall,
                                seconds=seconds, **more)
        result = results[key]
        result["seconds"] = round(min(result["seconds"], seconds), 3)
        print(n, k, library, settings, f"{seconds:.2f} s, recall {result['recall']:.4f}", flush=True)

    measure_nearfold(tool, points, k, note)
    for contender in (faiss_flat, faiss_ivf, pynndescent, hnswlib, usearch, voyager):
        for _ in range(repeats(n)):
            library = contender.__name__.replace("_", "-")
            worth = {best(few, library, target)["settings"] for target in NEAR_TARGETS
                     if best(few, library, target)}
            for settings, seconds, ids in contender(points, k, lambda s: not worth or s in worth):
                note(library, settings, seconds, ids)
    return list(results.values())


def measured(args, data):
    """The results of all n and k, of which `--keep` may have some."""
    every = []
    for n in args.sizes:
        for k in args.neighbors:
            kept = args.keep / f"{n}-{k}.json" if args.keep else None
            if kept and kept.exists():
                every += json.loads(kept.read_text())
                continue
            few = [r for r in every if (r["n"], r["k"]) == (FEW, k)] if n > FEW else []
            found = measure(data, n, k, args.tool, few)
            if kept:
                kept.write_text(json.dumps(found))
            every += found
    return every


def machine():
    names = [line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo")
             if line.startswith("model name")]
    return f"{names[0] if names else 'unknown processor'}, {cores()} cores"


def versions(tool):
    found = {name: importlib.metadata.version(name)
             for name in ("faiss-cpu", "pynndescent", "numba", "hnswlib", "usearch", "voyager", "numpy")}
    said = subprocess.run([tool, "--version"], check=True, capture_output=True, text=True).stdout
    return {"nearfold": said.split()[1], **found}


def best(results, library, target):
    """The fastest approximate result that reaches the target, or None."""
    good = [r for r in results if r["library"] == library and r["recall"] >= target
            and not r.get("chosen", "").startswith("flat")]
    return min(good, key=lambda r: r["seconds"], default=None)


def exact(results, library):
    return next(r for r in results if r["library"] == library
                and r["settings"] in ("flat", "exact"))


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines) + "\n"


def summary(results):
    """One row for each n, k and goal: seconds of each library."""
    def cell(r):
        return f"{r['seconds']:.2f} ({r['settings']}; {r['recall']:.4f})" if r else "none"

    libraries = ["nearfold", "faiss-ivf", "pynndescent", "hnswlib", "usearch", "voyager"]
    rows = []
    for n, k in sorted({(r["n"], r["k"]) for r in results}):
        some = [r for r in results if (r["n"], r["k"]) == (n, k)]
        flat = [cell(exact(some, library)) for library in ("nearfold", "faiss-flat")]
        rows.append([f"{n:,}", k, "exact", *flat, *[""] * (len(libraries) - 2)])
        for target in TARGETS:
            cells = [cell(best(some, library, target)) for library in libraries]
            rows.append([f"{n:,}", k, f">= {target}", *cells])
    return table(["n", "k", "recall", "nearfold", "faiss-cpu", *libraries[2:]], rows)


def page(report):
    results = report["results"]
    everything = table(
        ["n", "k", "library", "settings", "chosen", "recall", "seconds"],
        [[f"{r['n']:,}", r["k"], r["library"], r["settings"], r.get("chosen", "").split(";")[0],
          f"{r['recall']:.4f}", f"{r['seconds']:.2f}"] for r in results])
    hashes = table(
        ["n", "k", "settings", "SHA-256 of the graph", "1, 2, 3 threads"],
        [[f"{r['n']:,}", r["k"], r["settings"], r["sha256"]["1"][:16],
          "the same" if r["same"] else "DIFFER"]
         for r in results if "1" in r.get("sha256", {})])
    libraries = ", ".join(f"{name} {version}" for name, version in report["versions"].items())
    return f"""# Neighbour graphs beside other libraries

MNIST, the k nearest others of every point. {report['machine']}; {libraries}. {report['date']}.

    {report['command']}

Seconds of building and searching (settings; measured recall): the fastest of each library's
settings that reaches the recall.

{summary(results)}
## How

Every answer is measured alike: {SAMPLE:,} rows, a found point counts when it is as near as the true
k-th neighbour, distances recomputed in float64. One library at a time, on all cores, the best of
{repeats(FEW)} runs up to {FEW:,} points and of {repeats(FEW + 1)} above; pynndescent is compiled
beforehand. Beside what the other libraries do by default stand the settings that reached a recall
with the least processor time in sweeps of nprobe (faiss, of 2 sqrt(n) lists), of n_trees, n_iters, max_candidates,
leaf_size and low_memory (pynndescent), and of M, ef_construction and ef (hnswlib) at n = 20,000 and
92 neighbours; usearch and voyager have the settings of hnswlib. Above {FEW:,} points each library
has those of its settings that were the fastest at {FEW:,} for a recall of
{", ".join(map(str, NEAR_TARGETS))}.

## All results

{everything}
## The same bytes

{hashes}"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", help="MNIST, .npy")
    parser.add_argument("--tool", required=True, help="the nearfold executable")
    parser.add_argument("--sizes", type=int, nargs="+", default=[20_000, 70_000])
    parser.add_argument("--neighbors", type=int, nargs="+", default=[15, 90])
    parser.add_argument("--keep", type=pathlib.Path, help="folder of what was measured so far")
    parser.add_argument("--out", type=pathlib.Path, default=HERE, help="folder of knn.md, knn.json")
    args = parser.parse_args()
    command = "python bench/peers/knn.py MNIST.npy --tool build/cpu-release/nearfold"
    if args.sizes != parser.get_default("sizes"):
        command += " --sizes " + " ".join(str(n) for n in args.sizes)
    if args.neighbors != parser.get_default("neighbors"):
        command += " --neighbors " + " ".join(str(k) for k in args.neighbors)
    data = np.load(args.data)
    results = measured(args, data)
    report = {"date": time.strftime("%Y-%m-%d"), "machine": machine(), "command": command,
              "versions": versions(args.tool), "results": results}
    text = page(report)
    (args.out / "knn.json").write_text(json.dumps(report, indent=1) + "\n")
    (args.out / "knn.md").write_text(text)
    print("\n" + text)
    if not all(r.get("same", True) for r in results):
        raise SystemExit("graphs differ between threads or runs")


if __name__ == "__main__":
    main()
