// The live region for screen readers.

/** Announces a text to screen readers. */
export function announce(text) {
  document.getElementById('announce').textContent = text;
}
