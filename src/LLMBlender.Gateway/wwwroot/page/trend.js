// The chart of comparisons a second: computed below, reused above, with axes.
import { el, time } from './format.js';
import { $ } from './page.js';

const svg = 'http://www.w3.org/2000/svg';
const [width, height] = [600, 120];
const shortest = 30;

/** Draws the rates: one every `interval` seconds, at most `most`. The time axis grows with them, up to all that is kept. */
export function showTrend(rates, interval, most, words) {
  const count = Math.min(most, Math.max(shortest, rates.length));
  const peak = Math.max(0, ...rates.map((one) => one.computed + one.reused));
  const top = round(Math.max(1, peak));
  const x = (i) => width - (rates.length - 1 - i) * (width / (count - 1));
  const y = (n) => height - (n / top) * height;
  const area = (className, upper, lower) => {
    const there = rates.map((one, i) => `${x(i).toFixed(1)},${y(upper(one)).toFixed(1)}`);
    const back = rates.map((one, i) => `${x(i).toFixed(1)},${y(lower(one)).toFixed(1)}`).reverse();
    return shape(className, rates.length ? `M${there.join('L')}L${back.join('L')}Z` : '');
  };
  $('trend').replaceChildren(
    area('computed', (one) => one.computed, () => 0),
    area('reused', (one) => one.computed + one.reused, (one) => one.computed),
    ...[0, 0.5].map((share) => shape('grid', `M0,${height * share}H${width}`)));
  $('y-axis').replaceChildren(...[top, top / 2, 0].map((value) => el('span', '', value ? words(value) : '0')));
  const span = (count - 1) * interval;
  $('x-axis').replaceChildren(...[span, span / 2].map((age) => el('span', '', `${time(age)} ago`)), el('span', '', 'now'));
  $('trend-say').textContent = rates.length ? `at most ${words(peak)} in the last ${time(rates.length * interval)}` : 'counting…';
}

// The next of 1, 2, 5 times a power of ten.
function round(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value);
}

function shape(className, d) {
  const path = document.createElementNS(svg, 'path');
  path.setAttribute('class', className);
  path.setAttribute('d', d);
  return path;
}
