// Points as pixels of a canvas. A million take some ten milliseconds with or without a GPU, where
// WebGL without one takes seconds.
class Raster {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext('2d', { alpha: false });
  }

  // Pixels of the screen, not of the style sheet.
  resize() {
    const scale = devicePixelRatio || 1;
    const width = Math.max(1, Math.round(this.canvas.clientWidth * scale));
    const height = Math.max(1, Math.round(this.canvas.clientHeight * scale));
    if (width === this.width && height === this.height) return;
    [this.width, this.height] = [this.canvas.width, this.canvas.height] = [width, height];
    this.image = this.context.createImageData(width, height);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  clear(color) {
    this.pixels.fill(color);
  }

  show() {
    this.context.putImageData(this.image, 0, 0);
  }

  // Draws the first `count` of the points [x, y] whose colour has this alpha, at
  // (left + scale x, top - scale y) in pixels. Colour 0 is none.
  add(at, colors, count, alpha, { scale, left, top }, radius) {
    if (radius >= 1.2) return this.addDiscs(at, colors, count, alpha, { scale, left, top }, radius);
    const { pixels, width, height } = this;
    const [right, bottom, isPair] = [width - 1, height - 1, radius > 0.7];
    for (let i = 0; i < count; ++i) {
      const color = colors[i];
      if (color >>> 24 !== alpha) continue;
      const u = left + scale * at[2 * i], v = top - scale * at[2 * i + 1];
      if (!(u >= 0 && v >= 0 && u < right && v < bottom)) continue;
      const pixel = (v | 0) * width + (u | 0);
      pixels[pixel] = color;
      if (isPair) pixels[pixel + 1] = pixels[pixel + width] = pixels[pixel + width + 1] = color;
    }
  }

  addDiscs(at, colors, count, alpha, { scale, left, top }, radius) {
    const { pixels, width, height } = this;
    const { side, half, cover } = discOf(radius);
    for (let i = 0; i < count; ++i) {
      const color = colors[i];
      if (color >>> 24 !== alpha) continue;
      const u = Math.round(left + scale * at[2 * i]) - half, v = Math.round(top - scale * at[2 * i + 1]) - half;
      if (!(u > -side && v > -side && u < width && v < height)) continue;
      const from = Math.max(0, -u), to = Math.min(side, width - u);
      for (let y = Math.max(0, -v); y < Math.min(side, height - v); ++y)
        for (let x = from; x < to; ++x) {
          const pixel = (v + y) * width + u + x;
          pixels[pixel] = blend(pixels[pixel], color, cover[y * side + x]);
        }
    }
  }
}

// From one colour to another by a part of 256, two channels at a time.
function blend(under, over, part) {
  const odd = 0xff00ff;
  const red = ((under & odd) * (256 - part) + (over & odd) * part) >>> 8 & odd;
  const green = ((under >>> 8 & 0xff) * (256 - part) + (over >>> 8 & 0xff) * part) & 0xff00;
  return (0xff000000 | red | green) >>> 0;
}

// How much of each pixel a disc covers, of 256.
function discOf(radius) {
  const half = Math.ceil(radius), side = 2 * half + 1;
  const cover = new Uint16Array(side * side);
  for (let y = 0; y < side; ++y)
    for (let x = 0; x < side; ++x) {
      const beyond = Math.hypot(x - half, y - half) - radius;
      cover[y * side + x] = Math.round(256 * Math.min(1, Math.max(0, 0.5 - beyond)));
    }
  return { side, half, cover };
}
