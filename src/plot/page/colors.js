// The colours of rows by one column, and which of them the legend has put out of sight.
const NONE = [150, 156, 165];
const rgbOf = (hex) => [16, 8, 0].map((shift) => (parseInt(hex.slice(1), 16) >> shift) & 255);
const isDark = () => document.documentElement.classList.contains('dark');
// In a canvas' own byte order.
const packed = ([r, g, b], alpha) => ((alpha << 24) | (b << 16) | (g << 8) | r) >>> 0;

const CHOSEN = 255, DIM = 254; // alphas, as marks of the order in which points are drawn

class Coloring {
  constructor(column) {
    this.column = column; // undefined: one colour for all
    if (column?.names) this.hidden = new Uint8Array(column.names.length + 1);
    else if (column) [this.low, this.high] = [-Infinity, Infinity];
  }

  // The number of its name; that of no label is one more.
  classOf(row) {
    return Math.min(this.column.values[row], this.column.names.length);
  }

  shows(row) {
    if (!this.column) return true;
    if (this.hidden) return !this.hidden[this.classOf(row)];
    const value = this.column.values[row];
    if (Number.isNaN(value)) return this.low === -Infinity && this.high === Infinity;
    return value >= this.low && value <= this.high;
  }

  // A table of [r, g, b], and the place in it of a row.
  palette() {
    const of = this.column;
    if (!of) return [[rgbOf(map.single[isDark() ? 1 : 0])], () => 0];
    if (of.names) {
      const colors = (isDark() ? of.dark : of.light).map(rgbOf);
      return [[...colors, NONE], (row) => this.classOf(row)];
    }
    const perUnit = 255 / (of.high - of.low || 1);
    const shade = (value) => Math.round(Math.min(255, Math.max(0, (value - of.low) * perUnit)));
    return [[...map.scale.map(rgbOf), NONE],
            (row) => (Number.isNaN(of.values[row]) ? 256 : shade(of.values[row]))];
  }

  // Of each row in the order of drawing; `chosen`: a mask of rows that stand out, or null.
  paint(order, chosen) {
    const [rgb, place] = this.palette();
    const bright = rgb.map((color) => packed(color, CHOSEN));
    const ground = isDark() ? 40 : 230;
    const dim = rgb.map((color) => packed(color.map((c) => Math.round(0.15 * c + 0.85 * ground)), DIM));
    const colors = new Uint32Array(order.length);
    for (let i = 0; i < order.length; ++i) {
      const row = order[i];
      if (this.shows(row)) colors[i] = (!chosen || chosen[row] ? bright : dim)[place(row)];
    }
    return colors;
  }
}
