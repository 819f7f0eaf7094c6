// Common parts of all pages: the theme, a line for errors, and a row that asks for the API key.
import { ApiError, headers } from './events.js';
import './theme.js';

export { announce } from './announce.js';

export const $ = (id) => document.getElementById(id);

/** Shows an error; null hides it. */
export function showError(message) {
  $('problem').textContent = message ?? '';
  $('problem').hidden = !message;
}

/** Gets a path of the API. If a key is required, shows the row for it. */
export async function get(path) {
  const response = await fetch(path, { headers: headers(), cache: 'no-store' });
  $('key-row').hidden = response.status !== 401;
  const body = await response.json();
  if (!response.ok) throw new ApiError(response.status, body.error);
  return body;
}

/** Stores the entered key and calls back. */
export function onKey(again) {
  $('key').onkeydown = (event) => {
    if (event.key === 'Enter') $('use-key').click();
  };
  $('use-key').onclick = () => {
    sessionStorage.setItem('key', $('key').value.trim());
    $('key').value = '';
    again();
  };
}
