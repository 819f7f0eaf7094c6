// Formats numbers for display.

export const seconds = (s) => (s < 0.001 ? '<1 ms' : s < 1 ? `${Math.round(s * 1000)} ms` : `${s.toFixed(s < 10 ? 2 : 1)} s`);

export const logit = (x) => `${x < 0 ? '−' : '+'}${Math.abs(x).toFixed(2)}`;

/** A ranker's name, kind and whether it is a demonstration. */
export const ranker = (info) => `${info.name} (${info.demonstration ? 'demonstration ' : ''}${info.kind})`;

export const probability = (p) => p.toFixed(2);

export const cost = (c) => (c === 0 ? '0' : c < 0.01 ? c.toPrecision(2) : c.toFixed(2));

export const count = (n) => n.toLocaleString('en');

export const when = (time) => new Date(time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** Creates an element with a class and a text. Models' texts are only added as text, never as markup. */
export function el(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}
