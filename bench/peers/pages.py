"""One map of a million points as a page, by nearfold and by the plotting libraries that PyPI has, in headless
Chromium: seconds until all points are on the screen, and for a pan of 5 steps, each with the picture after it.

    pip install nearfold selenium plotly pydeck bokeh
    python bench/peers/pages.py [N]

Needs chromium and chromedriver. Every page has the same points and colours and the library's fastest way to draw
them; libraries are read from files, as nearfold's page needs no network either. What takes longer than two minutes
is ended.
"""

from __future__ import annotations

import base64
import importlib.metadata
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import time

import numpy as np
from selenium import webdriver
from selenium.common.exceptions import TimeoutException
from selenium.webdriver.common.action_chains import ActionChains
from urllib3.exceptions import ReadTimeoutError

import nearfold

HEAD = """<!doctype html><meta charset="utf-8"><body style="margin:0">
<div id="canvas" style="width:1000px;height:700px;position:relative"></div>{scripts}<script>
const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
const xy = new Float32Array(bytes("{xy}")), label = new Uint8Array(bytes("{label}"));
const n = label.length, palette = {palette};
const done = () => document.documentElement.dataset.drawn = n;
"""
PLOTLY = """
const traces = palette.map((color) => ({type: 'scattergl', mode: 'markers', x: [], y: [],
                                        marker: {size: 2, color: 'rgb(' + color + ')'}, hoverinfo: 'none'}));
for (let i = 0; i < n; ++i) traces[label[i]].x.push(xy[2 * i]), traces[label[i]].y.push(xy[2 * i + 1]);
Plotly.newPlot('canvas', traces, {dragmode: 'pan', hovermode: false}).then(done);
"""
DECK = """
const rgba = new Uint8Array(4 * n);
for (let i = 0; i < n; ++i) rgba.set([...palette[label[i]], 255], 4 * i);
new deck.Deck({parent: document.getElementById('canvas'), views: new deck.OrthographicView({flipY: false}),
  initialViewState: {target: [0, 0, 0], zoom: 5}, controller: true, onAfterRender: done,
  layers: [new deck.ScatterplotLayer({id: 'points', radiusUnits: 'pixels', getRadius: 1, data: {length: n,
    attributes: {getPosition: {value: xy, size: 2}, getFillColor: {value: rgba, size: 4, normalized: true}}}})]});
"""
BOKEH = """
const x = new Float32Array(n), y = new Float32Array(n), color = new Uint32Array(n);
for (let i = 0; i < n; ++i) {{
  [x[i], y[i]] = [xy[2 * i], xy[2 * i + 1]];
  const [r, g, b] = palette[label[i]];
  color[i] = ((r << 24) | (g << 16) | (b << 8) | 255) >>> 0;
}}
const source = new Bokeh.ColumnDataSource({{data: {{x, y, color}}}});
const figure = Bokeh.Plotting.figure({{width: 1000, height: 700, tools: 'pan', output_backend: '{backend}'}});
figure.scatter({{field: 'x'}}, {{field: 'y'}}, {{source, size: 2, fill_color: {{field: 'color'}}, line_color: null}});
Bokeh.Plotting.show(figure, document.getElementById('canvas')).then(done);
"""


def script(package: str, *names: str) -> tuple[str, float]:
    """Elements for files of an installed package, and their megabytes."""
    files = [pathlib.Path(importlib.metadata.distribution(package).locate_file(name)) for name in names]
    size = sum(file.stat().st_size for file in files) / 1e6
    return "".join(f'<script src="{file.resolve().as_uri()}"></script>' for file in files), size


def pages(folder: pathlib.Path, n: int) -> dict[str, tuple[pathlib.Path, float]]:
    rng = np.random.default_rng(0)
    label = rng.integers(0, 10, n).astype(np.uint8)
    xy = (rng.normal(scale=4, size=(10, 2))[label] + rng.normal(size=(n, 2))).astype(np.float32)
    nearfold.show(xy, label, path=folder / "nearfold.html")
    out = {f"nearfold {nearfold.__version__}": (folder / "nearfold.html", 0.0)}
    given = {
        "xy": base64.b64encode(xy.tobytes()).decode(),
        "label": base64.b64encode(label.tobytes()).decode(),
        "palette": str(rng.integers(0, 255, (10, 3)).tolist()),
    }
    js = "bokeh/server/static/js/"
    bokeh = [js + "bokeh.min.js", js + "bokeh-gl.min.js", js + "bokeh-api.min.js"]
    for name, package, files, body in (
        ("plotly, scattergl", "plotly", ["plotly/package_data/plotly.min.js"], PLOTLY),
        ("deck.gl of pydeck", "pydeck", ["pydeck/nbextension/static/index.js"], DECK),
        ("bokeh, WebGL", "bokeh", bokeh, BOKEH.format(backend="webgl")),
        ("bokeh, canvas", "bokeh", bokeh, BOKEH.format(backend="canvas")),
    ):
        scripts, size = script(package, *files)
        path = folder / f"{len(out)}.html"
        path.write_text(HEAD.replace("{scripts}", scripts).replace("{xy}", given["xy"])
                        .replace("{label}", given["label"]).replace("{palette}", given["palette"])
                        + body + "</script>")  # fmt: skip
        out[f"{name} {importlib.metadata.version(package)}"] = (path, size)
    return out


LIMIT = 120  # seconds of one command


def browser() -> webdriver.Chrome:
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--window-size=1280,800"):
        options.add_argument(argument)
    options.binary_location = str(shutil.which("chromium"))
    how = {"start_new_session": True}  # to be ended with all that it has started
    service = webdriver.ChromeService(shutil.which("chromedriver"), popen_kw=how)
    running = webdriver.Chrome(options=options, service=service)
    running.command_executor.client_config.timeout = LIMIT
    return running


def pan(running: webdriver.Chrome) -> None:
    chain = ActionChains(running, duration=10)
    chain.move_to_element(running.find_element("id", "canvas")).click_and_hold()
    for _ in range(5):
        chain.move_by_offset(5, 3)
    chain.release().perform()
    running.get_screenshot_as_png()


def opened(running: webdriver.Chrome, path: pathlib.Path) -> None:
    running.get(path.as_uri())
    while not running.execute_script("return document.documentElement.dataset.drawn"):
        time.sleep(0.02)
    running.get_screenshot_as_png()


def measure(path: pathlib.Path) -> list[str]:
    running = browser()
    texts = []
    try:
        for step in (lambda: opened(running, path), lambda: pan(running)):
            begin = time.perf_counter()
            step()
            texts.append(f"{time.perf_counter() - begin:.1f}")
        running.quit()
    except (ReadTimeoutError, TimeoutException):
        texts += [f"> {LIMIT}"] * (2 - len(texts))
        os.killpg(running.service.process.pid, signal.SIGKILL)
    return texts


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    print("| | seconds to open | seconds of a pan, 5 steps | MB of library |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name, (path, size) in pages(pathlib.Path(folder), n).items():
            print("| " + " | ".join([name, *measure(path), f"{size:.1f}"]) + " |", flush=True)


if __name__ == "__main__":
    main()
