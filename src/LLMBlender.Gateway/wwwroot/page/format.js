// Formats numbers for display.

export const seconds = (s) => (s < 0.001 ? '<1 ms' : s < 1 ? `${Math.round(s * 1000)} ms` : `${s.toFixed(s < 10 ? 2 : 1)} s`);

export const logit = (x) => `${x < 0 ? '−' : '+'}${Math.abs(x).toFixed(2)}`;

export const probability = (p) => p.toFixed(2);

export const cost = (c) => (c === 0 ? '0' : c < 0.01 ? c.toPrecision(2) : c.toFixed(2));

export const count = (n) => n.toLocaleString('en');

/** A share in percent; what is not quite 0 or 1 is not rounded to it. */
export const percent = (p) => (!Number.isFinite(p) ? '–' : `${p > 0.995 && p < 1 ? '>99' : p > 0 && p < 0.005 ? '<1' : Math.round(p * 100)}\u00a0%`);

/** A span of seconds in the largest unit that fits. */
export const time = (s) => (s < 90 ? `${Math.round(s)} s` : s < 5400 ? `${Math.round(s / 60)} min` : s < 129600 ? `${Math.round(s / 3600)} h` : `${Math.round(s / 86400)} d`);

export const when = (time) => new Date(time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** Creates an element with a class and a text. Models' texts are only added as text, never as markup. */
export function el(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}
