// Formulas as MathML. The library is loaded with the first formula; until then, and where a formula is wrong, its source is shown.
import { el } from '../format.js';

let library = null;

/** Creates the element of a formula. */
export function maths(source, display, raw) {
  const element = el('span', display ? 'maths display' : 'maths');
  element.append(el('code', '', raw.trim()));
  if (globalThis.temml) draw(element, source, display);
  else load().then(() => draw(element, source, display), () => {});
  return element;
}

function draw(element, source, display) {
  const whole = el('span');
  try {
    globalThis.temml.render(source, whole, { displayMode: display, throwOnError: true, trust: false, maxExpand: 1000, maxSize: [20, 20] });
    element.replaceChildren(...whole.childNodes);
  } catch {
    element.classList.add('wrong');
  }
}

function load() {
  library ??= new Promise((resolve, reject) => {
    const script = el('script');
    script.src = '/page/vendor/temml/temml.min.js';
    script.onload = resolve;
    script.onerror = reject;
    document.head.append(script);
  });
  return library;
}
