// A block of code: its language, a button that copies it, and the code.
import { copyButton } from '../clipboard.js';
import { el } from '../format.js';

/** Creates a block of code. */
export function code(text, language) {
  const block = el('div', 'code');
  const head = el('div', 'code-head');
  head.append(el('span', 'language', language || 'text'), copyButton(() => text, 'Copy code'));
  const pre = el('pre');
  pre.tabIndex = 0;
  pre.append(el('code', '', text));
  block.append(head, pre);
  return block;
}
