'use strict';

// Sorting: a click on a heading sorts each group of rows by that column, best first; a second click turns the order.
for (const table of document.querySelectorAll('table.sortable')) {
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => {
    if (!heading.textContent) return;
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener('click', () => {
      const isFirst = !heading.hasAttribute('aria-sort');
      const lowFirst = heading.textContent.includes('↓');
      const isAscending = isFirst ? lowFirst : heading.getAttribute('aria-sort') === 'descending';
      headings.forEach(other => other.removeAttribute('aria-sort'));
      heading.setAttribute('aria-sort', isAscending ? 'ascending' : 'descending');
      for (const body of table.tBodies) {
        const rows = [...body.rows].filter(row => !row.classList.contains('kind'));
        rows.sort((a, b) => compare(value(a, column), value(b, column), isAscending));
        body.append(...rows);
      }
    });
  });
}

function value(row, column) {
  const cell = row.cells[column];
  return cell ? Number.parseFloat(cell.firstChild?.data ?? '') : Number.NaN;
}

// Missing values are last in both orders.
function compare(a, b, isAscending) {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return isAscending ? a - b : b - a;
}

// The records. All texts are set as text and never parsed as HTML.
const data = document.getElementById('data');
if (data) showRecords(JSON.parse(data.textContent));

function showRecords({ criterion, records }) {
  const host = document.getElementById('records');
  const search = element('input', { type: 'search', placeholder: 'Search', ariaLabel: 'Search the records' });
  const order = element('select', { ariaLabel: 'Order of the records' });
  const orders = {
    'as in the file': null,
    'choice ranked worst first': (a, b) => (b.candidates[0].rank ?? 0) - (a.candidates[0].rank ?? 0),
    'closest choice first': (a, b) => lead(a) - lead(b),
  };
  for (const name of Object.keys(orders)) order.append(element('option', { textContent: name }));
  const count = element('span', { role: 'status' });
  const list = element('div', { className: 'list' });
  host.replaceChildren(element('div', { className: 'tools' }, search, order, count), list);
  const more = element('button', { type: 'button', textContent: 'Show more' });
  let shown = 0, found = [];

  function find() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    found = records.filter(record => words.every(word => haystack(record).includes(word)));
    if (orders[order.value]) found = [...found].sort(orders[order.value]);
    count.textContent = `${found.length} of ${records.length}`;
    shown = 0;
    list.replaceChildren();
    page();
  }

  function page() {
    const next = found.slice(shown, shown + 50).map(record => row(record, criterion));
    shown += next.length;
    more.remove();
    list.append(...next);
    if (shown < found.length) list.append(more);
  }

  search.addEventListener('input', find);
  order.addEventListener('change', find);
  more.addEventListener('click', page);
  find();
}

function haystack(record) {
  record.haystack ??= [record.id, record.group, record.instruction, record.input, ...record.candidates.map(one => one.model)].join(' ').toLowerCase();
  return record.haystack;
}

function lead(record) {
  const [first, second] = record.candidates;
  return second ? first.score - second.score : Infinity;
}

function row(record, criterion) {
  const first = record.candidates[0];
  const rank = first.rank === undefined ? '' : `, rank ${first.rank} of ${record.candidates.length}`;
  const details = element('details', {},
    element('summary', {},
      element('b', { textContent: record.id }),
      element('span', { className: 'title', textContent: record.instruction.replace(/\s+/g, ' ').slice(0, 140) }),
      element('span', { className: 'choice', textContent: `${first.model}${rank}` })));
  details.addEventListener('toggle', () => {
    if (details.open && details.childElementCount === 1) details.append(...body(record, criterion));
  });
  return details;
}

function body(record, criterion) {
  const parts = [text('Instruction', record.instruction)];
  if (record.input) parts.push(text('Input', record.input));
  if (record.reference) parts.push(text('Reference', record.reference));
  if (record.fused) parts.push(text('Fused answer', record.fused));
  record.candidates.forEach((candidate, i) => {
    const facts = [`score ${candidate.score}`];
    if (candidate.quality !== undefined) facts.push(`${criterion} ${candidate.quality}`);
    if (candidate.rank !== undefined) facts.push(`rank ${candidate.rank}`);
    parts.push(text(`${i + 1}. ${candidate.model}`, candidate.text, facts.join(', ')));
  });
  if (record.candidates.length > 1) parts.push(matrix(record));
  return parts;
}

function text(title, content, facts) {
  const heading = element('h3', { textContent: title });
  if (facts) heading.append(element('small', { textContent: facts }));
  return element('section', {}, heading, element('pre', { textContent: content || '(empty)' }));
}

function matrix({ candidates, matrix: logits }) {
  const size = candidates.length;
  const head = element('tr', {}, element('th'), ...candidates.map((_, j) => element('th', { scope: 'col', textContent: j + 1 })));
  const rows = candidates.map((candidate, i) => element('tr', {},
    element('th', { scope: 'row', className: 'name', textContent: `${i + 1}. ${candidate.model}` }),
    ...candidates.map((_, j) => {
      const logit = logits[i * size + j];
      const cell = element('td', { textContent: i === j ? '·' : logit.toFixed(2) });
      if (i !== j) {
        const share = Math.round(70 * Math.abs(2 / (1 + Math.exp(-logit)) - 1));
        cell.style.background = `color-mix(in srgb, var(--${logit > 0 ? 'win' : 'loss'}) ${share}%, transparent)`;
      }
      return cell;
    })));
  return element('div', { className: 'wide' },
    element('table', { className: 'matrix' },
      element('caption', { textContent: 'Logit of row against column; above 0, the row is better' }),
      element('thead', {}, head), element('tbody', {}, ...rows)));
}

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}
