"""How a run behaves beside other code: signals, threads, forks, callbacks, bars, memory."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
import warnings

import numpy as np
import pytest

import nearfold
from nearfold import TSNE, UMAP, NearestNeighborsGraph

BIG = np.random.default_rng(1).standard_normal((12000, 60)).astype(np.float32)


def interrupt_in(stage, estimator, X):
    """The exception, and how long it took, of Ctrl-C once `stage` has been heard of."""
    sent: list[float] = []

    def callback(at, done, total):
        if at == stage and not sent:
            sent.append(0)

            def kill():
                sent.append(time.monotonic())
                os.kill(os.getpid(), signal.SIGINT)

            threading.Timer(0.02, kill).start()

    with pytest.raises(KeyboardInterrupt) as caught:
        estimator.set_params(callback=callback).fit(X)
        time.sleep(3)
    return caught.value, time.monotonic() - sent[1]


@pytest.mark.parametrize("stage", ["knn", "optimize"])
@pytest.mark.parametrize(
    "estimator",
    [UMAP(n_neighbors=60, n_epochs=20000, index="flat"), TSNE(max_iter=20000, index="flat")],
    ids=["umap", "tsne"],
)
def test_ctrl_c(stage, estimator):
    error, seconds = interrupt_in(stage, estimator, BIG)
    assert isinstance(error, nearfold.Interrupted)
    assert seconds < 2
    if stage == "optimize":
        assert error.embedding.shape == (12000, 2) and np.isfinite(error.embedding).all()
        assert error.info["iterations"] > 0 and not error.info["finished"]
    else:
        assert error.embedding is None


def test_ctrl_c_in_other_calls():
    reducer = UMAP(n_epochs=5).fit(BIG[:2000])
    rows = np.tile(BIG, (40, 1))
    threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        reducer.transform(rows)
    assert time.monotonic() - begin < 3


def test_callback_that_says_stop(digits):
    heard = []

    def callback(stage, done, total):
        heard.append((stage, done, total))
        return not (stage == "optimize" and done >= 50)

    with pytest.warns(UserWarning, match="callback stopped the run after"):
        reducer = UMAP(callback=callback).fit(digits[0])
    assert reducer.embedding_.shape == (600, 2)
    assert 50 <= reducer.n_iter_ < 500 and not reducer.info_["finished"]
    stages = [stage for stage, _, _ in heard]
    assert stages.index("knn") < stages.index("optimize")
    assert all(0 <= done <= total for _, done, total in heard)
    with pytest.raises(nearfold.Cancelled):
        UMAP(callback=lambda *_: False).fit(digits[0])


def test_what_a_callback_raises_comes_out_as_it_is(digits):
    class Mine(Exception):
        pass

    mine = Mine("a word")

    def callback(stage, done, total):
        if stage == "optimize":
            raise mine

    with pytest.raises(Mine) as caught:
        UMAP(callback=callback).fit(digits[0])
    assert caught.value is mine


def test_other_threads_run_meanwhile():
    counted = 0
    done = threading.Event()

    def count():
        nonlocal counted
        while not done.is_set():
            counted += 1
            time.sleep(0.001)

    thread = threading.Thread(target=count)
    thread.start()
    begin = time.monotonic()
    UMAP(index="flat", n_epochs=200).fit(BIG)
    seconds = time.monotonic() - begin
    done.set()
    thread.join()
    assert counted > 50 * seconds


def test_fits_in_several_threads_at_once(digits):
    wanted = UMAP(n_epochs=50).fit_transform(digits[0])
    fitted = UMAP(n_epochs=50).fit(digits[0])
    rows = digits[0][:100] + np.float32(0.3)
    placed = fitted.transform(rows)
    fresh = UMAP(n_epochs=50).fit(digits[0])
    found: list[tuple[np.ndarray, np.ndarray]] = []

    def work():
        found.append((UMAP(n_epochs=50).fit_transform(digits[0]), fresh.transform(rows)))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert all(np.array_equal(a, wanted) and np.array_equal(b, placed) for a, b in found)


def _fit_in_child(queue, X):
    queue.put(UMAP(n_epochs=30).fit_transform(X))


@pytest.mark.parametrize("way", ["fork", "spawn"])
def test_processes_that_are_forked_after_use_work(digits, way):
    wanted = UMAP(n_epochs=30).fit_transform(digits[0])
    context = multiprocessing.get_context(way)
    queue = context.Queue()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of any fork
        child = context.Process(target=_fit_in_child, args=(queue, digits[0]))
        child.start()
    assert np.array_equal(queue.get(timeout=60), wanted)
    child.join(20)
    assert child.exitcode == 0


@pytest.mark.parametrize("kind", [UMAP, TSNE])
def test_threads_change_nothing(digits, kind):
    maps = [kind(n_jobs=n).fit_transform(digits[0]) for n in (1, 2, 3, -1, None)]
    assert all(np.array_equal(maps[0], one) for one in maps)


def test_bars(digits, capsys):
    UMAP(verbose=True, n_epochs=20, tqdm_kwds={"ncols": 60}).fit(digits[0])
    said = capsys.readouterr()
    assert "optimize" in said.err and said.out == ""
    UMAP(n_epochs=20).fit(digits[0])
    said = capsys.readouterr()
    assert said.err == "" and said.out == ""


def test_memory_limit(normals):
    with pytest.raises(MemoryError) as caught:
        UMAP(memory_limit="50MB").fit(np.tile(BIG[:, :4], (20, 1)))
    assert isinstance(caught.value, nearfold.OutOfMemory)
    assert caught.value.bytes_asked > caught.value.bytes_free


def test_no_gpu(normals):
    if nearfold._core.cuda_version():
        pytest.skip("this build has CUDA")
    for estimator in (UMAP(device="cuda"), NearestNeighborsGraph(device="cuda:1")):
        with pytest.raises(RuntimeError, match="CUDA"):
            estimator.fit(normals)


def test_exceptions_are_pythons_too():
    assert issubclass(nearfold.InvalidInput, ValueError)
    assert issubclass(nearfold.Unsupported, NotImplementedError)
    assert issubclass(nearfold.OutOfMemory, MemoryError)
    assert issubclass(nearfold.NoDevice, RuntimeError)
    assert issubclass(nearfold.IoError, OSError)
    assert issubclass(nearfold.Interrupted, KeyboardInterrupt)
