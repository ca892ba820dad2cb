#!/usr/bin/env python3
"""Maps of nearfold and of other libraries, from points to map, timed and scored in one run.

    python3 -m venv venv && venv/bin/pip install -r bench/peers/requirements.txt
    venv/bin/python bench/peers/maps.py MNIST.npy LABELS.npy --tool build/cpu-release/nearfold

MNIST.npy: 70,000 x 784, numbers or bytes. For each n, `RandomState(0).permutation` picks the rows.
One library at a time, on all cores, each in a process of its own; nothing else should run. A
library's seconds are those of its fit alone, nearfold's those of its whole process: file to file,
neighbours by `--index auto`. umap-learn is fitted twice in one process, as only the second fit is
free of compilation; once more with a seed, for the seconds of its serial optimisation.

Scores are taken here, for every map alike, by scikit-learn and NumPy: neighbours kept and labels
right on 10,000 rows, trustworthiness on 5,000, triplets and correlation of distances (CPD) on
200,000 draws, with one standard error where it is known. The divergence of every t-SNE map is to
the same P, that of exact neighbours: nearfold's, after one step of no length from the map.
Writes maps.md and maps.json; --keep FOLDER keeps maps and results, and a rerun makes what is missing.
"""
import argparse
import importlib.metadata
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
ROWS = 10_000
REPEATS = 3
SCORES = ("recall@10", "recall@50", "trust@15", "triplets", "CPD", "label accuracy")

# What is asked of nearfold beside each library: (n, our arguments, their job, times as fast).
UMAP, TSNE = ["--method", "umap"], ["--method", "tsne"]
SHORT = [*TSNE, "--max-iter", "500"]
DUELS = [
    (70_000, UMAP, "umap-learn", 8),
    (70_000, UMAP, "fastumap", 1),
    (70_000, UMAP, "pacmap", 1),
    (70_000, TSNE, "openTSNE", 15),
    (70_000, TSNE, "scikit-learn-intelex", 8),
    (70_000, TSNE, "tsne-h2pack", 8),
    (20_000, TSNE, "scikit-learn-intelex", 4),
    (10_000, TSNE, "scikit-learn-intelex", 4),
    (20_000, SHORT, "scikit-learn", 5),
    (10_000, SHORT, "scikit-learn", 5),
    (10_000, TSNE, "manifolds-rs", 3),
]
OPTIMISATION = 6  # times as fast as umap-learn's serial one


# ---- the others, each in its own process ----------------------------------------------------------


def fit_umap(points, save):
    import umap

    for name in ("first", "warm"):
        start = time.perf_counter()
        layout = umap.UMAP(n_neighbors=15).fit_transform(points)
        yield name, time.perf_counter() - start, save(name, layout)


def fit_umap_seeded(points, save):
    import umap.umap_

    inner, seconds = umap.umap_.optimize_layout_euclidean, []

    def timed(*arguments, **more):
        start = time.perf_counter()
        result = inner(*arguments, **more)
        seconds.append(time.perf_counter() - start)
        return result

    umap.umap_.optimize_layout_euclidean = timed
    umap.UMAP(n_neighbors=15, random_state=1, n_jobs=1).fit_transform(points[:5000])  # compiles
    layout = umap.UMAP(n_neighbors=15, random_state=42, n_jobs=1).fit_transform(points)
    yield "optimisation alone", seconds[-1], save("seeded", layout)


def fit_opentsne(points, save):
    from openTSNE import TSNE

    start = time.perf_counter()
    layout = TSNE(perplexity=30, negative_gradient_method="fft", n_jobs=-1, random_state=42).fit(points)
    yield "fft", time.perf_counter() - start, save("fft", np.asarray(layout))


def fit_sklearn(points, save):
    from sklearn.manifold import TSNE

    start = time.perf_counter()
    layout = TSNE(perplexity=30, max_iter=500, random_state=42, n_jobs=-1).fit_transform(points)
    yield "barnes_hut, 500 iterations", time.perf_counter() - start, save("bh", layout)


def fit_manifolds(points, save):
    import manifolds_rs

    start = time.perf_counter()
    layout = manifolds_rs.TSNE(approx="fft").fit_transform(points)
    yield "fft, 1,000 iterations", time.perf_counter() - start, save("fft", np.asarray(layout))


def fit_intelex(points, save):
    from sklearnex.manifold import TSNE

    start = time.perf_counter()
    layout = TSNE(perplexity=30, random_state=42).fit_transform(points)
    yield "barnes_hut, 1,000 iterations", time.perf_counter() - start, save("bh", layout)


def fit_h2pack(points, save):
    from tsne_h2pack import TSNE

    start = time.perf_counter()
    layout = TSNE(random_state=42).fit_transform(points)
    yield "h2pack, random start, 1,000 iterations", time.perf_counter() - start, save("h2", layout)


def fit_fastumap(points, save):
    from fastumap import umap_project

    start = time.perf_counter()
    layout = umap_project(points)
    yield "defaults", time.perf_counter() - start, save("map", layout)


def fit_pacmap(points, save):
    import pacmap

    start = time.perf_counter()
    layout = pacmap.PaCMAP(random_state=1).fit_transform(points)
    yield "PaCMAP", time.perf_counter() - start, save("map", layout)


JOBS = {"umap-learn": fit_umap, "umap-learn, seeded": fit_umap_seeded, "openTSNE": fit_opentsne,
        "scikit-learn": fit_sklearn, "scikit-learn-intelex": fit_intelex, "tsne-h2pack": fit_h2pack,
        "fastumap": fit_fastumap, "pacmap": fit_pacmap, "manifolds-rs": fit_manifolds}


def run_job(job, points, folder):
    """In the process of its own: a line of JSON for every result."""
    def save(name, layout):
        path = folder / f"{job}-{name}-{len(points)}.npy".replace(" ", "-").replace(",", "")
        np.save(path, np.asarray(layout, np.float32))
        return str(path)

    for settings, seconds, path in JOBS[job](points, save):
        print("RESULT " + json.dumps({"settings": settings, "seconds": seconds, "map": path}), flush=True)


def measure_peer(job, data, folder):
    command = [sys.executable, __file__, str(data), "-", "--job", job, "--keep", str(folder)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    n = len(np.load(data, mmap_mode="r"))
    return [dict(json.loads(line[7:]), n=n, library=job)
            for line in done.stdout.splitlines() if line.startswith("RESULT ")]


# ---- nearfold -----------------------------------------------------------------------------------


def embed(tool, arguments, out):
    """(seconds of the process, its report)"""
    report = out.with_suffix(".json")
    command = [tool, "embed", *arguments, "-o", out, "--report", report, "--force", "--quiet"]
    start = time.perf_counter()
    subprocess.run([str(c) for c in command], check=True)
    return time.perf_counter() - start, json.loads(report.read_text())


def measure_nearfold(tool, data, arguments, folder):
    n = len(np.load(data, mmap_mode="r"))
    out = folder / f"nearfold{''.join(arguments)}-{n}.npy"
    runs = [embed(tool, [data, "--index", "auto", *arguments], out) for _ in range(REPEATS)]
    seconds, report = min(runs, key=lambda run: run[0])
    return dict(n=n, library="nearfold", settings=" ".join(arguments), seconds=seconds, map=str(out),
                all_seconds=[round(run[0], 2) for run in runs], report=report)


def divergence(tool, graph, points, layout, folder):
    """Of a t-SNE map, to the P of the graph."""
    arguments = [points, "--knn", graph, "--method", "tsne", "--init", layout]
    arguments += ["--max-iter", "1", "--learning-rate", "1e-30"]
    return embed(tool, arguments, folder / "step.npy")[1]["kl_divergence"]


# ---- scores -------------------------------------------------------------------------------------


def nearest(points, rows, k):
    """The k nearest others of some rows."""
    from sklearn.neighbors import NearestNeighbors

    how = "kd_tree" if points.shape[1] <= 3 else "brute"
    ids = NearestNeighbors(n_neighbors=k + 1, algorithm=how, n_jobs=-1).fit(points).kneighbors(
        points[rows], return_distance=False)
    # The point itself is not always the first: it may have twins.
    return np.array([[j for j in row if j != i][:k] for i, row in zip(rows, ids)])


class Judge:
    def __init__(self, points, labels):
        random = np.random.RandomState(1)
        n = len(points)
        self.points, self.labels = points, labels
        self.rows = np.sort(random.permutation(n)[:ROWS])
        self.some = np.sort(random.permutation(n)[:5000])
        self.triplets = random.randint(0, n, (200_000, 3))
        self.pairs = random.randint(0, n, (200_000, 2))
        self.near = nearest(points, self.rows, 50)
        self.far = self.distances(points)

    def distances(self, x):
        """Of the pairs, and of the triplets' two sides."""
        def apart(i, j):
            return np.concatenate([np.linalg.norm(x[i[a:a + 20_000]] - x[j[a:a + 20_000]], axis=1)
                                   for a in range(0, len(i), 20_000)])

        t = self.triplets
        return apart(*self.pairs.T), apart(t[:, 0], t[:, 1]), apart(t[:, 0], t[:, 2])

    def scores(self, layout):
        """{score: (value, standard error or None)}"""
        from scipy.stats import spearmanr
        from sklearn.manifold import trustworthiness

        layout = layout.astype(np.float64)
        near = nearest(layout, self.rows, 50)
        found = {}
        for k in (10, 50):
            kept = [len(set(a[:k]) & set(b[:k])) / k for a, b in zip(self.near, near)]
            found[f"recall@{k}"] = (np.mean(kept), np.std(kept) / len(kept) ** 0.5)
        found["trust@15"] = (trustworthiness(self.points[self.some], layout[self.some], n_neighbors=15),
                             None)
        pairs, first, second = self.distances(layout)
        agree = (first < second) == (self.far[1] < self.far[2])
        found["triplets"] = (agree.mean(), agree.std() / len(agree) ** 0.5)
        found["CPD"] = (spearmanr(self.far[0], pairs)[0], len(pairs) ** -0.5)
        votes = [np.bincount(self.labels[row[:10]]).argmax() for row in near]
        right = np.array(votes) == self.labels[self.rows]
        found["label accuracy"] = (right.mean(), right.std() / len(right) ** 0.5)
        return {name: (round(float(value), 4), error and round(float(error), 4))
                for name, (value, error) in found.items()}


# ---- the run ------------------------------------------------------------------------------------


def subsets(data, labels, folder):
    """{n: (file of points, Judge)}"""
    points, classes = np.load(data), np.load(labels).astype(np.int64)
    made = {}
    for n in sorted({duel[0] for duel in DUELS}):
        rows = np.random.RandomState(0).permutation(len(points))[:n]
        some = points[rows].astype(np.float32)
        if some.max() > 2:
            some /= 255
        path = folder / f"points-{n}.npy"
        np.save(path, some)
        made[n] = (path, Judge(some, classes[rows]))
    return made


class Kept:
    """Results by name in the folder of the maps: a run that ended early is resumed."""
    def __init__(self, folder):
        self.file = folder / "results.json"
        self.found = json.loads(self.file.read_text()) if self.file.exists() else {}

    def get(self, name, make):
        if name not in self.found:
            self.found[name] = make()
            self.file.write_text(json.dumps(self.found))
        return self.found[name]


def scored(batch, judge, kl_of):
    for result in batch:
        result["seconds"] = round(result["seconds"], 2)
        result["scores"] = judge.scores(np.load(result["map"]))
        if kl_of:
            result["kl"] = round(kl_of(result["map"]), 4)
        print(result["n"], result["library"], result["settings"], f"{result['seconds']} s", result["scores"],
              result.get("kl", ""), flush=True)
    return batch


def measure(tool, sets, folder):
    results, kept = [], Kept(folder)
    for n, arguments, job, _ in DUELS:
        path, judge = sets[n]
        graph = folder / f"graph-{n}.npz"
        if "tsne" in arguments and not graph.exists():
            subprocess.run([str(c) for c in (tool, "knn", path, "-k", 90, "-o", graph, "--quiet")], check=True)
        kl_of = "tsne" in arguments and (lambda made: divergence(tool, graph, path, made, folder))
        batch = [*kept.get(f"{n} {arguments}", lambda: scored(
            [measure_nearfold(tool, path, arguments, folder)], judge, kl_of))]
        jobs = ("umap-learn", "umap-learn, seeded") if job == "umap-learn" else (job,)
        for one in jobs:
            batch += kept.get(f"{n} {one}", lambda: scored(measure_peer(one, path, folder), judge, kl_of))
        results += [dict(result, duel=[n, arguments, job]) for result in batch]
    return results


def of_duel(results, duel):
    return [r for r in results if r["duel"] == [duel[0], duel[1], duel[2]]]


def verdicts(results):
    """(what was asked, what it is, whether it holds)"""
    for duel in DUELS:
        ours, *theirs = of_duel(results, duel)
        peer = next(r for r in reversed(theirs) if r["library"] == duel[2])
        ratio = peer["seconds"] / ours["seconds"]
        name = f"{duel[0]:,} points, {' '.join(duel[1])}, beside {duel[2]}"
        yield f"{name}: at least {duel[3]} times as fast", f"{ratio:.1f}", ratio >= duel[3]
        for seeded in (r for r in theirs if r["library"] == "umap-learn, seeded"):
            ratio = seeded["seconds"] / ours["report"]["seconds"]["optimize"]
            yield (f"{name}, serial optimisation alone: at least {OPTIMISATION} times", f"{ratio:.1f}",
                   ratio >= OPTIMISATION)
        recall = ours["report"].get("recall", {"mean": 1})["mean"]
        yield f"{name}: recall of the graph at least .95", f"{recall:.4f}", recall >= 0.95
        if "kl" in ours:
            yield f"{name}: divergence not above {peer['kl']}", f"{ours['kl']}", ours["kl"] <= peer["kl"]


def machine():
    names = [line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo")
             if line.startswith("model name")]
    return f"{names[0] if names else 'unknown processor'}, {len(os.sched_getaffinity(0))} cores"


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines) + "\n"


def page(report):
    def cells(result, ours):
        scores = [result["scores"][name] for name in SCORES]
        return [f"{result['n']:,}", result["library"], result["settings"], f"{result['seconds']:.2f}",
                f"{result['seconds'] / ours['seconds']:.1f}",
                *(f"{value:.4f}" + (f" ± {error:.4f}" if error else "") for value, error in scores),
                result.get("kl", "")]

    rows, shown = [], set()
    for duel in DUELS:
        ours, *theirs = of_duel(report["results"], duel)
        key = duel[0], *duel[1]
        rows += [cells(result, ours) for result in ([] if key in shown else [ours]) + theirs]
        shown.add(key)
    libraries = ", ".join(f"{name} {version}" for name, version in report["versions"].items())
    return f"""# Maps beside other libraries

MNIST. {report['machine']}; {libraries}. {report['date']}.

    python bench/peers/maps.py MNIST.npy LABELS.npy --tool build/cpu-release/nearfold

Seconds: of nearfold the whole process, file to file, neighbours by `--index auto`, the best of
{REPEATS}; of the others the fit alone. Ratio: to nearfold's. Scores with a standard error of the sample;
KL to the P of exact neighbours, for all maps alike.

{table(["n", "library", "settings", "seconds", "ratio", *SCORES, "KL"], rows)}
{table(["asked", "measured", ""], [[what, value, "holds" if holds else "MISSED"] for what, value, holds in report["verdicts"]])}"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("labels", type=pathlib.Path)
    parser.add_argument("--tool", default="build/cpu-release/nearfold")
    parser.add_argument("--keep", type=pathlib.Path, help="folder for the maps")
    parser.add_argument("--job", help=argparse.SUPPRESS)
    o = parser.parse_args()
    if o.job:
        return run_job(o.job, np.load(o.data), o.keep)
    with tempfile.TemporaryDirectory() as temporary:
        folder = o.keep or pathlib.Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        results = measure(o.tool, subsets(o.data, o.labels, folder), folder)
    for result in results:
        del result["map"]
    names = ("umap-learn", "pynndescent", "numba", "openTSNE", "scikit-learn", "scikit-learn-intelex",
             "tsne-h2pack", "fastumap", "pacmap", "manifolds-rs", "numpy")
    said = subprocess.run([o.tool, "--version"], check=True, capture_output=True, text=True).stdout
    report = {"date": time.strftime("%Y-%m-%d"), "machine": machine(),
              "versions": {"nearfold": said.split()[1], **{n: importlib.metadata.version(n) for n in names}},
              "verdicts": list(verdicts(results)), "results": results}
    (HERE / "maps.json").write_text(json.dumps(report, indent=1) + "\n")
    (HERE / "maps.md").write_text(page(report))
    print(page(report))


if __name__ == "__main__":
    main()
