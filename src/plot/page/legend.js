// What explains the colours, and puts classes or values out of sight.
function make(tag, className, ...children) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...children); // text stays text
  return made;
}

const swatch = (color) => {
  const dot = make('i', '');
  dot.style.background = color;
  return dot;
};

// `onChange` is called after each change of `coloring`.
function drawLegend(parent, coloring, onChange) {
  const column = coloring.column;
  parent.replaceChildren();
  if (!column) return;
  if (column.names) drawClasses(parent, coloring, onChange);
  else drawScale(parent, coloring, onChange);
}

function drawClasses(parent, coloring, onChange) {
  const { column, hidden } = coloring;
  const counts = new Uint32Array(hidden.length);
  for (let row = 0; row < map.n; ++row) ++counts[coloring.classOf(row)];
  const colors = [...(isDark() ? column.dark : column.light), `rgb(${NONE})`];
  const natural = new Intl.Collator('en', { numeric: true }).compare;
  const name = (c) => column.names[c] ?? map.none;
  const last = column.names.length;
  const classes = [...counts.keys()].filter((c) => counts[c] > 0)
    .sort((a, b) => (a === last) - (b === last) || natural(name(a), name(b)));
  const rows = classes.map((c) => {
    const row = make('button', 'class', swatch(colors[c]), make('span', '', name(c)),
                     make('span', '', counted.format(counts[c])));
    row.title = 'Click to hide or show; double-click to show it alone';
    row.onclick = () => set(() => (hidden[c] ^= 1));
    row.ondblclick = () => set(() => hidden.fill(1).fill(0, c, c + 1));
    return row;
  });
  const set = (change) => {
    change();
    rows.forEach((row, i) => (row.ariaPressed = String(!hidden[classes[i]])));
    onChange();
  };
  const button = (text, value) => {
    const made = make('button', '', text);
    made.onclick = () => set(() => hidden.fill(value));
    return made;
  };
  const all = make('div', 'all', button('All', 0), button('None', 1));
  if (classes.length > 20) {
    const filter = make('input', '');
    filter.placeholder = `Find in ${counted.format(classes.length)} names`;
    filter.oninput = () => rows.forEach((row, i) => {
      row.hidden = !name(classes[i]).toLowerCase().includes(filter.value.toLowerCase());
    });
    all.append(filter);
  }
  rows.forEach((row, i) => (row.ariaPressed = String(!hidden[classes[i]])));
  parent.append(all, ...rows);
}

function drawScale(parent, coloring, onChange) {
  const bar = make('div', 'bar');
  bar.style.background = `linear-gradient(to right, ${map.scale.join()})`;
  const end = (value, unset, assign) => {
    const input = make('input', '');
    input.placeholder = numberText(value);
    input.title = 'Hide what is beyond';
    input.oninput = () => {
      const given = parseFloat(input.value);
      assign(Number.isNaN(given) ? unset : given);
      onChange();
    };
    return input;
  };
  const { low, high } = coloring.column;
  parent.append(bar, make('div', 'ends', end(low, -Infinity, (x) => (coloring.low = x)),
                          end(high, Infinity, (x) => (coloring.high = x))));
}
