#!/usr/bin/env python3
"""What a schedule of the optimisation costs and what its maps are worth, over sets of many kinds.

    python bench/schedules.py work --mnist FOLDER --method umap \\
        "today=" "half steps=--learning-rate 0.5" "fewer=--learning-rate 0.5 --n-epochs 150"

FOLDER has MNIST's four files. The first variant is what others are compared with. Each set has one
exact graph, over which every variant is run once for each seed; maps are scored by `nearfold
quality`. The table has the mean over seeds and, for a variant, the mean difference from the first
with its standard error, seed by seed. Writes schedules-METHOD.md and .json into the folder `work`,
which keeps sets, graphs and scores: a rerun makes what is missing. Needs NumPy and scikit-learn.
"""
import argparse
import gzip
import json
import pathlib
import re
import shlex
import subprocess

import numpy as np

SCORES = ("knn_recall@10", "knn_recall@50", "trustworthiness@15", "triplet_accuracy", "cpd_spearman",
          "knn_label_accuracy")
SHOWN = ("recall@10", "recall@50", "trust@15", "triplets", "CPD", "labels")


def mnist(folder, n, seed):
    def read(name, skip):
        return np.frombuffer(gzip.open(folder / name).read(), np.uint8, offset=skip)

    images = read("train-images-idx3-ubyte.gz", 16).reshape(-1, 784)
    labels = read("train-labels-idx1-ubyte.gz", 8)
    rows = np.random.default_rng(seed).permutation(len(images))[:n]
    return images[rows], labels[rows]


def paragraphs():
    """Text that a Debian system has, with its near-duplicates: licences, notes, manuals."""
    found, kinds = [], []
    for kind, pattern in enumerate(("/usr/share/doc/*/copyright", "/usr/share/doc/*/README*",
                                    "/usr/lib/python3*/*.py", "/usr/share/perl/5*/*/*.pod")):
        for path in sorted(pathlib.Path("/").glob(pattern[1:])):
            if path.suffix == ".gz" or not path.is_file():
                continue
            for text in re.split(r"\n\s*\n", path.read_text("utf-8", "ignore")):
                if 60 <= len(text) <= 2000:
                    found.append(text)
                    kinds.append(kind)
    rows = np.random.default_rng(0).permutation(len(found))[:12_000]
    return [found[row] for row in rows], np.array(kinds)[rows]


def text(_):
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    words, kinds = paragraphs()
    counts = TfidfVectorizer(sublinear_tf=True, min_df=3, max_df=0.3).fit_transform(words)
    rows = TruncatedSVD(100, random_state=0).fit_transform(counts).astype(np.float32)
    kept = np.abs(rows).sum(1) > 0
    return rows[kept], kinds[kept]


def counts(_):
    """How often each letter follows another."""
    words, kinds = paragraphs()
    rows = np.zeros((len(words), 27 * 27), np.float32)
    for row, paragraph in enumerate(words):
        letters = np.frombuffer(paragraph.lower().encode("ascii", "replace"), np.uint8)
        letters = np.where((letters >= 97) & (letters < 123), letters - 96, 0).astype(np.int64)
        np.add.at(rows[row], letters[:-1] * 27 + letters[1:], 1)
    return np.sqrt(rows), kinds


def scales(_):
    random = np.random.default_rng(1)
    spreads = np.geomspace(0.1, 10, 20)
    labels = random.integers(20, size=10_000)
    centres = random.normal(size=(20, 20)) * 12
    rows = centres[labels] + random.normal(size=(10_000, 20)) * spreads[labels, None]
    return rows.astype(np.float32), labels


def ring(_):
    random = np.random.default_rng(2)
    angle = random.uniform(0, 2 * np.pi, 5000)
    rows = random.normal(size=(5000, 10)) * 0.05
    rows[:, 0] += np.cos(angle)
    rows[:, 1] += np.sin(angle)
    return rows.astype(np.float32), (angle * 8 / np.pi).astype(int)


def duplicates(_):
    random = np.random.default_rng(3)
    distinct = random.integers(0, 6, size=(1500, 8))
    which = np.minimum(random.geometric(0.002, 10_000) - 1, 1499)
    return distinct[which].astype(np.float32), distinct[which, 0]


def swiss_roll(_):
    random = np.random.default_rng(4)
    t = 1.5 * np.pi * (1 + 2 * random.uniform(size=8000))
    rows = np.stack([t * np.cos(t), 21 * random.uniform(size=8000), t * np.sin(t)], 1)
    return rows.astype(np.float32), (t * 2).astype(int)


SETS = {
    "MNIST 10k": (lambda folder: mnist(folder, 10_000, 0), "euclidean"),
    "MNIST 30k": (lambda folder: mnist(folder, 30_000, 1), "euclidean"),
    "text": (text, "cosine"),
    "counts": (counts, "euclidean"),
    "scales": (scales, "euclidean"),
    "ring": (ring, "euclidean"),
    "duplicates": (duplicates, "euclidean"),
    "swiss roll": (swiss_roll, "euclidean"),
}


def run(*command):
    subprocess.run([str(word) for word in command], check=True)


class Bench:
    def __init__(self, o):
        self.o = o
        self.file = o.work / f"schedules-{o.method}.json"
        self.done = json.loads(self.file.read_text()) if self.file.exists() else {}

    def data(self, name):
        slug = name.replace(" ", "-")
        points, labels = self.o.work / f"{slug}.npy", self.o.work / f"{slug}-labels.npy"
        graph = self.o.work / f"{slug}.npz"
        make, metric = SETS[name]
        if not graph.exists():
            rows, kinds = make(self.o.mnist)
            np.save(points, rows)
            np.save(labels, kinds.astype(np.int32))
            run(self.o.tool, "knn", points, "-k", 90, "--metric", metric, "-o", graph, "-q", "--force")
        return points, labels, graph, metric

    def score(self, name, flags, seed):
        key = f"{name} | {flags} | {seed}"
        if key not in self.done:
            points, labels, graph, metric = self.data(name)
            out, report = self.o.work / "map.npy", self.o.work / "report.json"
            run(self.o.tool, "embed", points, "--knn", graph, "-m", self.o.method, "--metric", metric,
                "--seed", seed, "-o", out, "--report", report, "-q", "--force", *shlex.split(flags))
            found = json.loads(report.read_text())
            run(self.o.tool, "quality", points, out, "--labels", labels, "--metric", metric, "--report",
                report, "-q", "--force")
            scores = json.loads(report.read_text())["scores"]
            self.done[key] = {"scores": {s: scores[s]["value"] for s in SCORES},
                              "kl": found.get("kl_divergence"), "seconds": found["seconds"]["optimize"]}
            self.file.write_text(json.dumps(self.done, indent=1) + "\n")
        return self.done[key]

    def rows(self, name, flags):
        made = [self.score(name, flags, seed) for seed in range(1, self.o.seeds + 1)]
        values = np.array([[one["scores"][s] for s in SCORES] for one in made])
        if self.o.method == "tsne":
            values = np.hstack([values, [[one["kl"]] for one in made]])
        return values, np.mean([one["seconds"] for one in made])


def table(bench, variants):
    shown = SHOWN + (("KL",) if bench.o.method == "tsne" else ())
    lines = ["| set | schedule | " + " | ".join(shown) + " | seconds |", "|---" * (len(shown) + 3) + "|"]
    for name in bench.o.sets or SETS:
        first, _ = bench.rows(name, next(iter(variants.values())))
        for which, (label, flags) in enumerate(variants.items()):
            values, seconds = bench.rows(name, flags)
            if which == 0:
                cells = [f"{x:.4f}" for x in values.mean(0)]
            else:
                apart = values - first
                errors = apart.std(0, ddof=1) / np.sqrt(len(apart))
                cells = [f"{x:+.4f} ± {e:.4f}" for x, e in zip(apart.mean(0), errors)]
            lines.append(f"| {name} | {label} | " + " | ".join(cells) + f" | {seconds:.2f} |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("variants", nargs="+", help="name=flags of nearfold embed")
    parser.add_argument("--mnist", type=pathlib.Path, required=True)
    parser.add_argument("--method", choices=("umap", "tsne"), default="umap")
    parser.add_argument("--tool", default="build/cpu-release/nearfold")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--sets", nargs="*", choices=list(SETS))
    o = parser.parse_args()
    o.work.mkdir(parents=True, exist_ok=True)
    text = table(Bench(o), dict(variant.split("=", 1) for variant in o.variants))
    (o.work / f"schedules-{o.method}.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
