// The cards of a panel and of a backend.
import { el } from '../format.js';
import { announce } from '../page.js';
import { field, members, tick } from './fields.js';

/** A panel's card. */
export function panelCard(draft, panel, index, show) {
  const { choices } = draft.view;
  const backends = draft.backendNames;
  const card = frame(panel, `Panel ${panel.get('Name') ?? ''}`);
  const recorded = panel.others.some((name) => name.toLowerCase() === 'records');
  card.append(field(panel, 'Name', 'Name'), field(panel, 'Description', 'Description'));
  if (recorded) {
    card.append(el('p', 'quiet wide', 'This panel has recorded answers and asks no backends.'));
  } else {
    card.append(...asking(panel, backends, show));
  }

  const ranked = [...new Set([...(draft.rankers.length ? draft.rankers : []), ...choices.scorers, ...backends])];
  card.append(
    field(panel, 'Ranker', 'Ranker', { choices: ranked, none: 'the server’s default' }),
    field(panel, 'Fuser', 'Fuser', { choices: [...new Set(['select', ...draft.fusers, ...backends])], none: 'the server’s default', hint: 'select returns the best answer unchanged.' }),
    details(panel, choices));
  const row = actions(card, panel, () => draft.panels.splice(draft.panels.indexOf(panel), 1), show, `panel ${panel.get('Name') ?? ''}`);
  if (index > 0) {
    const first = el('button', 'plain', 'Make it the default');
    first.type = 'button';
    first.onclick = () => {
      draft.panels.unshift(...draft.panels.splice(draft.panels.indexOf(panel), 1));
      show();
      announce(`${panel.get('Name')} is the default`);
    };
    row.prepend(first);
  } else {
    row.prepend(el('span', 'tag', 'default'));
  }

  return card;
}

// Whom it asks: all at once, or by stage.
function asking(panel, backends, show) {
  const way = panel.get('Stages') ? 'stages' : panel.get('StageOrder') ? 'price' : 'all';
  const ways = { get: () => way, set() {} };
  const parts = [field(ways, 'Way', 'Ask', {
    choices: ['all', 'price', 'stages'],
    hint: 'all: every member at once. price: the two cheapest first, then one at a time. stages: as listed. The next is asked only while the best answer is less sure than the confidence.',
    wide: true,
    set: (chosen) => {
      const flat = panel.get('Members') ?? [...new Set((panel.get('Stages') ?? []).flat())];
      panel.set('Stages', chosen === 'stages' ? [flat.slice(0, 2), ...flat.slice(2).map((one) => [one])] : null);
      panel.set('Members', chosen === 'stages' ? null : flat);
      panel.set('StageOrder', chosen === 'price' ? 'price' : null);
      panel.set('Confidence', chosen === 'all' ? null : panel.get('Confidence') ?? 0.8);
      if (chosen === 'stages') panel.set('Samples', null);
      show();
    },
  })];
  if (way === 'stages') {
    parts.push(stages(panel));
  } else {
    parts.push(members('Members', backends, panel.get('Members') ?? [], (list) => panel.set('Members', list.length ? list : null), 'Members'));
    parts.push(field(panel, 'Samples', 'Answers of each member', { number: true, hint: '1 if empty.' }));
  }

  if (way !== 'all') parts.push(field(panel, 'Confidence', 'Confidence', { number: true, hint: 'From 0 to 1.' }));
  return parts;
}

// One stage a line.
function stages(panel) {
  const row = el('div', 'field wide');
  const input = el('textarea');
  input.id = `stages-${panel.get('Name')}`;
  input.rows = Math.max(3, panel.get('Stages').length);
  input.dataset.field = 'Stages';
  input.value = panel.get('Stages').map((stage) => stage.join(', ')).join('\n');
  input.spellcheck = false;
  input.oninput = () => panel.set('Stages', input.value.split('\n').map((line) => line.split(',').map((one) => one.trim()).filter(Boolean)).filter((stage) => stage.length));
  const label = el('label', '', 'Stages: one a line, names of backends with commas between them');
  label.htmlFor = input.id;
  row.append(label, input);
  return row;
}

function details(panel, choices) {
  const more = el('details', 'wide');
  const grid = el('div', 'grid');
  grid.append(
    field(panel, 'Deadline', 'Time limit of a question', { hint: 'hours:minutes:seconds, such as 00:01:00' }),
    field(panel, 'Quorum', 'Quorum', { number: true, hint: 'After so many answers the others get two seconds.' }),
    field(panel, 'TopK', 'Candidates to fuse', { number: true, hint: 'The best; the fuser’s default if empty.' }),
    field(panel, 'Aggregate', 'Aggregation', { choices: choices.aggregates, none: 'the default' }));
  more.append(el('summary', '', 'More'), grid);
  return more;
}

/** A backend's card. */
export function backendCard(draft, backend, show, showPanels) {
  const { choices } = draft.view;
  const card = frame(backend, `Backend ${backend.get('Name') ?? ''}`);
  const more = el('details', 'wide');
  const grid = el('div', 'grid');
  grid.append(
    field(backend, 'Temperature', 'Temperature', { number: true, hint: 'Of requests that set none.' }),
    field(backend, 'MaxTokens', 'Most tokens of an answer', { number: true }),
    field(backend, 'PromptPrice', 'Price of a million input tokens', { number: true }),
    field(backend, 'CompletionPrice', 'Price of a million output tokens', { number: true }),
    tick('It reads images and files', backend.get('Sees') === true, (on) => backend.set('Sees', on ? true : null), 'Sees'));
  more.append(el('summary', '', 'More'), grid);
  const name = field(backend, 'Name', 'Name', {
    set: (value) => {
      draft.renameBackend(backend, value);
      card.querySelector('legend').textContent = `Backend ${value ?? ''}`;
    },
  });
  name.querySelector('input').addEventListener('change', showPanels);
  card.append(
    name,
    field(backend, 'Kind', 'API', { choices: choices.kinds }),
    field(backend, 'Url', 'URL', { hint: 'Up to /v1 for openai.', wide: true }),
    field(backend, 'Model', 'Model'),
    field(backend, 'KeyVariable', 'Variable of the key', { list: choices.key_variables, hint: 'The name, never the key.' }),
    more);
  actions(card, backend, () => draft.backends.splice(draft.backends.indexOf(backend), 1), show, `backend ${backend.get('Name') ?? ''}`);
  return card;
}

function frame(item, title) {
  const card = el('fieldset', 'card');
  card.append(el('legend', '', title));
  return card;
}

function actions(card, item, drop, show, what) {
  const row = el('div', 'actions wide');
  if (item.others.length) row.append(el('span', 'quiet', `Also in the file, and kept: ${item.others.join(', ')}`));
  const remove = el('button', 'plain', 'Remove');
  remove.type = 'button';
  remove.setAttribute('aria-label', `Remove ${what}`);
  remove.onclick = () => {
    drop();
    show();
    announce(`${what} is removed when you save`);
  };
  row.append(remove);
  card.append(row);
  return row;
}
