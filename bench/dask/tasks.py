#!/usr/bin/env python3
"""What a task costs the scheduler, and how long a block of so many rows works.

    python bench/dask/tasks.py

The tasks are those of a graph, chains of ranges by ranges, and do nothing; seconds are processor
time of the process that has the scheduler and the client. Blocks are of uniform random points, one
thread, with the shard made anew; the share is a task's cost over its work. Needs nearfold[dask].
"""
import os
import tempfile
import time

import distributed
import numpy as np

from nearfold import parts

SIDES = (10, 30, 100)
COLUMNS = (10, 50, 784)
ROWS = (1_000, 2_000, 5_000, 10_000, 20_000)


def nothing(so_far, queries, data):
    return so_far


def cost_of_a_task(client, side):
    """Processor seconds of scheduler and client, and seconds, a task."""
    processor, begin = time.process_time(), time.monotonic()
    owned = [None] * side
    for data in range(side):
        owned = [
            client.submit(nothing, so_far, query, data, priority=-data, pure=False)
            for query, so_far in enumerate(owned)
        ]
    distributed.wait(owned)
    tasks = side * side
    return (time.process_time() - processor) / tasks, (time.monotonic() - begin) / tasks


def seconds_of_a_block(points, rows):
    processor = time.process_time()
    parts.block(points, (0, rows), (rows, 2 * rows), 15, n_jobs=1)
    return time.process_time() - processor


def main():
    print("| tasks | ms of processor a task | ms a task |\n|---|---|---|")
    cost = 0.0
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=":0"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        cost_of_a_task(client, 5)
        for side in SIDES:
            cost, wall = cost_of_a_task(client, side)
            print(f"| {side * side:,} | {1e3 * cost:.2f} | {1e3 * wall:.2f} |", flush=True)
    print("\n| columns | rows | seconds of a block | share of the scheduler, % |\n|---|---|---|---|")
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        for columns in COLUMNS:
            path = os.path.join(folder, "points.npy")
            np.save(path, rng.random((2 * max(ROWS), columns), dtype=np.float32))
            points = parts.scan(path)
            for rows in ROWS:
                took = seconds_of_a_block(points, rows)
                print(f"| {columns} | {rows:,} | {took:.3f} | {100 * cost / took:.1f} |", flush=True)


if __name__ == "__main__":
    main()
