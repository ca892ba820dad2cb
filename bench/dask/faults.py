#!/usr/bin/env python3
"""Kills workers at random moments while a cluster makes a graph, and compares the graph's bytes.

    python bench/dask/faults.py points.npy --runs 20

A local cluster of processes, one thread each. The graph of one search is the truth; a run that
nobody disturbs says how long one takes; then in every run one to three workers are ended by SIGKILL
at moments drawn evenly over that time. Every other run keeps what it has found in a folder. A graph
that differs ends the program with status 1. Prints a table; needs nearfold[dask].
"""
import argparse
import contextlib
import os
import signal
import sys
import tempfile
import threading
import time

import distributed
import numpy as np

import nearfold.dask


def truth(path, k, index):
    return nearfold.kneighbors_graph(np.load(path, mmap_mode="r"), k, index=index)


def same(graph, wanted):
    return all(
        np.array_equal(getattr(graph, name), getattr(wanted, name))
        for name in ("indices", "distances", "tied_rows", "duplicates")
    )


def kill_some(client, moments, rng, killed):
    """SIGKILL to a worker that is at work, at each of the moments. One that only starts is spared:
    its nanny would give it up."""
    begin = time.monotonic()
    for moment in moments:
        time.sleep(max(0.0, moment - (time.monotonic() - begin)))
        at_work = client.scheduler_info(n_workers=-1)["workers"].values()
        nannies = [client.cluster.workers[one["name"]] for one in at_work]
        living = [one.process.pid for one in nannies if one.process and one.process.is_alive()]
        with contextlib.suppress(ProcessLookupError, ValueError):
            os.kill(int(rng.choice(living)), signal.SIGKILL)
            killed.append(time.monotonic() - begin)


def all_back(client, workers):
    """As many workers as in the beginning, whatever became of those that were ended."""
    try:
        client.wait_for_workers(workers, timeout=30)
    except TimeoutError:
        client.cluster.scale(0)
        client.cluster.scale(workers)
        client.wait_for_workers(workers, timeout=120)


def run(client, args, wanted, moments, rng, out):
    killed = []
    thread = threading.Thread(target=kill_some, args=(client, moments, rng, killed))
    begin = time.monotonic()
    thread.start()
    graph = nearfold.dask.kneighbors_graph(
        args.points, args.k, client=client, rows=args.rows, index=args.index, out=out
    )
    seconds = time.monotonic() - begin
    thread.join()
    return same(graph, wanted), seconds, killed


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("points", help="a file that nearfold.parts.scan() reads, .npy")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--rows", type=int, default=12_007)
    parser.add_argument("-k", type=int, default=15)
    parser.add_argument("--index", default="flat")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng = np.random.default_rng(args.seed)
    wanted = truth(args.points, args.k, args.index)
    settings = {"threads_per_worker": 1, "dashboard_address": ":0", "silence_logs": 50}
    wrong = 0
    with (
        distributed.LocalCluster(n_workers=args.workers, **settings) as cluster,
        distributed.Client(cluster) as client,
    ):
        whole, seconds, _ = run(client, args, wanted, [], rng, None)
        print(f"undisturbed: {'same' if whole else 'OTHER'} bytes, {seconds:.1f} s", flush=True)
        print("| run | kept in a folder | killed at, s | seconds | bytes |\n|---|---|---|---|---|")
        for number in range(args.runs):
            moments = np.sort(rng.uniform(0, seconds, rng.integers(1, 4)))
            with tempfile.TemporaryDirectory() as folder:
                out = folder if number % 2 else None
                whole, took, killed = run(client, args, wanted, moments, rng, out)
            wrong += not whole
            at = ", ".join(f"{one:.1f}" for one in killed)
            cells = (number + 1, "yes" if out else "no", at, f"{took:.1f}",
                     "same" if whole else "OTHER")
            print("| " + " | ".join(map(str, cells)) + " |", flush=True)
            all_back(client, args.workers)
    print(f"{args.runs - wrong} of {args.runs} runs have the bytes of one search")
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
