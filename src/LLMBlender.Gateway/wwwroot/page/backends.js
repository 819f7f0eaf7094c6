// The tables of backends, added up over the processes that call them, and of panels.
import { count, el, percent, seconds, time } from './format.js';
import { Members } from './members.js';
import { $ } from './page.js';

const heads = ['Backend', 'Model', 'Panels', 'Answers', 'Failed', 'Median', '95 % within', 'Last error'];

/** Shows what the backends did since the configuration was applied. */
export function showBackends(silos, panels) {
  const all = sums(silos);
  $('backends').hidden = !all.length;
  const head = el('tr');
  head.append(...heads.map((text, i) => {
    const cell = el('th', i > 2 && i < 7 ? 'number' : '', text);
    cell.scope = 'col';
    return cell;
  }));
  const thead = el('thead');
  thead.append(head);
  const body = el('tbody');
  body.append(...all.map((backend) => row(backend, panels)));
  $('backend-table').replaceChildren(thead, body);
}

function row(backend, panels) {
  const { name, model, answers, failures, last_error: error, last_error_age: age } = backend;
  const calls = answers + failures;
  const share = calls ? failures / calls : 0;
  const of = panels.filter((panel) => panel.llmblender.members.includes(name)).map((panel) => panel.id).join(', ');
  const line = el('tr');
  const head = el('th', '', name);
  head.scope = 'row';
  line.append(head, el('td', 'model', model ?? '–'), el('td', '', of || '–'), el('td', 'number', count(answers)),
    el('td', `number${share > 0.05 ? ' bad-share' : ''}`, failures ? `${count(failures)} (${percent(share)})` : '0'),
    el('td', 'number', backend.median_seconds === undefined ? '–' : seconds(backend.median_seconds)),
    el('td', 'number', backend.slow_seconds === undefined ? '–' : seconds(backend.slow_seconds)),
    el('td', 'error', error ? `${error}, ${time(age)} ago` : '–'));
  return line;
}

// Counts are added; of latencies the slowest process's are shown, of errors the last one.
function sums(silos) {
  const all = new Map();
  for (const backend of silos.flatMap((silo) => silo.backends ?? [])) {
    const one = all.get(backend.name);
    if (!one) {
      all.set(backend.name, { ...backend });
      continue;
    }

    one.answers += backend.answers;
    one.failures += backend.failures;
    for (const key of ['median_seconds', 'slow_seconds']) if (backend[key] !== undefined) one[key] = Math.max(one[key] ?? 0, backend[key]);
    if (backend.last_error && (one.last_error_age ?? Infinity) > backend.last_error_age) [one.last_error, one.last_error_age] = [backend.last_error, backend.last_error_age];
  }

  return [...all.values()];
}

/** Shows the panels: who is asked, who ranks and who fuses. */
export function showPanels(panels) {
  $('panels').hidden = !panels.length;
  $('panel-list').replaceChildren(...panels.map(({ id, llmblender: panel }) => {
    const item = el('li');
    const members = new Members(panel.members, panel.models);
    const facts = [`${panel.members.length} ${panel.members.length === 1 ? 'model' : 'models'}`, `ranker ${panel.ranker ?? 'default'}`, panel.fuser === 'select' ? 'best answer kept' : `fuser ${panel.fuser ?? 'default'}`];
    item.append(el('b', '', id), el('span', 'quiet', facts.join(' · ')), el('span', 'quiet', panel.members.map((name) => members.full(name)).join(', ')));
    return item;
  }));
}
