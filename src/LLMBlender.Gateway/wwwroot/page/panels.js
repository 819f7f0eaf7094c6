// The panels of the server and the choice among them.
import { el } from './format.js';
import { Members } from './members.js';
import { $, get } from './page.js';

let all = [];

$('base-url').textContent = `${location.origin}/v1`;

/** Loads the panels. */
export async function loadPanels() {
  all = (await get('/v1/models')).data;
  const chosen = $('panel').value;
  $('panel').replaceChildren(...all.map((model) => {
    const option = el('option', '', model.id);
    option.value = model.id;
    return option;
  }));
  if (all.some((model) => model.id === chosen)) $('panel').value = chosen;
  show();
}

/** The description of the chosen panel. */
export const card = () => all.find((model) => model.id === $('panel').value)?.llmblender;

function show() {
  $('base-model').textContent = $('panel').value;
  $('edit-panel').href = `/settings.html#panel=${encodeURIComponent($('panel').value)}`;
  $('edit-panel').setAttribute('aria-label', `Edit the panel ${$('panel').value}`);
  const chosen = card();
  $('panel-members').textContent = chosen ? `${chosen.members.length} ${chosen.members.length === 1 ? 'model' : 'models'}${fuserWords(chosen.fuser)}` : '';
  $('panel-members').title = chosen ? chosen.members.map((name) => new Members(chosen.members, chosen.models).full(name)).join('\n') : '';
  $('examples').replaceChildren(...(chosen?.examples ?? []).slice(0, 5).map((text) => {
    const button = el('button', '', text);
    button.type = 'button';
    button.title = text;
    button.onclick = () => {
      $('ask').value = text;
      $('ask').focus();
    };
    return button;
  }));
}

const fuserWords = (fuser) => (fuser === 'select' ? ', best answer kept' : fuser ? `, fused by ${fuser}` : '');

$('panel').onchange = show;
