#!/usr/bin/env python3
"""How time and memory of a map grow with the number of points.

    nearfold generate deformed --from MNIST.npy -n 1000000 -o million.npy
    nearfold convert million.npy --pca 50 -o million50.npy
    python bench/scaling.py million50.npy --tool build/cpu-release/nearfold

The first n rows of the file are mapped by UMAP and by t-SNE with their defaults and `--index auto`,
one run after the other on all cores. From 20,000 points on UMAP takes 200 epochs; below, 500, so
that smaller sets say nothing of growth. The exponent is the slope of a line through the logarithms:
of the seconds after the graph (weights, start, optimisation), and of the whole.
Writes scaling.md and scaling.json beside this file. Needs NumPy.
"""
import argparse
import json
import os
import pathlib
import subprocess
import tempfile
import time

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
SIZES = (20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000)
AFTER = ("weights", "init", "optimize")


def measure(tool, data, method, folder):
    report = folder / "report.json"
    command = [tool, "embed", data, "-o", folder / "map.npy", "--method", method, "--index", "auto",
               "--report", report, "--force", "--quiet"]
    subprocess.run([str(c) for c in command], check=True)
    return json.loads(report.read_text())


def exponent(results, seconds):
    n = [np.log(r["n"]) for r in results]
    return float(np.polyfit(n, [np.log(seconds(r)) for r in results], 1)[0])


def after_graph(report):
    return sum(report["seconds"][stage] for stage in AFTER)


def row(r):
    s = r["seconds"]
    cells = [f"{r['n']:,}", r["method"], f"{r.get('recall', {'mean': 1})['mean']:.3f}"]
    cells += [f"{s[stage]:.2f}" for stage in ("knn", *AFTER)]
    return cells + [f"{s['total']:.1f}", f"{r['peak_bytes'] / 1e9:.2f}", f"{r['input_bytes'] / 1e9:.2f}"]


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--tool", default="build/cpu-release/nearfold")
    o = parser.parse_args()
    points = np.load(o.data, mmap_mode="r")
    results = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        for n in (n for n in SIZES if n <= len(points)):
            np.save(folder / "points.npy", points[:n])
            for method in ("umap", "tsne"):
                r = measure(o.tool, folder / "points.npy", method, folder)
                r["input_bytes"] = n * points.shape[1] * 4
                results.append(r)
                print(*row(r), flush=True)
    fits = {method: {"after the graph": exponent([r for r in results if r["method"] == method], after_graph),
                     "total": exponent([r for r in results if r["method"] == method],
                                       lambda r: r["seconds"]["total"])}
            for method in ("umap", "tsne")}
    names = [line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo")
             if line.startswith("model name")]
    machine = f"{names[0] if names else 'unknown processor'}, {len(os.sched_getaffinity(0))} cores"
    report = {"date": time.strftime("%Y-%m-%d"), "machine": machine, "exponents": fits, "results": results}
    (HERE / "scaling.json").write_text(json.dumps(report, indent=1) + "\n")
    grown = table(["method", "seconds after the graph grow as", "all seconds as"],
                  [[m, f"n^{f['after the graph']:.2f}", f"n^{f['total']:.2f}"] for m, f in fits.items()])
    (HERE / "scaling.md").write_text(f"""# Growth with the number of points

MNIST deformed, reduced to {points.shape[1]} columns; {machine}; nearfold {results[0]['version']}. {report['date']}.

    python bench/scaling.py million50.npy --tool build/cpu-release/nearfold

Seconds by stage, peak resident size and size of the input in GB.

{table(["n", "method", "recall", "knn", "weights", "start", "optimisation", "total", "peak", "input"], [row(r) for r in results])}
{grown}""")
    print(grown)


if __name__ == "__main__":
    main()
