// Ties it together: one state, and what changes it.
function fail(error) {
  console.error(error);
  element('message').textContent = String(error?.message ?? error);
  element('message').hidden = false;
}

// Rows whose text in some column has `text` in it, whose number is it, or the row '#7'.
function search(text) {
  if (/^#\d+$/.test(text)) return [Number(text.slice(1))].filter((row) => row < map.n);
  const wanted = text.toLowerCase(), number = text.trim() === '' ? NaN : Number(text);
  const tests = map.columns.map((column) => {
    if (!column.names) return (row) => column.values[row] === number;
    const has = Uint8Array.from(column.names, (name) => name.toLowerCase().includes(wanted));
    return (row) => has[column.values[row]] === 1;
  });
  const found = [];
  for (let row = 0; row < map.n; ++row) if (tests.some((test) => test(row))) found.push(row);
  return found;
}

const state = {
  chosen: null, // a mask of rows
  rows: [],     // the same as their numbers, in order

  repaint() {
    const colors = this.coloring.paint(this.drawing.order, this.chosen);
    this.drawing.setColors(colors, this.chosen ? [DIM, CHOSEN] : [CHOSEN]);
  },

  choose(rows, adds, word) {
    const all = adds ? [...new Set([...this.rows, ...rows])] : rows;
    this.rows = all.sort((a, b) => a - b);
    this.chosen = word ? new Uint8Array(map.n) : null;
    for (const row of this.rows) this.chosen[row] = 1;
    element('chosen').hidden = !word;
    element('chosen').firstElementChild.textContent =
      `${counted.format(this.rows.length)} of ${counted.format(map.n)} points ${word}`;
    this.repaint();
  },

  colorBy(index) {
    this.coloring = new Coloring(map.columns[index]);
    drawLegend(element('legend'), this.coloring, () => this.repaint());
    this.repaint();
  },

  showView(index) {
    this.places = (map.views[index].places ??= new Places(map.views[index].xy));
    this.drawing.setPlaces(this.places);
  },
};

function options(label, names, chosen, onChange) {
  const select = label.querySelector('select');
  names.forEach(([name, value]) => select.add(new Option(name, value)));
  select.value = chosen;
  select.onchange = () => onChange(Number(select.value));
  label.hidden = names.length < 2;
}

function listen() {
  const press = (id, on) => (element(id).ariaPressed = String(on));
  const setLasso = (on) => {
    state.isLasso = on;
    element('canvas').classList.toggle('lasso', on);
    press('select', on);
    press('pan', !on);
  };
  element('pan').onclick = () => setLasso(false);
  element('select').onclick = () => setLasso(true);
  element('fit').onclick = () => state.drawing.fit();
  element('size').oninput = (event) => state.drawing.setScale(2 ** event.target.value);
  element('search').oninput = (event) => {
    const text = event.target.value;
    state.choose(text ? search(text) : [], false, text ? 'found' : '');
  };
  element('theme').onclick = () => {
    document.documentElement.classList.toggle('dark');
    drawLegend(element('legend'), state.coloring, () => state.repaint());
    state.repaint();
  };
  element('zoom').onclick = () => {
    if (!state.rows.length) return;
    state.drawing.move(state.drawing.around(state.places.boundsOf((row) => state.chosen[row])));
  };
  element('clear').onclick = () => {
    element('search').value = '';
    state.choose([], false, '');
  };
  element('copy').onclick = () => navigator.clipboard.writeText(state.rows.join('\n')).catch(fail);
  element('save').onclick = () => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([state.rows.map((row) => row + '\n').join('')]));
    link.download = 'rows.txt';
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
}

function start() {
  const prefersDark = matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.classList.toggle('dark', map.dark ?? prefersDark);
  element('canvas').ariaLabel += `, ${counted.format(map.n)} points`;
  const [title, subtitle] = document.querySelector('header').children;
  [title.textContent, subtitle.textContent] = [map.title, map.subtitle];
  document.querySelector('footer').textContent = `${counted.format(map.n)} points`;
  map.columns.forEach((column, i) => (column.values = arrayOf(`column${i}`, column.type)));
  map.views.forEach((view, i) => (view.xy = arrayOf(`view${i}`, 'f32')));
  state.drawing = new Drawing(element('canvas'), shuffled(map.n), () => {});
  state.showView(0);
  state.colorBy(map.color);
  follow(state);
  options(element('views'), map.views.map((view, i) => [view.name, i]), 0, (i) => state.showView(i));
  const colorable = map.columns.map((column, i) => [column.name, i, column])
    .filter(([, , column]) => !column.names || column.light);
  options(element('colors'), [['one colour', -1], ...colorable], map.color, (i) => state.colorBy(i));
  listen();
  element('message').hidden = true;
}

// After the first frame, which says that the map is being read.
requestAnimationFrame(() => setTimeout(() => {
  try {
    start();
  } catch (error) {
    fail(error);
  }
}));
