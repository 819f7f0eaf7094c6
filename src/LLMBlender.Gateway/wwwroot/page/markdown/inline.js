// Tokens within a line to nodes. Texts are only added as text, and only the addresses of web pages and mail become links.
import { el } from '../format.js';
import { maths } from './maths.js';

const tags = { strong: 'strong', em: 'em', del: 's' };

/** Creates the nodes of inline tokens. */
export function inline(tokens) {
  const nodes = document.createDocumentFragment();
  for (const token of tokens ?? []) nodes.append(node(token));
  return nodes;
}

function node(token) {
  switch (token.type) {
    case 'strong':
    case 'em':
    case 'del':
      return filled(tags[token.type], token.tokens);
    case 'codespan':
      return el('code', '', token.text);
    case 'br':
      return el('br');
    case 'link':
      return link(token.href, inline(token.tokens), token.text);
    case 'image':
      // Images are not loaded: their address would learn of the reader.
      return link(token.href, `image: ${token.text || token.href}`, token.text || token.href);
    case 'mathInline':
      return maths(token.text, token.display, token.raw);
    case 'html':
      return /^<br *\/?>$/i.test(token.raw) ? el('br') : document.createTextNode(token.raw);
    case 'checkbox':
      return el('span', 'check', token.checked ? '☑ ' : '☐ ');
    case 'escape':
      return document.createTextNode(token.text);
    default:
      return token.tokens ? inline(token.tokens) : document.createTextNode(entities(token.text ?? token.raw));
  }
}

function filled(tag, tokens) {
  const element = el(tag);
  element.append(inline(tokens));
  return element;
}

function link(href, content, text) {
  const address = webAddress(href);
  if (!address) {
    const span = el('span', 'no-link');
    span.append(content);
    if (href && href !== text) span.append(` (${href})`);
    return span;
  }

  const anchor = el('a');
  anchor.href = address;
  anchor.target = '_blank';
  anchor.rel = 'noopener noreferrer nofollow';
  anchor.append(content);
  return anchor;
}

/** The address of a web page or of mail; null for any other, such as a script, data or a path of this site. */
export function webAddress(href) {
  try {
    const url = new URL(href);
    return ['http:', 'https:', 'mailto:'].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

const known = new Map();

/** Replaces character references such as &amp;amp; by their characters. */
export function entities(text) {
  return text.includes('&') ? text.replace(/&(?:[a-z][a-z0-9]{1,31}|#\d{1,7}|#x[\da-f]{1,6});/gi, character) : text;
}

function character(reference) {
  if (!known.has(reference)) known.set(reference, new DOMParser().parseFromString(reference, 'text/html').documentElement.textContent);
  return known.get(reference);
}
