// Copies texts, also where the browser offers no clipboard: on plain HTTP it has none except on this machine.
import { announce } from './announce.js';
import { el } from './format.js';

/** Copies a text. Returns whether it worked. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text) {
  const focused = document.activeElement;
  const box = el('textarea', 'visually-hidden');
  box.value = text;
  (document.querySelector('dialog[open]') ?? document.body).append(box);
  box.select();
  const done = document.execCommand('copy');
  box.remove();
  focused?.focus();
  return done;
}

/** Creates a button that copies a text and says so. */
export function copyButton(text, label) {
  const button = el('button', 'copy', 'Copy');
  button.type = 'button';
  if (label) button.setAttribute('aria-label', label);
  button.onclick = async () => {
    const said = (await copy(text())) ? 'Copied' : 'Not copied';
    button.textContent = said;
    announce(said);
    setTimeout(() => { button.textContent = 'Copy'; }, 1400);
  };
  return button;
}
