// What the pointer and the keys do: pan, zoom, the card of a point, the lasso.
function follow(state) {
  const [canvas, ring, card] = [element('canvas'), element('ring'), element('card')];
  const drawing = state.drawing;
  const held = new Map(); // where each pointer is that is down
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  let lasso = null; // pixels

  canvas.onpointerdown = (event) => {
    canvas.setPointerCapture(event.pointerId);
    hideCard();
    if (state.isLasso) {
      lasso = [place(event)];
    } else {
      held.set(event.pointerId, place(event));
      drawing.hold(true);
    }
  };
  canvas.onpointermove = (event) => {
    const at = place(event);
    if (lasso) {
      lasso.push(at);
      return drawLasso(lasso);
    }
    const before = held.get(event.pointerId);
    if (!before) {
      if (!event.buttons) showCard(state, at, event);
      return;
    }
    const other = [...held].find(([id]) => id !== event.pointerId)?.[1];
    held.set(event.pointerId, at);
    if (other) drawing.zoomBy(distance(at, other) / (distance(before, other) || 1), other);
    else drawing.panBy(at[0] - before[0], at[1] - before[1]);
  };
  canvas.onpointerup = canvas.onpointercancel = (event) => {
    held.delete(event.pointerId);
    drawing.hold(held.size > 0);
    if (!lasso) return;
    const polygon = lasso.map((pixel) => drawing.placeOf(pixel));
    lasso = null;
    drawLasso([]);
    state.choose(state.places.inside(polygon, (row) => state.coloring.shows(row)), event.shiftKey, 'selected');
  };
  canvas.onpointerleave = hideCard;
  canvas.onwheel = (event) => {
    event.preventDefault();
    const lines = event.deltaY * (event.deltaMode === 1 ? 16 : 1);
    drawing.zoomBy(2 ** (-Math.max(-240, Math.min(240, lines)) / 240), place(event));
  };
  canvas.ondblclick = (event) => drawing.zoomBy(2, place(event));
  canvas.onkeydown = (event) => {
    const middle = [canvas.clientWidth / 2, canvas.clientHeight / 2];
    const keys = {
      ArrowLeft: () => drawing.panBy(60, 0), ArrowRight: () => drawing.panBy(-60, 0),
      ArrowUp: () => drawing.panBy(0, 60), ArrowDown: () => drawing.panBy(0, -60),
      '+': () => drawing.zoomBy(1.5, middle), '-': () => drawing.zoomBy(1 / 1.5, middle),
      0: () => drawing.fit(),
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  };

  function drawLasso(pixels) {
    element('lasso').firstElementChild.setAttribute('d', pixels.length ? `M${pixels.join('L')}Z` : '');
  }
  function distance(a, b) {
    return Math.hypot(a[0] - b[0], a[1] - b[1]);
  }
  function hideCard() {
    ring.hidden = card.hidden = true;
  }
  drawing.onMove = hideCard;
}

// Of the visible point within eight pixels, where there is one.
function showCard(state, pixel, event) {
  const [ring, card, { drawing, places }] = [element('ring'), element('card'), state];
  const row = places.nearest(...drawing.placeOf(pixel), 8 / drawing.view.zoom, (r) => state.coloring.shows(r));
  ring.hidden = card.hidden = row < 0;
  if (row < 0) return;
  const [u, v] = drawing.pixelOf(places.xy[2 * row], places.xy[2 * row + 1]);
  ring.style.translate = `${u}px ${v}px`;
  const line = (name, text) => make('div', '', make('span', '', name), make('span', '', text));
  card.replaceChildren(line('row', String(row)),
                       ...map.columns.map((column) => line(column.name, textOf(column, row))));
  const isRoom = event.clientX + 14 + card.offsetWidth < innerWidth;
  card.style.left = `${isRoom ? event.clientX + 14 : event.clientX - 14 - card.offsetWidth}px`;
  card.style.top = `${Math.min(event.clientY + 14, innerHeight - card.offsetHeight)}px`;
}
