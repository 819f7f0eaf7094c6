// The settings page: shows the server's configuration file, collects changes and writes them.
import { el } from '../format.js';
import { $, announce, get, onKey, showError } from '../page.js';
import { headers } from '../events.js';
import { backendCard, panelCard } from './cards.js';
import { names } from './fields.js';
import { Draft } from './draft.js';

let draft = null;

async function load() {
  try {
    draft = new Draft(await get('/v1/settings'), changed);
    $('off').hidden = true;
    showError(null);
    show();
  } catch (e) {
    $('form').hidden = true;
    $('off').hidden = e.status === 401;
    $('off-reason').textContent = `${e.message}.`;
    if (e.status === 401) showError(e.message);
  }
}

function show() {
  const { view } = draft;
  const focus = focused();
  $('form').hidden = false;
  $('about').textContent = `This page writes ${view.file}. Its comments and all other settings stay, and the file before a change is kept as ${view.file}.bak. Values that the environment sets are not shown.`;
  showPanels();
  $('backend-cards').replaceChildren(...draft.backends.map((backend) => backendCard(draft, backend, show, showPanels)));
  $('model-cards').replaceChildren(
    names('Rankers', draft.rankers, view.choices.rankers, 'the packaged ranker', (list) => draft.setList('rankers', list)),
    names('Fusers', draft.fusers, view.choices.fusers, 'select: the best answer, unchanged', (list) => draft.setList('fusers', list)));
  focus();
  changed();
}

const showPanels = () => $('panel-cards').replaceChildren(...draft.panels.map((panel, i) => panelCard(draft, panel, i, show)));

// Returns what gives the field that has the focus now the focus again.
function focused() {
  const { field } = document.activeElement.dataset;
  const card = document.activeElement.closest('.card');
  if (!field || !card) return () => {};
  const [cards, at] = [card.parentElement.id, [...card.parentElement.children].indexOf(card)];
  return () => $(cards).children[at]?.querySelector(`[data-field="${field}"]`)?.focus();
}

function changed() {
  const dirty = draft.isDirty;
  $('save').disabled = $('discard').disabled = !dirty;
  $('say').textContent = dirty ? 'Not saved yet.' : draft.view.needs_restart ? 'The rankers or fusers of the file apply after a restart of the server.' : '';
}

async function save() {
  showError(null);
  for (const field of document.querySelectorAll('[aria-invalid]')) field.removeAttribute('aria-invalid');
  const response = await fetch('/v1/settings', { method: 'PUT', headers: { 'Content-Type': 'application/json', ...headers() }, body: JSON.stringify(draft.change()) });
  const body = await response.json();
  $('key-row').hidden = response.status !== 401;
  if (!response.ok) {
    point(body.error.param);
    showError(`Nothing is written. ${body.error.message}`);
    return;
  }

  draft = new Draft(body, changed);
  show();
  const said = body.needs_restart ? 'Saved. Panels and backends apply within a second; rankers and fusers after a restart.' : 'Saved. It applies within a second.';
  $('say').textContent = said;
  announce(said);
}

// Marks the field that an error names, such as Panels:0:Fuser.
function point(param) {
  const [list, index, name] = (param ?? '').split(':');
  const card = document.querySelectorAll({ Panels: '#panel-cards > *', Backends: '#backend-cards > *' }[list] ?? 'none')[Number(index)];
  const field = card?.querySelector(`[data-field="${name}"]`) ?? card?.querySelector('[data-field]');
  if (!field) return;
  field.setAttribute('aria-invalid', 'true');
  field.closest('details')?.setAttribute('open', '');
  field.focus();
}

async function find() {
  $('find').disabled = true;
  $('say').textContent = 'Looking for models…';
  try {
    const { models } = await get('/v1/settings/models');
    const known = new Set(draft.backends.map((backend) => backend.get('Name')));
    const fresh = models.filter((model) => !known.has(model.name));
    $('found').replaceChildren(...fresh.map((model) => {
      const item = el('li');
      const add = el('button', '', 'Add');
      add.type = 'button';
      add.setAttribute('aria-label', `Add ${model.name}`);
      add.onclick = () => {
        draft.addBackend(model);
        item.remove();
        show();
      };
      item.append(add, el('span', '', model.name), el('span', 'quiet', model.key_variable ? `key in ${model.key_variable}` : model.url));
      return item;
    }));
    changed();
    const said = fresh.length ? `${fresh.length} ${fresh.length === 1 ? 'model' : 'models'} found.` : 'No other model is found: no server answers on this machine, and no key is in the environment.';
    $('say').textContent = said;
  } catch (e) {
    showError(e.message);
  }

  $('find').disabled = false;
}

const focusLast = (cards) => document.querySelector(`${cards} > :last-child input`)?.focus();
$('add-panel').onclick = () => { draft.addPanel(); show(); focusLast('#panel-cards'); };
$('add-backend').onclick = () => { draft.addBackend(null); show(); focusLast('#backend-cards'); };
$('find').onclick = find;
$('discard').onclick = load;
$('form').onsubmit = (event) => {
  event.preventDefault();
  save().catch((e) => showError(e.message));
};
window.onbeforeunload = (event) => { if (draft?.isDirty) event.preventDefault(); };
onKey(load);
await load();
const panel = /^#panel=(.+)$/.exec(location.hash)?.[1];
if (panel && draft) {
  const at = draft.panels.findIndex((one) => one.get('Name') === decodeURIComponent(panel));
  document.querySelectorAll('#panel-cards > *')[at]?.querySelector('input')?.focus();
}
