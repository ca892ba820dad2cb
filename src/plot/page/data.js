// What the page was written with: text as JSON, numbers as base64 of little-endian arrays.
const element = (id) => document.getElementById(id);
const map = JSON.parse(element('meta').textContent);

function bytesOf(id) {
  const text = atob(element(id).textContent);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; ++i) bytes[i] = text.charCodeAt(i);
  element(id).remove();
  return bytes.buffer;
}

const arrays = { u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, f32: Float32Array, f64: Float64Array };
const arrayOf = (id, type) => new arrays[type](bytesOf(id));

const counted = new Intl.NumberFormat('en');
const numberText = (x) => (Number.isFinite(x) ? String(Number(x.toPrecision(7))) : '');

// The text of a column in a row. Codes past the names are of rows without a label.
function textOf(column, row) {
  const value = column.values[row];
  return column.names ? column.names[value] ?? '' : numberText(value);
}

// A row is drawn where chance puts it, the same one in every page: no class covers another, and the
// first rows are a sample of all.
function shuffled(n) {
  const order = new Uint32Array(n);
  let state = 2463534242;
  for (let i = 0; i < n; ++i) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const j = Math.floor(((state >>> 0) / 4294967296) * (i + 1));
    order[i] = order[j];
    order[j] = i;
  }
  return order;
}
