// The status page: polls the cluster's counters every two seconds and shows their rates.
import { count, el, percent, time } from './format.js';
import { $, announce, showError, get, onKey } from './page.js';
import { showBackends, showPanels } from './backends.js';
import { showTrend } from './trend.js';

const interval = 2000;
const kept = 90;
const history = [];
let before = null;
let panels = null;
let paused = false;
let timer = null;
let announced = '';

const rate = (n) => (n === null ? '–' : n >= 100 ? count(Math.round(n)) : n.toFixed(n < 10 ? 1 : 0));
const big = (n) => (n >= 1e6 ? `${(n / 1e6).toFixed(1)} M` : n >= 1e4 ? `${Math.round(n / 1e3)} k` : count(n));
const total = (of) => of.computed + of.memory + of.redis + of.joined + of.failed;
const sum = (list, of) => list.reduce((all, one) => all + of(one), 0);

async function look() {
  clearTimeout(timer);
  try {
    const { silos } = await get('/v1/status');
    panels ??= (await get('/v1/models')).data;
    showError(null);
    show(silos, performance.now() / 1000);
  } catch (e) {
    showError(e.message);
  }

  if (!paused) timer = setTimeout(look, interval);
}

// Rates are computed per silo; a new or restarted silo has no rate yet.
function show(silos, now) {
  const elapsed = before ? now - before.now : 0;
  const pairs = silos.map((silo) => [silo, before?.silos.find((one) => one.address === silo.address && one.answers)]).filter(([silo, then]) => silo.answers && then);
  const difference = (of) => (elapsed > 0 ? sum(pairs, ([silo, then]) => of(silo) - of(then)) / elapsed : null);
  const answering = silos.filter((silo) => silo.answers);
  const workers = answering.filter((silo) => silo.accelerators.length);
  const loads = new Map(pairs.flatMap(([silo, then]) => silo.accelerators.map((accelerator, i) => [
    `${silo.address} ${i}`, elapsed > 0 && then.accelerators[i] ? Math.min(1, (accelerator.busy_seconds - then.accelerators[i].busy_seconds) / elapsed) : 0])));
  const computed = difference((silo) => silo.comparisons.computed);
  const reused = difference((silo) => total(silo.comparisons) - silo.comparisons.computed - silo.comparisons.failed);
  const asked = sum(answering, (silo) => total(silo.comparisons));
  if (computed !== null) history.push({ computed, reused });
  if (history.length > kept) history.shift();

  tiles([
    ['Blends a second', rate(difference((silo) => silo.blends)), `${count(sum(answering, (silo) => silo.blends))} so far, ${count(sum(answering, (silo) => silo.failed_blends))} failed`],
    ['Comparisons a second', computed === null ? '–' : rate(computed + reused), `${big(asked)} so far`],
    ['Cache hits', percent(1 - sum(answering, (silo) => silo.comparisons.computed + silo.comparisons.failed) / asked), 'from memory, Redis or another request'],
    ['Waiting', big(sum(answering, (silo) => silo.queued_tokens)), 'tokens in the workers’ queues'],
    ['Accelerators', count(sum(workers, (silo) => silo.accelerators.length)), loads.size ? `${percent(sum([...loads.values()], (load) => load) / loads.size)} busy` : 'none'],
    ['Active requests', count(sum(answering, (silo) => silo.active_requests)), 'in progress now'],
  ]);
  showTrend(history, interval / 1000, kept, rate);
  showBackends(silos, panels);
  showPanels(panels);
  $('silos').replaceChildren(...silos.map((silo) => member(silo, loads)));
  verdict(silos, answering, workers);
  before = { silos, now };
}

function verdict(silos, answering, workers) {
  const lost = silos.length - answering.length;
  const [text, state] = !answering.some((silo) => silo.roles.includes('blend')) ? ['No process blends.', 'bad']
    : !workers.length ? ['No process compares.', 'bad']
      : lost ? [`${lost} of ${silos.length} processes ${lost === 1 ? 'does' : 'do'} not answer.`, 'bad']
        : [`All well: ${silos.length} ${silos.length === 1 ? 'process' : 'processes'}.`, 'good'];
  $('verdict').textContent = text;
  $('verdict').className = `verdict ${state}`;
  if (text !== announced) announce(text);
  announced = text;
}

function tiles(entries) {
  $('tiles').replaceChildren(...entries.map(([name, value, note]) => {
    const tile = el('div');
    tile.append(el('dt', '', name), el('dd', 'value', value), el('dd', 'quiet', note));
    return tile;
  }));
}

function member(silo, loads) {
  const item = el('li', silo.answers ? 'silo' : 'silo lost');
  const head = el('div', 'who');
  head.append(el('span', 'name', silo.address), ...silo.roles.map((role) => el('span', 'tag', role)));
  item.append(head);
  if (!silo.answers) {
    item.append(el('p', 'meta', 'does not answer'));
    return item;
  }

  const facts = [`up ${time(silo.uptime)}`, `${count(silo.active_requests)} under way`];
  if (silo.models.length) facts.push(silo.models.join(', '));
  item.append(el('p', 'meta', facts.join(' · ')));
  silo.accelerators.forEach((accelerator, i) => item.append(bar(accelerator.name, loads.get(`${silo.address} ${i}`) ?? 0, 'busy')));
  if (silo.queue_limit) item.append(bar('queue', silo.queued_tokens / silo.queue_limit, `full, ${big(silo.queued_tokens)} tokens`));
  return item;
}

function bar(name, share, what) {
  const line = el('div', 'load');
  const meter = document.createElement('meter');
  Object.assign(meter, { min: 0, max: 1, low: 0.8, high: 0.95, optimum: 0, value: Math.min(1, share) });
  meter.setAttribute('aria-label', `${name}: ${percent(share)} ${what}`);
  line.append(el('span', 'what', name), meter, el('span', 'quiet', `${percent(share)} ${what}`));
  return line;
}

$('pause').onclick = () => {
  paused = !paused;
  $('pause').setAttribute('aria-pressed', String(paused));
  $('pause').textContent = paused ? 'Resume' : 'Pause';
  if (paused) clearTimeout(timer);
  else look();
};
onKey(look);
document.addEventListener('visibilitychange', () => {
  clearTimeout(timer);
  if (!document.hidden && !paused) look();
});
look();
