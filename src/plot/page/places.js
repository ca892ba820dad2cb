// Where points are: bounds, the nearest to a place, those inside a lasso.
class Places {
  constructor(xy) {
    this.xy = xy;
    this.n = xy.length / 2;
    this.bounds = this.boundsOf(() => true);
  }

  boundsOf(isWanted) {
    const b = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < this.n; ++i) {
      if (!isWanted(i)) continue;
      const x = this.xy[2 * i], y = this.xy[2 * i + 1];
      if (x < b[0]) b[0] = x;
      if (y < b[1]) b[1] = y;
      if (x > b[2]) b[2] = x;
      if (y > b[3]) b[3] = y;
    }
    return b;
  }

  // Rows by the cells of a grid, about four in each: made when the pointer first needs it.
  index() {
    if (this.begin) return;
    const [left, bottom, right, top] = this.bounds;
    this.side = Math.max(1, Math.ceil(Math.sqrt(this.n / 4)));
    this.step = Math.max(right - left, top - bottom) / this.side || 1;
    const cell = (i) => this.column(this.xy[2 * i], left) +
                        this.side * this.column(this.xy[2 * i + 1], bottom);
    this.begin = new Uint32Array(this.side * this.side + 1);
    for (let i = 0; i < this.n; ++i) ++this.begin[cell(i) + 1];
    for (let c = 1; c < this.begin.length; ++c) this.begin[c] += this.begin[c - 1];
    const next = this.begin.slice();
    this.rows = new Uint32Array(this.n);
    for (let i = 0; i < this.n; ++i) this.rows[next[cell(i)]++] = i;
  }

  column(at, from) {
    return Math.min(this.side - 1, Math.max(0, Math.floor((at - from) / this.step)));
  }

  // Rows of the cells that a box touches.
  *near(left, bottom, right, top) {
    this.index();
    for (let v = this.column(bottom, this.bounds[1]); v <= this.column(top, this.bounds[1]); ++v) {
      const u = this.column(left, this.bounds[0]), w = this.column(right, this.bounds[0]);
      const end = this.begin[v * this.side + w + 1];
      for (let at = this.begin[v * this.side + u]; at < end; ++at) yield this.rows[at];
    }
  }

  // The row nearest to (x, y) within `reach` of those wanted, or -1.
  nearest(x, y, reach, isWanted) {
    let best = -1, least = reach * reach;
    for (const row of this.near(x - reach, y - reach, x + reach, y + reach)) {
      const dx = this.xy[2 * row] - x, dy = this.xy[2 * row + 1] - y;
      if (dx * dx + dy * dy <= least && isWanted(row)) [best, least] = [row, dx * dx + dy * dy];
    }
    return best;
  }

  // Those wanted inside a polygon of [x, y], by the even-odd rule.
  inside(polygon, isWanted) {
    const xs = polygon.map((p) => p[0]), ys = polygon.map((p) => p[1]);
    const found = [];
    const box = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
    for (const row of this.near(...box)) {
      const x = this.xy[2 * row], y = this.xy[2 * row + 1];
      let odd = false;
      for (let i = 0, j = xs.length - 1; i < xs.length; j = i++)
        if (ys[i] > y !== ys[j] > y && x < ((xs[j] - xs[i]) * (y - ys[i])) / (ys[j] - ys[i]) + xs[i])
          odd = !odd;
      if (odd && isWanted(row)) found.push(row);
    }
    return found;
  }
}
