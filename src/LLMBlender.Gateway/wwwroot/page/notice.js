// What to do where a panel has only recorded answers.
import { el } from './format.js';

/** Creates the card that says how to ask one's own models. */
export function setUpNotice() {
  const notice = el('div', 'notice');
  const text = el('p', '', 'This panel has recorded answers to its examples only. To ask models of your own, start a model server such as Ollama, or set the variable of a provider’s key, and restart; or write a configuration:');
  const pre = el('pre');
  pre.tabIndex = 0;
  pre.append(el('code', '', 'llmblender init'));
  notice.append(el('h3', '', 'These are recorded answers'), text, pre);
  return notice;
}
