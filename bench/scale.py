#!/usr/bin/env python3
"""What maps of 10 million to a billion points take, on 1 to 64 nodes: traffic, tasks, time, cost.

    python bench/scale.py --tool build/cpu-release/nearfold [--columns 50] [-k 15] > tables.md

Arithmetic on constants that were measured on two cores, each named with its command; those of a GPU
are from its maker's data sheet, and what many cores do is assumed. docs/scale.md has the output.
"""
import argparse
import json
import math
import subprocess

POINTS = (10_000_000, 100_000_000, 1_000_000_000)
NODES = (1, 4, 16, 64)
HOUR = 3600

# Measured: name: (value, unit, command, what it is).
MEASURED = {
    "exact": (1.9e-9, "core seconds a pair", "bench/ten_million.py -n 200000 --blocks 3: 75 s, parts",
              "exact search, 50 columns, k = 30"),
    "query": (82e-6, "core seconds a point", "bench/scaling.py, 1,000,000 x 50: 41.0 s",
              "inverted file of a million points, all asked, recall 0.997"),
    "grows": (0.32, "power of the points", "bench/scaling.py, knn of 200,000 and 1,000,000",
              "by which that grows, a point"),
    "merge": (3.3, "core seconds a GB of parts", "bench/ten_million.py -n 200000 --blocks 3: 0.48 s",
              "nearfold knn-merge"),
    "task": (1.25e-3, "core seconds a task", "empty tasks by dask.distributed 2026.8",
             "scheduler and client"),
    "weights": (3.1e-7, "core seconds a neighbour", "nearfold embed --knn, 1,000,000, k = 90: 14 s",
                "reading, order, weights"),
    "init": (1.4e-5, "core seconds a point", "bench/scaling.py, 1,000,000: 7.1 s", "spectral start"),
    "umap": (1.5e-4, "core seconds a point", "bench/scaling.py, 1,000,000: 75.2 s",
             "200 epochs, 15 neighbours"),
    "umap grows": (0.15, "power of the points", "bench/scaling.py", "by which both grow, a point"),
    "tsne": (5.4e-5, "core seconds a point", "bench/scaling.py, 1,000,000, k = 90: 141 s",
             "750 iterations of t-SNE but for edges"),
    "tsne edges": (2.5e-6, "core seconds a neighbour", "the same beside k = 30, 60 iterations of each",
                   "their edges"),
}
# Not measured: a data sheet's, and assumptions.
SHEET = {"flops": 989e12, "used": 0.5, "bandwidth": 4.8e12}
CORES, EFFICIENCY, NETWORK = 64, 0.5, 25e9 / 8  # of a node; of many cores; bytes a second into it


def value(name):
    return MEASURED[name][0]


def graph_by_index(n, columns):
    """Core seconds; cells are trained once and shared, so that no split adds work."""
    return value("query") * n * (n / 1e6) ** value("grows") * columns / 50


def graph_exact(n, columns):
    return value("exact") * n * n * columns / 50


def layout(n, method, k):
    before = value("weights") * k
    if method == "umap":
        return n * (before + (value("init") + value("umap")) * (n / 1e6) ** value("umap grows"))
    return n * (before + value("tsne") + value("tsne edges") * k)


def clock(core_seconds, cores):
    return core_seconds / (cores * (EFFICIENCY if cores > 2 else 1))


def on_gpu(n, columns):
    """Products of all pairs in half precision, at a share of what the sheet says."""
    wide = math.ceil(columns / 16) * 16
    return 2 * wide * n * n / (SHEET["flops"] * SHEET["used"])


def time_text(seconds):
    for size, name in ((86400 * 365, "years"), (86400, "days"), (HOUR, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:,.0f} {name}" if seconds >= 10 * size else f"{seconds / size:.1f} {name}"
    return f"{seconds:,.0f} s" if seconds >= 1 else "below 1 s"


def bytes_text(count):
    return f"{count * 1e-12:,.1f} TB" if count >= 1e12 else f"{count * 1e-9:,.1f} GB"


def count_text(n):
    return f"{n // 1_000_000_000} billion" if n >= 1_000_000_000 else f"{n // 1_000_000} million"


def table(head, rows):
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print()


def planned(o, n, method, nodes):
    """The tool's own plan of memory."""
    how = ["--n-neighbors", str(o.k)] if method == "umap" else ["--perplexity", str(o.perplexity)]
    command = [o.tool, "plan", str(n), str(o.columns), "-m", method, *how, "--nodes", str(nodes), "--json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def graph_rows(o):
    for n in POINTS:
        for nodes in NODES:
            blocks = max(nodes, math.ceil(n / o.block))
            by_index = clock(graph_by_index(n, o.columns), nodes * CORES)
            exact = clock(graph_exact(n, o.columns), nodes * CORES)
            gpu = on_gpu(n, o.columns) / nodes
            into = 4 * n * o.columns
            yield [count_text(n), str(nodes), f"{blocks**2:,}", time_text(value("task") * blocks**2),
                   bytes_text(into), time_text(into / NETWORK), time_text(by_index),
                   f"{nodes * by_index / HOUR * o.cpu_price:,.2f}", time_text(exact),
                   f"{nodes * exact / HOUR * o.cpu_price:,.0f}", time_text(gpu),
                   f"{nodes * gpu / HOUR * o.gpu_price:,.2f}"]


def layout_rows(o):
    for n in POINTS:
        for method, name in (("umap", "UMAP"), ("tsne", "t-SNE")):
            plan = planned(o, n, method, 16)
            k, graph = plan["k"], plan["graph_bytes"]
            parts = graph * max(16, math.ceil(n / o.block))
            work = layout(n, method, k)
            many = clock(work, CORES)
            yield [count_text(n), name, str(k), bytes_text(graph), bytes_text(parts),
                   time_text(parts * 1e-9 * value("merge")),
                   bytes_text(plan["planned_bytes"]), bytes_text(plan["nodes"]["part"]["host_bytes"]),
                   time_text(clock(work, 2)), time_text(many), f"{many / HOUR * o.cpu_price:,.2f}"]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", default="build/cpu-release/nearfold")
    parser.add_argument("--columns", type=int, default=50)
    parser.add_argument("-k", type=int, default=15, help="neighbours of UMAP, the point counted")
    parser.add_argument("--perplexity", type=float, default=10, help="of t-SNE")
    parser.add_argument("--block", type=int, default=5_000_000, help="rows of a block")
    parser.add_argument("--cpu-price", type=float, default=3, help="of an hour of a node")
    parser.add_argument("--gpu-price", type=float, default=4, help="of an hour of a GPU")
    o = parser.parse_args()
    table(["measured", "value", "unit", "by"],
          [[what, f"{number:.3g}", unit, command] for number, unit, command, what in MEASURED.values()])
    table(["points", "nodes", "tasks", "scheduling", "into each node", "its time", "by index", "cost",
           "exact", "cost", "exact, GPUs", "cost"], graph_rows(o))
    table(["points", "method", "k", "graph", "parts in files", "merging", "memory of the map", "of a part, 16 nodes",
           "map, 2 cores", f"map, {CORES} cores", "cost"], layout_rows(o))


if __name__ == "__main__":
    main()
