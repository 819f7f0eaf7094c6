// The main page: the composer, the run on the screen, and the ways to another one.
import { copy } from './clipboard.js';
import { fileName, save, toMarkdown } from './export.js';
import { history } from './history.js';
import { $, announce, onKey, showError } from './page.js';
import { card, loadPanels } from './panels.js';
import { Run } from './run.js';
import * as store from './store.js';

const form = $('form');
const ask = $('ask');
let run = null;

form.onsubmit = (event) => {
  event.preventDefault();
  if (!run?.asking && ask.value.trim()) begin(ask.value);
};
ask.onkeydown = (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
};
$('stop').onclick = () => run?.asking?.stop();
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && !$('history').open) run?.asking?.stop();
});

async function begin(question) {
  run ??= new Run();
  show();
  ask.value = '';
  running(true);
  showError(null);
  const mine = run;
  const asked = run.ask(question, $('panel').value, card());
  show();
  const link = `#run=${run.record.id}`;
  if (location.hash !== link) window.history.pushState(null, '', link);
  try {
    const record = await asked;
    if (record.state !== 'done' && run === mine) ask.value ||= question;
  } catch (e) {
    showError(e.message);
    reload();
  }

  if (run === mine || !run?.asking) running(false);
}

function running(on) {
  $('stop').hidden = !on;
  $('go').hidden = on;
}

// The screen: the start, or a run.
function show() {
  document.body.dataset.view = run ? 'run' : 'start';
  for (const id of ['hero', 'intro', 'examples']) $(id).hidden = Boolean(run);
  $('run').hidden = !run;
  $('new-run').hidden = !run;
  $('run-title').value = run?.record.title ?? '';
  ask.placeholder = run ? 'Ask a follow-up question' : 'What would you like to know?';
  ask.rows = run ? 1 : 3;
  document.title = run?.record.title ? `${run.record.title} · LLMBlender` : 'LLMBlender';
}

async function route() {
  const id = /^#run=([a-z0-9]+)$/.exec(location.hash)?.[1];
  if (id === run?.record.id) return;
  run?.asking?.stop();
  const record = id ? await store.find(id) : null;
  showError(id && !record ? 'This browser has no such run: links lead only to runs of the same browser.' : null);
  run = record ? new Run(record) : null;
  if (record?.turns.at(-1)?.panel) $('panel').value = record.turns.at(-1).panel;
  show();
  window.scrollTo(0, 0);
}

$('new-run').onclick = () => {
  window.history.pushState(null, '', location.pathname);
  route();
  ask.focus();
};
window.onpopstate = route;
window.onhashchange = route;
history({
  open: (id) => {
    if (location.hash !== `#run=${id}`) window.history.pushState(null, '', `#run=${id}`);
    route();
  },
  removed: (id) => {
    if (run && (id === null || id === run.record.id)) $('new-run').click();
  },
});

// The run's name, link and files.
$('run-title').onchange = () => {
  run.record.title = $('run-title').value.trim() || run.record.turns[0].instruction.slice(0, 120);
  run.save();
  show();
};
$('run-title').onkeydown = (event) => {
  if (event.key === 'Enter') $('run-title').blur();
};
$('copy-link').onclick = async () => announceOn($('copy-link'), (await copy(location.href)) ? 'Copied' : 'Not copied', 'Copy link');
$('export-markdown').onclick = () => save(fileName(run.record, 'md'), 'text/markdown', toMarkdown(run.record));
$('export-json').onclick = () => save(fileName(run.record, 'json'), 'application/json', JSON.stringify(run.record, null, 2));

function announceOn(button, said, then) {
  button.textContent = said;
  announce(said);
  setTimeout(() => { button.textContent = then; }, 1400);
}

const reload = () => loadPanels().catch((e) => showError(e.message));
onKey(reload);
await reload();
await route();
ask.focus({ preventScroll: true });
