// Block tokens to elements.
import { el } from '../format.js';
import { code } from './code.js';
import { entities, inline } from './inline.js';
import { maths } from './maths.js';

/** Creates the element of a block. */
export function block(token, level) {
  switch (token.type) {
    case 'heading':
      return heading(token, level);
    case 'paragraph':
      return filled('p', token.tokens);
    case 'text':
      return token.tokens ? inline(token.tokens) : document.createTextNode(entities(token.text));
    case 'code':
      return code(token.text, entities((token.lang ?? '').split(/\s/)[0]));
    case 'blockquote':
      return nested('blockquote', token.tokens);
    case 'list':
      return list(token);
    case 'table':
      return table(token);
    case 'hr':
      return el('hr');
    case 'mathBlock':
      return maths(token.text, true, token.raw);
    case 'space':
    case 'def':
      return document.createDocumentFragment();
    case 'checkbox':
      return el('span', 'check', token.checked ? '☑ ' : '☐ ');
    default:
      return el('p', 'source', token.raw);
  }
}

// Only the outermost headings are headings of the page, one level apart; those in lists and quotes only look like it.
function heading(token, level) {
  const element = level ? filled(`h${level}`, token.tokens) : filled('p', token.tokens);
  element.className = `h h-${Math.min(token.depth, 4)}`;
  return element;
}

function list(token) {
  const element = el(token.ordered ? 'ol' : 'ul');
  if (token.ordered && token.start !== 1 && token.start !== '') element.start = token.start;
  for (const item of token.items) {
    const line = nested('li', item.tokens);
    if (item.task) line.className = 'task';
    element.append(line);
  }

  return element;
}

function table(token) {
  const head = el('tr');
  head.append(...token.header.map((cell) => cellOf('th', cell)));
  const body = el('tbody');
  for (const row of token.rows) {
    const line = el('tr');
    line.append(...row.map((cell) => cellOf('td', cell)));
    body.append(line);
  }

  const thead = el('thead');
  thead.append(head);
  const element = el('table');
  element.append(thead, body);
  const box = el('div', 'table');
  box.tabIndex = 0;
  box.setAttribute('role', 'group');
  box.setAttribute('aria-label', 'Table');
  box.append(element);
  return box;
}

function cellOf(tag, cell) {
  const element = filled(tag === 'th' && !cell.text ? 'td' : tag, cell.tokens);
  if (element.tagName === 'TH') element.scope = 'col';
  if (cell.align) element.className = `align-${cell.align}`;
  return element;
}

function filled(tag, tokens) {
  const element = el(tag);
  element.append(inline(tokens));
  return element;
}

function nested(tag, tokens) {
  const element = el(tag);
  element.append(...tokens.map((token) => block(token, 0)));
  return element;
}
