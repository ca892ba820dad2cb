#!/usr/bin/env python3
"""Plays several hosts on one machine, cuts one of them off in the middle, and compares the graph.

    sudo python bench/dask/hosts.py points.npy

Each host is a network namespace with an address of its own on a bridge; the scheduler and the client
are on the bridge, and the folder of the points is what all of them share. Half way through an
undisturbed run's time the link of one host goes down, so that its worker still runs and nobody hears
of it, and stays down until the graph is there. A graph that differs ends the program with status 1.
Needs root, iproute2 and nearfold[dask]; what it makes in the network it removes again.
"""
import argparse
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time

import distributed
import numpy as np
from faults import same, truth

import nearfold.dask

BRIDGE, NET, PORT = "nfbridge", "10.77.0", 8786
# Of a connection that nothing comes through, until the other end counts as lost (Dask's default is
# 30 s, and it refuses less than 11).
PATIENCE = "12s"


def ip(*words):
    subprocess.run(["ip", *map(str, words)], check=True)


@contextlib.contextmanager
def hosts(count):
    """Names of network namespaces nfhost1, ..., on a bridge."""
    names = [f"nfhost{at}" for at in range(1, count + 1)]
    try:
        ip("link", "add", BRIDGE, "type", "bridge")
        ip("addr", "add", f"{NET}.254/24", "dev", BRIDGE)
        ip("link", "set", BRIDGE, "up")
        for at, name in enumerate(names, 1):
            ip("netns", "add", name)
            ip("link", "add", f"nflink{at}", "type", "veth", "peer", "name", "eth0", "netns", name)
            ip("link", "set", f"nflink{at}", "master", BRIDGE, "up")
            ip("-n", name, "addr", "add", f"{NET}.{at}/24", "dev", "eth0")
            for device in ("lo", "eth0"):
                ip("-n", name, "link", "set", device, "up")
        yield names
    finally:
        for name in names:
            subprocess.run(["ip", "netns", "del", name], stderr=subprocess.DEVNULL)
        subprocess.run(["ip", "link", "del", BRIDGE], stderr=subprocess.DEVNULL)


@contextlib.contextmanager
def processes(names, folder):
    """The scheduler here, a worker on every host."""
    environment = {
        **os.environ,
        "DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP": PATIENCE,
        "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": PATIENCE,
    }
    scheduler = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", f"{NET}.254",
                 "--port", str(PORT), "--no-dashboard", "--no-show"]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", f"tcp://{NET}.254:{PORT}",
              "--nthreads", "1", "--no-dashboard", "--local-directory", folder]
    started = []
    with open(os.path.join(folder, "log"), "w") as log:
        try:
            for words in [scheduler, *(["ip", "netns", "exec", name, *worker, "--host",
                                        f"{NET}.{at}"] for at, name in enumerate(names, 1))]:
                started.append(subprocess.Popen(words, env=environment, stdout=log, stderr=log))
            yield
        finally:
            for one in started:
                one.terminate()
            for one in started:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    one.wait(5)
                one.kill()


def timed(args, client, wanted, out, meanwhile=None):
    begin = time.monotonic()
    thread = threading.Timer(meanwhile[0], meanwhile[1]) if meanwhile else None
    if thread:
        thread.start()
    graph = nearfold.dask.kneighbors_graph(
        args.points, args.k, client=client, rows=args.rows, index=args.index, out=out
    )
    if thread:
        thread.join()
    return same(graph, wanted), time.monotonic() - begin


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("points")
    parser.add_argument("--hosts", type=int, default=3)
    parser.add_argument("--rows", type=int, default=12_007)
    parser.add_argument("-k", type=int, default=15)
    parser.add_argument("--index", default="flat")
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the network is left as it was
    args.points = os.path.abspath(args.points)
    wanted = truth(args.points, args.k, args.index)
    good, seconds = True, 0.0
    for out, cut in ((None, False), (None, True), ("out", True)):
        with (
            tempfile.TemporaryDirectory() as folder,
            hosts(args.hosts) as names,
            processes(names, folder),
            distributed.Client(f"tcp://{NET}.254:{PORT}") as client,
        ):
            client.wait_for_workers(args.hosts, timeout=120)
            out = out and os.path.join(folder, out)
            when = (seconds / 2, lambda: ip("link", "set", "nflink1", "down")) if cut else None
            whole, took = timed(args, client, wanted, out, when)
            left = len(client.scheduler_info(n_workers=-1)["workers"])
            what = f"one cut off after {seconds / 2:.1f} s" if cut else "undisturbed"
            print(f"{what}, {'kept in a folder' if out else 'nothing kept'}: "
                  f"{'same' if whole else 'OTHER'} bytes, {took:.1f} s, "
                  f"{left} of {args.hosts} hosts left", flush=True)
            good &= whole
            seconds = seconds or took
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
