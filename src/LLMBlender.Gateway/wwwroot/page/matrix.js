// The comparison matrix as a heat map: row against column; pointing, tapping or arrow keys describe a pair. The scale is fixed, so that
// colours of two runs mean the same.
import { el, logit, percent } from './format.js';
import { pairWords } from './verdicts.js';

const hint = 'Point at a cell, tap it, or use the arrow keys. Each is the verdict on one pair, with the row’s answer read first.';

/** Shows the matrix in the ranking's order, and the fused answer below if it was compared with the best. */
export function showMatrix(figure, members, { candidates, matrix, probability }, fusion) {
  const table = figure.querySelector('table');
  const description = figure.querySelector('.say');
  table.replaceChildren();
  figure.hidden = !matrix || candidates.length < 2;
  if (figure.hidden) return;

  const order = candidates.map((_, i) => i).sort((a, b) => candidates[a].rank - candidates[b].rank || a - b);
  const lines = order.map((i) => ({ name: candidates[i].model ?? `#${i + 1}`, rank: candidates[i].rank, member: candidates[i].model ?? `#${i + 1}` }));
  const value = (row, column) => matrix[order[row]]?.[order[column]] ?? null;
  const chance = (row, column) => probability?.[order[row]]?.[order[column]] ?? null;
  const cells = lines.map((_, row) => lines.map((__, column) => (row === column ? null : { value: value(row, column), chance: chance(row, column) })));
  if (fusion?.margin != null) {
    // The guard compares only with the best, in both orders: the cell shows their mean.
    lines.push({ name: 'fused draft', rank: 'F' });
    const won = { value: fusion.margin / 2, chance: fusion.probability ?? null };
    const lost = { value: -fusion.margin / 2, chance: fusion.probability == null ? null : 1 - fusion.probability };
    cells.forEach((row, i) => row.push(i === 0 ? lost : { value: null, chance: null }));
    cells.push([won, ...order.slice(1).map(() => ({ value: null, chance: null })), null]);
  }

  description.textContent = hint;
  const head = el('tr');
  head.append(el('td', 'none', ''), ...lines.map((line) => heading('col', line, members)));
  const thead = el('thead');
  thead.append(head);
  const body = el('tbody');
  cells.forEach((row, i) => {
    const line = el('tr');
    line.append(heading('row', lines[i], members), ...row.map((one, j) => cell(one, i, j)));
    body.append(line);
  });
  table.append(thead, body);
  table.setAttribute('aria-label', 'Who beats whom');
  body.querySelector('td').tabIndex = 0;
  watch(body, head, description, lines);
}

function heading(scope, line, members) {
  const th = el('th');
  th.scope = scope;
  th.title = line.name;
  const mark = line.member ? members.mark(line.member) : el('span', 'mark fused');
  mark.setAttribute('aria-hidden', 'true');
  th.append(mark, scope === 'row' ? el('span', 'name', line.name) : el('span', 'visually-hidden', line.name));
  if (scope === 'col') th.append(el('span', 'place', String(line.rank)));
  return th;
}

function cell(one, row, column) {
  const td = el('td');
  td.dataset.row = row;
  td.dataset.column = column;
  td.tabIndex = -1;
  if (!one || one.value === null) {
    td.className = 'none';
    td.textContent = one ? '' : '·';
    return td;
  }

  td.dataset.logit = one.value;
  if (one.chance !== null) td.dataset.chance = one.chance;
  td.textContent = one.chance === null ? logit(one.value) : percent(one.chance);
  const lead = one.chance === null ? 2 / (1 + Math.exp(-Math.abs(one.value))) - 1 : Math.abs(one.chance - 0.5) * 2;
  td.style.setProperty('--m', lead.toFixed(3));
  td.style.setProperty('--tone', one.value >= 0 ? 'var(--win)' : 'var(--lose)');
  return td;
}

function watch(body, head, description, lines) {
  const light = (row, column, on) => {
    body.rows[row]?.cells[0].classList.toggle('lit', on);
    head.cells[column + 1]?.classList.toggle('lit', on);
  };
  const describe = (td) => {
    const [row, column] = place(td);
    light(row, column, true);
    const { logit: value, chance } = td.dataset;
    const [one, other] = [lines[row].name, lines[column].name];
    description.textContent = row === column ? `${one} is not compared with itself.`
      : value === undefined ? `${one} and ${other} were not compared in this order; it was not needed.`
        : `${pairWords(one, other, Number(value), chance === undefined ? null : Number(chance))}.`;
  };
  const reset = (td) => {
    light(...place(td), false);
    description.textContent = hint;
  };
  for (const [start, end] of [['onmouseover', 'onmouseout'], ['onfocusin', 'onfocusout']]) {
    const [show, hide] = [(e) => e.target.closest('td') && describe(e.target.closest('td')), (e) => e.target.closest('td') && reset(e.target.closest('td'))];
    body.addEventListener(start.slice(2), show);
    body.addEventListener(end.slice(2), hide);
  }

  body.onclick = (e) => e.target.closest('td')?.focus();
  body.onkeydown = (e) => walk(e, body);
}

const place = (td) => [Number(td.dataset.row), Number(td.dataset.column)];

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
