"""Pages of maps: the tool's bytes, and what they do in a browser."""

from __future__ import annotations

import base64
import io
import pathlib
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import nearfold

HERE = pathlib.Path(__file__).parent
EVIL = '</script><script>document.title="pwned"</script><img src=x onerror=alert(1)>'


def test_page_is_the_tools(tool, tmp_path):
    rng = np.random.default_rng(1)
    embedding = rng.normal(size=(300, 2)).astype(np.float32)
    labels = rng.integers(-1, 12, 300)
    np.save(tmp_path / "map.npy", embedding)
    np.save(tmp_path / "labels.npy", labels)
    page = nearfold.show(embedding, labels, path=tmp_path / "ours.html", title="map")
    command = ["plot", "map.npy", "--labels", "labels.npy", "-o", "tools.html"]
    subprocess.run([tool, *command], check=True, cwd=tmp_path)
    assert (tmp_path / "tools.html").read_bytes() == (tmp_path / "ours.html").read_bytes()
    assert page._repr_html_().startswith('<iframe srcdoc="&lt;!doctype html&gt;')


def test_what_cannot_be_shown_is_refused(tmp_path):
    points = np.zeros((3, 2))
    with pytest.raises(nearfold.InvalidInput, match="column 'a' has 2 values for 3 points"):
        nearfold.show(points, hover_data={"a": [1, 2]}, path=tmp_path / "x.html")
    with pytest.raises(nearfold.InvalidInput, match="not finite"):
        nearfold.show(points + np.inf, path=tmp_path / "x.html")
    with pytest.raises(nearfold.InvalidInput, match="two ways"):
        nearfold.show(points, [0, 1, 2], values=[0, 1, 2], path=tmp_path / "x.html")
    assert not list(tmp_path.iterdir())


# ---- in a browser --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    webdriver = pytest.importorskip("selenium.webdriver")
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("there is no chromium with its driver")
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.binary_location = chromium
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    downloads = str(tmp_path_factory.mktemp("downloads"))
    options.add_experimental_option("prefs", {"download.default_directory": downloads})
    running = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    running.downloads = pathlib.Path(downloads)
    size = {"width": 900, "height": 640, "deviceScaleFactor": 1, "mobile": False}
    running.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    yield running
    running.quit()


class Shown:
    """A page in the browser. What it says in the console is an error of the test."""

    def __init__(self, browser: Any, path: pathlib.Path, n: int) -> None:
        self.browser = browser
        begin = time.monotonic()
        browser.get(path.as_uri())
        self.n = n
        self.rest()
        self.seconds = time.monotonic() - begin

    def rest(self, seconds: float = 60) -> None:
        """Until all points are drawn."""
        end = time.monotonic() + seconds
        time.sleep(0.2)
        while (
            self.browser.execute_script("return +document.documentElement.dataset.drawn") != self.n
        ):
            assert time.monotonic() < end, self.element("message").text
            time.sleep(0.02)

    def element(self, name: str) -> Any:
        return self.browser.find_element("id", name)

    def click(self, name: str) -> None:
        self.element(name).click()
        time.sleep(0.1)

    def pointer(self, *moves: tuple[int, int], pressed: bool = False) -> None:
        from selenium.webdriver.common.action_chains import ActionChains

        chain = ActionChains(self.browser, duration=10)
        for i, (x, y) in enumerate(moves):
            chain.move_to_element_with_offset(self.element("canvas"), x, y)
            if pressed and i == 0:
                chain.click_and_hold()
        if pressed:
            chain.release()
        chain.perform()

    def pixels(self) -> np.ndarray:
        """RGBA of the canvas."""
        from matplotlib.image import imread

        self.rest()
        url = self.browser.execute_script("return document.getElementById('canvas').toDataURL()")
        return imread(io.BytesIO(base64.b64decode(url.split(",")[1])))

    def console(self) -> list[str]:
        return [line["message"] for line in self.browser.get_log("browser")]


@pytest.fixture
def shown(browser: Any, tmp_path: pathlib.Path) -> Iterator[Callable[..., Shown]]:
    pages: list[Shown] = []

    def show(embedding: Any, *args: Any, **how: Any) -> Shown:
        path = tmp_path / "map.html"
        nearfold.show(embedding, *args, path=path, **how)
        one = next(iter(embedding.values())) if isinstance(embedding, dict) else embedding
        pages.append(Shown(browser, path, len(one)))
        return pages[-1]

    yield show
    for page in pages:
        assert page.console() == []


def four_corners() -> tuple[np.ndarray, list[str]]:
    """Four groups of 25 in the corners of a square."""
    corners = np.repeat([[0, 0], [0, 10], [10, 0], [10, 10]], 25, axis=0)
    offsets = np.tile(np.stack(np.meshgrid(range(5), range(5)), -1).reshape(-1, 2) / 5, (4, 1))
    return (corners + offsets).astype(np.float32), [
        f"corner {i}" for i in range(4) for _ in range(25)
    ]


def test_points_are_where_they_are(shown):
    """Against an independent drawing: at this size each point is one pixel."""
    xy = np.random.default_rng(0).normal(size=(200_000, 2)).astype(np.float32)
    pixels = shown(xy).pixels()
    height, width = pixels.shape[:2]
    low, high = xy.min(0).astype(float), xy.max(0).astype(float)
    zoom = (0.94 * np.array([width, height]) / (high - low)).min()
    at = np.array([width, height]) / 2 + (xy - (low + high) / 2) * zoom * [1, -1]
    expected = np.zeros((height, width), bool)
    column, row = np.floor(at).astype(int).T
    expected[row, column] = True
    drawn = (pixels[..., :3] != 1).any(-1)
    # The middle of the map is rounded in another order.
    assert (drawn != expected).sum() <= 1e-3 * expected.sum()


@pytest.mark.parametrize("dark", [False, True])
def test_screenshot(shown, dark):
    """Against one that was looked at; python/tests/golden holds it."""
    xy, names = four_corners()
    pixels = shown(xy, names, dark=dark).pixels()
    golden = HERE / "golden" / f"page-{'dark' if dark else 'light'}.png"
    from matplotlib.image import imread, imsave

    if not golden.exists():
        golden.parent.mkdir(exist_ok=True)
        imsave(golden, pixels)
    expected = imread(golden)
    assert pixels.shape == expected.shape
    assert (np.abs(pixels - expected).max(-1) > 2 / 255).mean() < 1e-3


def test_hover_tells_the_row_and_its_columns_as_text(shown):
    xy, names = four_corners()
    page = shown(
        xy,
        names,
        title=EVIL,
        subtitle=EVIL,
        hover_data={EVIL: [EVIL] * 100, "age": np.arange(100.0)},
    )
    page.pointer((0, 0))  # the middle is empty
    assert not page.element("card").is_displayed()
    box = page.element("canvas").size
    zoom = 0.94 * min(box["width"], box["height"]) / 10.8
    page.pointer((round(-5.4 * zoom), round(5.4 * zoom)))
    assert page.element("card").text.split("\n") == [
        "row",
        "0",
        "label",
        "corner 0",
        EVIL,
        EVIL,
        "age",
        "0",
    ]
    assert page.element("ring").is_displayed()
    assert page.browser.title == EVIL
    assert page.browser.find_element("tag name", "h1").text == EVIL
    assert page.browser.find_elements("tag name", "img") == []


def test_legend_filters(shown):
    xy, names = four_corners()
    page = shown(xy, names)
    whole = (page.pixels()[..., :3] != 1).any(-1).sum()
    classes = page.browser.find_elements("css selector", "#legend .class")
    assert [one.text.split("\n") for one in classes] == [[f"corner {i}", "25"] for i in range(4)]
    classes[1].click()
    assert classes[1].get_attribute("aria-pressed") == "false"
    assert (page.pixels()[..., :3] != 1).any(-1).sum() == pytest.approx(0.75 * whole, rel=0.02)
    page.browser.find_element("css selector", "#legend .all button:last-child").click()
    assert (page.pixels()[..., :3] == 1).all()


def test_lasso_exports_the_numbers_of_rows(shown, browser):
    xy, names = four_corners()
    page = shown(xy, names)
    page.click("select")
    page.pointer((-310, -310), (0, -310), (0, 0), (-310, 0), pressed=True)  # the upper left quarter
    assert "25 of 100 points selected" in page.element("chosen").text
    page.click("save")
    file = browser.downloads / "rows.txt"
    for _ in range(100):
        if file.exists():
            break
        time.sleep(0.05)
    assert np.loadtxt(file, dtype=int).tolist() == list(range(25, 50))
    file.unlink()
    page.click("clear")
    assert not page.element("chosen").is_displayed()


def test_search_finds_text_numbers_and_rows(shown):
    xy, names = four_corners()
    page = shown(xy, names, hover_data={"age": np.arange(100) + 1000})
    for text, found in (("CORNER 2", 25), ("1007", 1), ("#99", 1), ("nothing", 0), ("#100", 0)):
        page.element("search").clear()
        page.element("search").send_keys(text)
        time.sleep(0.1)
        assert f"{found} of 100 points found" in page.element("chosen").text, text
    page.element("search").clear()
    page.element("search").send_keys("corner 3")
    page.click("zoom")
    assert (page.pixels()[0, 0, :3] == 1).all()


def test_colour_by_a_column_and_choose_a_map(shown):
    from selenium.webdriver.support.ui import Select

    xy, names = four_corners()
    page = shown({"one": xy, "other": xy[::-1]}, names, hover_data={"age": np.arange(100.0)})
    before = page.pixels()
    Select(page.browser.find_element("css selector", "#views select")).select_by_visible_text(
        "other"
    )
    other = page.pixels()
    assert (before != other).any() and (
        (before != 1).any(-1) == (other != 1).any(-1)
    ).mean() > 0.999
    Select(page.browser.find_element("css selector", "#colors select")).select_by_visible_text(
        "age"
    )
    colors = np.unique(page.pixels().reshape(-1, 4), axis=0)
    assert len(colors) > 90
    low = page.browser.find_element("css selector", "#legend .ends input")
    low.send_keys("50")
    shown_now = (page.pixels()[..., :3] != 1).any(-1).sum()
    assert shown_now == pytest.approx(0.5 * (other[..., :3] != 1).any(-1).sum(), rel=0.05)


def test_pan_zoom_and_fit(shown):
    xy, names = four_corners()
    page = shown(xy, names)
    before = page.pixels()
    page.pointer((0, 0), (20, 10), (40, 30), pressed=True)
    moved = page.pixels()
    assert np.array_equal(moved[30:, 40:], before[:-30, :-40])
    page.element("canvas").send_keys("+")
    assert not np.array_equal(page.pixels(), moved)
    page.click("fit")
    assert np.array_equal(page.pixels(), before)


def test_a_million_points_open_and_pan(shown, record_property):
    rng = np.random.default_rng(2)
    labels = rng.integers(0, 10, 1_000_000)
    centers = rng.normal(scale=4, size=(10, 2))
    page = shown((centers[labels] + rng.normal(size=(1_000_000, 2))).astype(np.float32), labels)
    drawn = page.browser.execute_script("return +document.documentElement.dataset.milliseconds")
    frames = page.browser.execute_async_script("""
        const done = arguments[0], canvas = document.getElementById('canvas'), seen = [];
        const send = (type, x) => canvas.dispatchEvent(new PointerEvent(type,
            {pointerId: 1, clientX: x, clientY: 200, buttons: 1, bubbles: true}));
        canvas.setPointerCapture = () => {};
        send('pointerdown', 100);
        const step = (now) => {
          seen.push(now);
          if (seen.length > 60) return send('pointerup', 160), done(seen);
          send('pointermove', 100 + seen.length);
          requestAnimationFrame(step);
        };
        requestAnimationFrame(step);""")
    per_second = 60_000 / (frames[-1] - frames[0])
    figures = f"open {page.seconds:.1f} s, all points {drawn} ms, panning {per_second:.0f} frames/s"
    record_property("million", figures)
    print(figures)
    assert page.seconds < 30 and drawn < 2000 and per_second > 5, figures
    page.rest()
