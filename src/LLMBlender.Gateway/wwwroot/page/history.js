// The dialog of stored runs: search, open, delete.
import { el, when } from './format.js';
import * as store from './store.js';
import { $ } from './page.js';

const states = { failed: 'failed', stopped: 'stopped', running: 'not finished' };

/** Sets the dialog up. */
export function history({ open, removed }) {
  const dialog = $('history');
  const search = $('search');
  let lines = [];

  const show = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = lines.filter((line) => words.every((word) => line.words.includes(word)));
    $('runs').replaceChildren(...found.map(item));
    $('no-runs').hidden = found.length > 0;
    $('no-runs').textContent = lines.length ? 'No run has these words.' : 'Nothing yet. Runs are stored only in this browser.';
    $('clear-history').hidden = !lines.length;
  };
  const load = async () => {
    lines = await store.list();
    show();
  };
  const item = (line) => {
    const button = el('button', 'open-run');
    button.type = 'button';
    button.append(el('span', 'q', line.title), el('span', 'when', [when(line.at), line.panel, states[line.state]].filter(Boolean).join(' · ')));
    button.onclick = () => {
      dialog.close();
      open(line.id);
    };
    const remove = el('button', 'plain', 'Delete');
    remove.type = 'button';
    remove.setAttribute('aria-label', `Delete ${line.title}`);
    remove.onclick = async () => {
      await store.remove(line.id);
      removed(line.id);
      await load();
      search.focus();
    };
    const row = el('li');
    row.append(button, remove);
    return row;
  };

  search.oninput = show;
  $('show-history').onclick = async () => {
    search.value = '';
    await load();
    dialog.showModal();
  };
  $('close-history').onclick = () => dialog.close();
  dialog.onclick = (event) => event.target === dialog && dialog.close();
  $('clear-history').onclick = async () => {
    if (!confirm('Delete all runs of this browser?')) return;
    await store.clear();
    removed(null);
    await load();
  };
}
