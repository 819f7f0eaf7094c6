// The comparison matrix as a heat map: row against column; hovering or arrow keys describe a pair.
import { el, logit, probability } from './format.js';

/** Shows the matrix in the ranking's order. */
export function showMatrix(figure, candidates, matrix, probabilities) {
  const table = figure.querySelector('table');
  const description = figure.querySelector('.say');
  table.replaceChildren();
  figure.hidden = !matrix || candidates.length < 2;
  if (figure.hidden) return;

  const order = candidates.map((_, i) => i).sort((a, b) => candidates[a].rank - candidates[b].rank || a - b);
  const names = order.map((i) => candidates[i].model ?? `#${i + 1}`);
  const known = matrix.flat().filter((x) => x !== null);
  const strongest = Math.max(...known.map(Math.abs), 1e-9);
  const hint = 'Hover over a cell, or use the arrow keys: each is the ranker’s verdict on one pair, with the row’s answer first.';
  description.textContent = hint;

  const head = el('tr');
  head.append(el('td', 'none', ''));
  for (const name of names) head.append(heading('col', name));
  const thead = el('thead');
  thead.append(head);
  const body = el('tbody');
  order.forEach((i, row) => {
    const line = el('tr');
    line.append(heading('row', names[row]));
    order.forEach((j, column) => line.append(cell(matrix[i][j], probabilities?.[i][j], i === j, strongest, row, column)));
    body.append(line);
  });
  table.append(thead, body);
  table.querySelector('tbody td')?.setAttribute('tabindex', '0');

  const light = (row, column, on) => {
    body.rows[row]?.cells[0].classList.toggle('lit', on);
    head.cells[column + 1]?.classList.toggle('lit', on);
  };
  const describe = (td) => {
    const [row, column] = place(td);
    light(row, column, true);
    const value = td.dataset.logit;
    description.textContent = row === column ? `${names[row]} is not compared with itself.`
      : value === undefined ? `${names[row]} and ${names[column]} were not compared in this order; the ranking did not need it.`
      : `${names[row]} ${value > 0 ? 'beats' : 'loses to'} ${names[column]} by ${logit(Number(value))} when ${names[row]} comes first${td.dataset.probability === undefined ? '' : `; probability ${probability(Number(td.dataset.probability))} that it is better`}.`;
  };
  const reset = (td) => {
    light(...place(td), false);
    description.textContent = hint;
  };
  body.onmouseover = (e) => e.target.closest('td') && describe(e.target.closest('td'));
  body.onmouseout = (e) => e.target.closest('td') && reset(e.target.closest('td'));
  body.onfocusin = (e) => e.target.closest('td') && describe(e.target);
  body.onfocusout = (e) => e.target.closest('td') && reset(e.target);
  body.onkeydown = (e) => walk(e, body);
}

const place = (td) => [Number(td.dataset.row), Number(td.dataset.column)];

function heading(scope, name) {
  const th = el('th', '', name);
  th.scope = scope;
  th.title = name;
  return th;
}

function cell(value, likely, isDiagonal, strongest, row, column) {
  const td = el('td', '', isDiagonal ? '·' : value === null ? '' : logit(value));
  td.dataset.row = row;
  td.dataset.column = column;
  td.tabIndex = -1;
  if (isDiagonal || value === null) {
    td.classList.add('none');
    return td;
  }

  const share = Math.abs(value) / strongest;
  td.dataset.logit = value;
  if (likely !== undefined) td.dataset.probability = likely;
  td.style.setProperty('--m', share.toFixed(3));
  td.style.setProperty('--tone', value >= 0 ? 'var(--win)' : 'var(--lose)');
  td.classList.toggle('strong', share > 0.55);
  return td;
}

function walk(event, body) {
  const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
  const td = event.target.closest('td');
  if (!step || !td) return;
  const [row, column] = place(td);
  const next = body.rows[row + step[0]]?.cells[column + step[1] + 1];
  if (!next || next.tagName !== 'TD') return;
  event.preventDefault();
  td.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}
