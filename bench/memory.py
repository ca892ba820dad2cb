"""Planned memory against measured peaks, for every index and method; prints a table of markdown.

    python3 bench/memory.py build/cpu-release/nearfold points.npy [more.npy ...] > docs/memory.md

The plan is what `nearfold embed --dry-run --json` says, the peak what the run's report says
(the largest resident size of the process). Short runs: memory does not depend on iterations.
"""

import json
import os
import subprocess
import sys
import tempfile

INDEXES = ["flat", "ivf", "hnsw", "nndescent", "auto"]
METHODS = {
    "umap": ["--method", "umap", "--n-epochs", "3"],
    "tsne": ["--method", "tsne", "--max-iter", "3"],
}
LARGE = 200_000  # points, from which only the indexes for such sets are tried


def run(tool, points, how, folder):
    out = os.path.join(folder, "map.npy")
    report = os.path.join(folder, "report.json")
    command = [tool, "embed", points, "-o", out, "--progress", "none", "-q", *how]
    planned = subprocess.run(command + ["--dry-run", "--json"], check=True, capture_output=True)
    subprocess.run(command + ["--force", "--report", report], check=True)
    with open(report, encoding="utf-8") as file:
        return json.loads(planned.stdout), json.load(file)


def rows_of(points):
    """Of an .npy, from its header."""
    with open(points, "rb") as file:
        return int(file.read(128).split(b"'shape': (")[1].split(b",")[0])


def main():
    tool, inputs = sys.argv[1], sys.argv[2:]
    print("# Planned memory and measured peaks\n")
    print("Made by `bench/memory.py`; a plan is made before a run, by `nearfold embed --dry-run`.\n")
    print("| points | columns | method | index | planned, GB | peak, GB | planned / peak |")
    print("|---|---|---|---|---|---|---|")
    for points in inputs:
        for method, how in METHODS.items():
            for index in INDEXES if rows_of(points) < LARGE else ["ivf", "auto"]:
                with tempfile.TemporaryDirectory() as folder:
                    planned, report = run(tool, points, how + ["--index", index], folder)
                want, peak = planned["planned_bytes"], report["peak_bytes"]
                print(
                    f"| {report['n']:,} | {report['dim']} | {method} | {index} | {want * 1e-9:.3f} "
                    f"| {peak * 1e-9:.3f} | {want / peak:.2f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
