// What every page has: the theme, a line for problems, one for those who listen, and a row that asks for the server's key.
import { ApiError, headers } from './events.js';
import './theme.js';

export const $ = (id) => document.getElementById(id);

/** Shows a problem; null takes it away. */
export function complain(message) {
  $('problem').textContent = message ?? '';
  $('problem').hidden = !message;
}

/** Says a text to those who listen. */
export function announce(text) {
  $('announce').textContent = text;
}

/** What a path of the API answers. Where it wants a key, the row for one is shown. */
export async function get(path) {
  const response = await fetch(path, { headers: headers(), cache: 'no-store' });
  $('key-row').hidden = response.status !== 401;
  const body = await response.json();
  if (!response.ok) throw new ApiError(response.status, body.error);
  return body;
}

/** Keeps a key that is given, and calls back. */
export function onKey(again) {
  $('use-key').onclick = () => {
    sessionStorage.setItem('key', $('key').value.trim());
    $('key').value = '';
    again();
  };
}
