// What of the map is on the screen. While it moves, as many points are drawn as this machine draws in
// a fiftieth of a second; when it rests, all.
const FRAME = 20; // milliseconds
const REST = 120; // milliseconds without a move

class Drawing {
  constructor(canvas, order, onMove) {
    this.raster = new Raster(canvas);
    this.order = order;
    this.onMove = onMove;
    this.budget = Math.min(order.length, 65536);
    this.scale = 1;
    new ResizeObserver(() => this.resize()).observe(canvas);
  }

  setPlaces({ xy, bounds }) {
    const at = new Float32Array(xy.length);
    this.order.forEach((row, i) => {
      at[2 * i] = xy[2 * row];
      at[2 * i + 1] = xy[2 * row + 1];
    });
    this.at = at;
    this.bounds = bounds;
    this.fit();
  }

  fit() {
    this.whole = this.around(this.bounds);
    this.move(this.whole);
  }

  // A window that is made larger shows all of a map of which all was shown.
  resize() {
    if (!this.view) return;
    if (this.isWhole) this.fit();
    else this.move(this.view);
  }

  // Colours in the order of drawing; those whose alpha is below 255 lie under the others.
  setColors(colors, alphas) {
    [this.colors, this.alphas] = [colors, alphas];
    this.rest();
  }

  setScale(scale) {
    this.scale = scale;
    this.rest();
  }

  // A view is the place in the middle and the pixels, of the style sheet, of a unit of the map.
  around([left, bottom, right, top]) {
    const { clientWidth, clientHeight } = this.raster.canvas;
    const fit = Math.min((0.94 * clientWidth) / (right - left || 1), (0.94 * clientHeight) / (top - bottom || 1));
    return { x: (left + right) / 2, y: (bottom + top) / 2, zoom: fit };
  }

  move(view) {
    const zoom = Math.min(this.whole.zoom * 2 ** 20, Math.max(this.whole.zoom / 4, view.zoom));
    this.view = { ...view, zoom };
    this.isWhole = view === this.whole;
    this.onMove();
    this.request(this.budget);
    this.hold(this.isHeld);
  }

  panBy(dx, dy) {
    const { x, y, zoom } = this.view;
    this.move({ x: x - dx / zoom, y: y + dy / zoom, zoom });
  }

  // What is at `pixel` stays there.
  zoomBy(factor, pixel) {
    const [x, y] = this.placeOf(pixel);
    this.move({ ...this.view, zoom: this.view.zoom * factor });
    const [u, v] = this.pixelOf(x, y);
    this.panBy(pixel[0] - u, pixel[1] - v);
  }

  // A map that is held by the pointer does not rest.
  hold(isHeld) {
    this.isHeld = isHeld;
    clearTimeout(this.timer);
    if (!isHeld) this.timer = setTimeout(() => this.rest(), REST);
  }

  rest() {
    this.request(this.order.length);
  }

  request(count) {
    this.count = count;
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      if (this.colors) this.draw();
    });
  }

  draw() {
    const begin = performance.now();
    const { raster, view, count } = this;
    raster.resize();
    const ratio = raster.width / raster.canvas.clientWidth;
    const scale = view.zoom * ratio;
    const where = { scale, left: raster.width / 2 - scale * view.x, top: raster.height / 2 + scale * view.y };
    // Discs that almost touch, were the points spread evenly; they grow half as fast as the map.
    const even = (0.3 * Math.min(raster.width, raster.height)) / Math.sqrt(this.order.length);
    const grown = Math.min(4, even) * Math.sqrt(view.zoom / this.whole.zoom) * this.scale;
    raster.clear(packed(isDark() ? [20, 23, 28] : [255, 255, 255], 255));
    for (const alpha of this.alphas)
      raster.add(this.at, this.colors, count, alpha, where, Math.min(16 * ratio, Math.max(0.5, grown)));
    raster.show();
    const took = performance.now() - begin;
    this.budget = Math.min(this.order.length, Math.max(16384, Math.round((count * FRAME) / Math.max(took, 0.1))));
    document.documentElement.dataset.drawn = count;
    document.documentElement.dataset.milliseconds = Math.round(took);
  }

  // Pixels of the style sheet from the corner of the canvas, and places in the map.
  pixelOf(x, y) {
    const { clientWidth, clientHeight } = this.raster.canvas;
    return [clientWidth / 2 + (x - this.view.x) * this.view.zoom, clientHeight / 2 - (y - this.view.y) * this.view.zoom];
  }

  placeOf([u, v]) {
    const { clientWidth, clientHeight } = this.raster.canvas;
    return [this.view.x + (u - clientWidth / 2) / this.view.zoom, this.view.y - (v - clientHeight / 2) / this.view.zoom];
  }
}
