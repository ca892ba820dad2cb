#!/usr/bin/env python3
"""How runs would divide among many cores, from a trace of one thread.

    python bench/cores.py MNIST.npy --build build/cpu-release

Links the tool once more with loop_trace.cpp, which times the ranges of every parallel loop, and runs
UMAP and t-SNE with one thread over exact neighbours. Writes cores.md.
"""
import argparse
import bisect
import json
import os
import pathlib
import re
import subprocess
import tempfile
import time

CORES = (1, 2, 4, 8, 16, 32, 64)
WRAPPED = ("_ZN8nearfold11CountedLoopC1El", "_ZN8nearfold11CountedLoopD1Ev",
           "_ZNK8nearfold11CountedLoop11begin_rangeEl")
HERE = pathlib.Path(__file__).resolve().parent
SHOWN = 8
HOW = """For p cores each loop's ranges are taken in order by the first core that is free, as the library
does, and all else is serial. Files, memory bandwidth and the waking of threads are left out; the
check of the input, a loop in the folder that is traced, is divided evenly.
"""


def traced_tool(build, folder):
    """The tool of a build folder, with its loops traced."""
    trace, tool = folder / "loop_trace.o", folder / "nearfold"
    subprocess.run(["c++", "-O2", "-std=c++20", "-c", HERE / "loop_trace.cpp", "-o", trace], check=True)
    commands = subprocess.run(["ninja", "-t", "commands", "nearfold"], cwd=build, check=True,
                              capture_output=True, text=True).stdout
    wraps = " ".join(f"-Wl,--wrap={name}" for name in WRAPPED)
    link = commands.splitlines()[-1].replace(" -o nearfold ", f" -o {tool} {wraps} {trace} ")
    subprocess.run(link, shell=True, cwd=build, check=True)
    return tool


class Names:
    """Functions by where their code is."""

    def __init__(self, tool):
        listed = subprocess.run(["nm", "-C", "--defined-only", tool], check=True, capture_output=True,
                                text=True).stdout
        found = sorted((int(at, 16), name) for at, kind, name in
                       (line.split(" ", 2) for line in listed.splitlines()) if kind in "tTwW")
        self.at, self.names = [at for at, _ in found], [name for _, name in found]

    def __call__(self, site):
        if site == 0:
            return "the beginning"
        name = self.names[bisect.bisect_right(self.at, site - 1) - 1]
        # Handed over as a function, it is named by what it returns.
        name = name.replace("std::_Function_handler<nearfold::Basis", "HostCovariance::apply<")
        name = name.replace("nearfold::", "").replace("(anonymous namespace)::", "")
        if inner := re.search(r"parallel_for<(?:parallel_sum<[^,]*, )?(.*)", name):
            name = inner.group(1)
        return re.split(r"\(|\{lambda|<double|<float|<,", name)[0].strip(" ,")[:60]


def traced_run(tool, data, method, folder):
    trace, report = folder / "trace.json", folder / "report.json"
    command = [tool, "embed", data, "--method", method, "--threads", "1", "-o", folder / "map.npy",
               "--report", report, "--force", "--quiet"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL,
                   env=os.environ | {"LOOP_TRACE": str(trace)})
    return json.loads(trace.read_text()), json.loads(report.read_text())


def predicted(trace, report):
    """Seconds for each of CORES, and the serial ones among them."""
    seconds = report["seconds"]
    total = seconds["total"] - seconds["read"] - seconds["write"]
    loops = [sum(loop["seconds"][c] for loop in trace["loops"]) for c in range(len(CORES))]
    serial = total - loops[0] - seconds["check"]
    return [serial + seconds["check"] / p + loops[c] for c, p in enumerate(CORES)], serial


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines) + "\n"


def section(method, trace, report, names):
    seconds, serial = predicted(trace, report)
    speed = [seconds[0] / s for s in seconds]
    head = table(["cores", *CORES], [["seconds", *(f"{s:.2f}" for s in seconds)],
                                     ["times as fast", *(f"{s:.1f}" for s in speed)]])
    # What 64 cores take longer than a 64th of the time: an uneven loop, or work between loops.
    lost = [(loop["seconds"][-1] - loop["seconds"][0] / CORES[-1], names(loop["site"]),
             f"{loop['count']:,} loops, {loop['seconds'][0]:.2f} s in all, the longest ranges "
             f"{loop['longest']:.2f} s") for loop in trace["loops"]]
    lost += [(gap["seconds"], f"after {names(gap['after'])}, before {names(gap['before'])}", "serial")
             for gap in trace["gaps"] if gap["after"]]
    lost.sort(reverse=True)
    worst = table(["seconds lost", "where", "what"],
                  [[f"{s:.3f}", where, what] for s, where, what in lost[:SHOWN]])
    return (f"## {method}\n\n{head}\nSerial: {serial:.2f} s. What 64 cores lose most by:\n\n{worst}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--build", type=pathlib.Path, required=True, help="a build folder, by Ninja")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = pathlib.Path(made)
        tool = traced_tool(args.build, folder)
        names = Names(tool)
        runs = {m: traced_run(tool, args.data.resolve(), m, folder) for m in ("umap", "tsne")}
    n, dim = runs["umap"][1]["n"], runs["umap"][1]["dim"]
    machine = next(line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo")
                   if line.startswith("model name"))
    text = f"# Runs on many cores, predicted\n\n{n:,} x {dim} points, exact neighbours; {machine}, " \
           f"one thread; {time.strftime('%Y-%m-%d')}.\n\n" \
           "    python bench/cores.py MNIST.npy --build build/cpu-release\n\n" + \
           "".join(section(m, *run, names) for m, run in runs.items()) + HOW
    (HERE / "cores.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
