// Form fields for values of the configuration. An empty field means that the file has no such key.
import { el } from '../format.js';

let last = 0;

/** A labelled field; options: hint, number, choices (a select's), list (suggestions), wide. */
export function field(item, name, label, options = {}) {
  const row = el('div', options.wide ? 'field wide' : 'field');
  const id = `f${++last}`;
  const input = options.choices ? select(options, item.get(name)) : el('input');
  input.id = id;
  input.dataset.field = name;
  input.autocomplete = 'off';
  input.spellcheck = false;
  if (!options.choices) input.value = item.get(name) ?? '';
  if (options.number) input.inputMode = 'decimal';
  const caption = el('label', '', label);
  caption.htmlFor = id;
  row.append(caption, input);
  if (options.list) {
    const suggestions = el('datalist');
    suggestions.id = `${id}l`;
    suggestions.append(...options.list.map((text) => Object.assign(el('option'), { value: text })));
    input.setAttribute('list', suggestions.id);
    row.append(suggestions);
  }

  if (options.hint) {
    const hint = el('span', 'quiet', options.hint);
    hint.id = `${id}h`;
    input.setAttribute('aria-describedby', hint.id);
    row.append(hint);
  }

  const set = options.set ?? ((value) => item.set(name, value));
  input.addEventListener(options.choices ? 'change' : 'input', () => {
    input.removeAttribute('aria-invalid');
    set(valueOf(input.value.trim(), options));
  });
  return row;
}

// A text that is no number is sent as it is: the server says the rule.
function valueOf(text, { number }) {
  if (text === '') return null;
  return number && Number.isFinite(Number(text)) ? Number(text) : text;
}

function select({ choices, none }, value) {
  const input = el('select');
  const all = choices.includes(value) || value === null ? choices : [value, ...choices];
  const options = all.map((text) => Object.assign(el('option', '', text), { value: text }));
  if (none) options.unshift(Object.assign(el('option', '', none), { value: '' }));
  input.append(...options);
  input.value = value ?? (none ? '' : choices[0]);
  return input;
}

/** A box to tick. */
export function tick(label, on, change, name) {
  const row = el('label', 'tick');
  const input = el('input');
  input.type = 'checkbox';
  input.checked = on;
  if (name) input.dataset.field = name;
  input.onchange = () => change(input.checked);
  row.append(input, el('span', '', label));
  return row;
}

/** A group of boxes for a list of names, in the order of the list; names that are not known stay. */
export function members(legend, known, chosen, change, name) {
  const group = el('fieldset', 'members wide');
  group.append(el('legend', '', legend));
  const all = [...new Set([...known, ...chosen])];
  const on = new Set(chosen);
  const boxes = all.map((one) => tick(one, on.has(one), (checked) => {
    if (checked) on.add(one);
    else on.delete(one);
    change(all.filter((other) => on.has(other)));
  }));
  group.append(...(boxes.length ? boxes : [el('p', 'quiet', 'Add a backend first.')]));
  if (name) group.querySelector('input')?.setAttribute('data-field', name);
  return group;
}

/** The card of a list of models. */
export function names(title, chosen, known, none, change) {
  const card = el('fieldset', 'card');
  card.append(el('legend', '', title), members(`${title} of the server`, known, chosen, change), el('p', 'quiet', `Without any: ${none}.`));
  return card;
}
