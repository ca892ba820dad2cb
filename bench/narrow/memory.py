"""Points of a narrow type against the same values as float32: seconds, memory and bytes of graphs.

    python bench/narrow/memory.py TOOL FOLDER N INDEX [CASE ...]

Makes N pictures of 784 uint8 in FOLDER, 20 directions around 60 centres, and finds the 15 nearest of
each by INDEX: of uint8, of float32, and of either mapped from its file. "own" is the memory of the
process itself, "mapped" what of it are pages of the file, which the system drops when it needs them.
"""

import hashlib
import json
import os
import pathlib
import subprocess
import sys
import time

import numpy as np

tool, folder, n, index = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
cases = sys.argv[5:] or ["uint8", "float32", "uint8 --mmap", "float32 --mmap"]


def make(path: pathlib.Path, dtype: str) -> None:
    if path.exists():
        return
    draw = np.random.default_rng(1)
    axes = draw.normal(0, 14, (20, 784))
    centres = draw.normal(100, 40, (60, 784))
    out = np.lib.format.open_memmap(path, "w+", dtype, (n, 784))
    for first in range(0, n, 20_000):
        rows = min(20_000, n - first)
        pictures = centres[draw.integers(0, 60, rows)] + draw.normal(size=(rows, 20)) @ axes
        pictures += draw.normal(0, 4, pictures.shape)
        out[first : first + rows] = np.clip(pictures, 0, 255).astype(np.uint8)


def field(pid: int, name: str) -> int:
    try:
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def run(case: str) -> None:
    dtype, *flags = case.split()
    points, graph = folder / f"{dtype}-{n}.npy", folder / "graph.npz"
    make(points, dtype)
    command = [tool, "knn", str(points), "-k", "15", "--index", index, "-o", str(graph), "--force"]
    plan = subprocess.run([*command, *flags, "--dry-run", "--json"], capture_output=True, text=True)
    began, own, mapped = time.time(), 0, 0
    child = subprocess.Popen([*command, *flags, "--quiet"])
    while child.poll() is None:
        own = max(own, field(child.pid, "RssAnon"))
        mapped = max(mapped, field(child.pid, "RssFile"))
        time.sleep(0.02)
    seconds = time.time() - began
    assert child.returncode == 0, case
    digest = hashlib.sha256(graph.read_bytes()).hexdigest()[:12]
    planned = json.loads(plan.stdout)["planned_bytes"]
    print(
        f"{case:16} {seconds:7.1f} s  planned {planned / 1e9:.3f} GB  own {own / 1e9:.3f} GB  "
        f"mapped {mapped / 1e9:.3f} GB  {digest}",
        flush=True,
    )


for one in cases:
    run(one)
os.remove(folder / "graph.npz")
