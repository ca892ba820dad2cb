"""The cluster: who can work, waiting for what they do, and what they fail with."""

from __future__ import annotations

import contextlib
import functools
import os
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import distributed as untyped

from .._errors import InvalidInput, InvalidType, WorkersLost

Resources = Mapping[str, float]
distributed: Any = untyped  # its functions have no types
RETRIES = 2  # of a task that raised; lost workers are counted by Dask itself
_LOOK = 3.0  # seconds until a resource that no worker has is an error
_TRANSFER = 600.0  # seconds for one range of a graph, or to find it again where it was lost
_PATIENCE = 120.0  # seconds without any worker that could go on

# What a worker does is spread over its own threads, one task at a time.
at_work = threading.Lock()


def client_of(client: Any) -> Any:
    if client is not None:
        if not isinstance(client, distributed.Client) or client.asynchronous:
            raise InvalidType(
                f"client is {client!r}; give a distributed.Client that is no asynchronous one"
            )
        return client
    try:
        return distributed.get_client()
    except ValueError:
        raise InvalidInput(
            "there is no Dask client: give client=distributed.Client(address), or make one first"
        ) from None


def require_resources(resources: Any) -> dict[str, float]:
    if resources is None:
        return {}
    if not isinstance(resources, Mapping):
        raise InvalidType(f"resources is {resources!r}; give a dict as {{'GPU': 1}}")
    return dict(resources)


def workers_with(client: Any, resources: Resources) -> list[dict[str, Any]]:
    """Those that have as much and are not paused."""
    return [
        one
        for one in client.scheduler_info(n_workers=-1)["workers"].values()
        if one["status"] == "running"
        and all(one["resources"].get(name, 0) >= much for name, much in resources.items())
    ]


def require_workers(client: Any, resources: Resources) -> list[dict[str, Any]]:
    """Those workers, once there are some: a task that asks for what nobody has waits for ever."""
    until = time.monotonic() + _LOOK
    while True:
        found = workers_with(client, resources)
        if found:
            return found
        if time.monotonic() >= until:
            break
        time.sleep(0.1)
    workers = client.scheduler_info(n_workers=-1)["workers"].values()
    if not workers:
        raise WorkersLost(f"the cluster {client.scheduler.address} has no workers: start some")
    has = sorted({str(dict(one["resources"])) for one in workers})
    raise InvalidInput(
        f"resources is {dict(resources)}, and none of the {len(workers)} workers that run has "
        f"that; they have {', '.join(has)}: start workers with --resources, or ask for less"
    )


def completed(client: Any, futures: Iterable[Any], resources: Resources) -> Iterator[Any]:
    """Futures as they finish. Raises what one of them failed with, or WorkersLost where nobody is
    left to go on; then all are cancelled."""
    pending, alone = set(futures), time.monotonic()
    try:
        while pending:
            with contextlib.suppress(distributed.TimeoutError, distributed.CancelledError):
                distributed.wait(pending, timeout=1, return_when="FIRST_COMPLETED")
            done = {one for one in pending if one.done()}
            pending -= done
            for one in done:
                if one.status != "finished":
                    raise _error_of(one)
                yield one
            if done or workers_with(client, resources):
                alone = time.monotonic()
            elif time.monotonic() - alone > _PATIENCE:
                raise WorkersLost(
                    f"for {_PATIENCE:.0f} seconds no worker could go on: they were lost, or are "
                    "paused near their memory limit; start more, or give smaller rows"
                )
    except BaseException:
        client.cancel(list(pending), force=True)
        raise


def result(client: Any, future: Any, resources: Resources) -> Any:
    """What one task returns, from its worker directly."""
    for one in completed(client, [future], resources):
        return fetched(client, one)


def fetched(client: Any, futures: Any) -> Any:
    """What finished tasks return, not through the scheduler."""
    gather = functools.partial(client.gather, futures, direct=True, asynchronous=True)
    try:
        return client.sync(gather, callback_timeout=_TRANSFER)
    except distributed.TimeoutError:
        raise WorkersLost(
            f"what workers have found did not come here within {_TRANSFER:.0f} seconds: they were "
            "lost, or cannot be reached from here"
        ) from None


def _error_of(future: Any) -> BaseException:
    error: BaseException = (
        future.exception()
        if future.status == "error"
        else WorkersLost(
            "the scheduler dropped the work: it was cancelled elsewhere, or the scheduler is gone"
        )
    )
    if isinstance(error, distributed.KilledWorker):
        return WorkersLost(
            f"workers died {error.allowed_failures + 1} times over {error.task}, the last was "
            f"{error.last_worker.address}: give smaller rows if memory was short (a worker is "
            "ended near its memory limit), and look into the workers' logs"
        )
    return error


def threads_here() -> int:
    """Those that this worker has been given."""
    try:
        return int(distributed.get_worker().state.nthreads)
    except ValueError:  # not on a worker
        return len(os.sched_getaffinity(0))
