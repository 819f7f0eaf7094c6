// The main page: runs one blend at a time and shows the answers, their ranking and the fusion as events arrive.
import { Candidates } from './candidates.js';
import { copyButton } from './clipboard.js';
import { ApiError, events } from './events.js';
import { cost, count, el, logit, probability, ranker, seconds, when } from './format.js';
import * as history from './history.js';
import { Markdown } from './markdown/markdown.js';
import { showMatrix } from './matrix.js';
import { $, announce, showError, get, onKey } from './page.js';

const form = $('form');
const ask = $('ask');
const panel = $('panel');
const candidates = new Candidates($('candidates'));
const answer = new Markdown($('answer-text'));
const copying = copyButton(() => whole, 'Copy the answer');
$('answer-head').append(copying);
const steps = { ask: $('step-ask'), rank: $('step-rank'), fuse: $('step-fuse') };
let panels = [];
let running = null;
let whole = '';

// Panels.
async function loadPanels() {
  panels = (await get('/v1/models')).data;
  panel.replaceChildren(...panels.map((model) => {
    const option = el('option', '', model.id);
    option.value = model.id;
    return option;
  }));
  panel.onchange = showPanel;
  showPanel();
  showError(null);
}

function showPanel() {
  $('base-url').textContent = `${location.origin}/v1`;
  $('base-model').textContent = panel.value;
  const card = panels.find((model) => model.id === panel.value)?.llmblender;
  $('panel-members').textContent = card ? `${card.members.length} ${card.members.length === 1 ? 'member' : 'members'}${card.fuser ? `, fused by ${card.fuser}` : ''}` : '';
  const examples = (card?.examples ?? []).slice(0, 5);
  $('examples').replaceChildren(...examples.map((text) => {
    const button = el('button', '', text);
    button.type = 'button';
    button.title = text;
    button.onclick = () => {
      ask.value = text;
      ask.focus();
    };
    return button;
  }));
}

// A run.
form.onsubmit = (event) => {
  event.preventDefault();
  if (!running && ask.value.trim()) run(ask.value, panel.value);
};
ask.onkeydown = (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
};
$('stop').onclick = () => running?.abort();
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  if (!$('history').hidden) toggleHistory(false);
  else running?.abort();
});

async function run(instruction, name) {
  running = new AbortController();
  begin(instruction);
  const record = { instruction, panel: name, at: Date.now(), members: [], ranked: null, done: null };
  try {
    for await (const event of events('/v1/blend', { instruction, panel: name, stream: true, trace: true }, running.signal)) {
      if (event.name === 'error') throw new ApiError(200, event.data.error);
      if (event.name === 'member') record.members.push(event.data.member);
      if (event.name === 'ranked') record.ranked = event.data;
      if (event.name === 'done') record.done = event.data;
      handlers[event.name]?.(event.data);
    }

    if (!record.done) throw new Error('the connection closed before the answer was complete');
    history.add(record);
    showHistory();
    announce(`Done. ${$('answer-foot').textContent}`);
  } catch (e) {
    if (e.name !== 'AbortError') showError(e.message);
    $('answer').classList.remove('waiting', 'writing');
    for (const step of Object.values(steps)) step.classList.remove('on');
    if (e.status === 401) reload();
  } finally {
    running = null;
    candidates.end();
    $('stop').hidden = true;
    $('go').hidden = false;
  }
}

let answered = 0;
let expected = 0;
const handlers = {
  // A panel that asks in stages sends one for each stage, with the members of the stages before.
  asking({ members }) {
    candidates.expect(members);
    expected = members.length;
    step('ask', 'on', `${answered} of ${expected}`);
    announce(`${expected} members asked.`);
  },
  member({ member }) {
    candidates.update(member);
    answered++;
    step('ask', 'on', `${answered} of ${expected}`);
  },
  ranking({ seconds: s }) {
    step('ask', 'done', `${answered} of ${expected}, ${seconds(s)}`);
    step('rank', 'on', '');
  },
  ranked({ candidates: list, matrix, probability: probabilities, comparisons, reused, seconds: s }) {
    candidates.rank(list);
    showMatrix($('matrix'), list, matrix, probabilities);
    step('rank', 'done', `${count(comparisons)} comparisons${reused ? `, ${count(reused)} cached` : ''}`);
    announce(`Ranked after ${seconds(s)}.`);
  },
  fusing() {
    step('fuse', 'on', '');
    $('answer').classList.replace('waiting', 'writing');
  },
  answer({ text }) {
    whole += text;
    $('answer').classList.replace('waiting', 'writing');
    answer.grow(whole);
  },
  done(record) {
    finish(record);
  },
};

function begin(instruction) {
  showError(null);
  whole = '';
  answered = 0;
  $('run').hidden = false;
  $('intro').hidden = true;
  $('asked').textContent = instruction;
  answer.show('');
  $('answer-foot').textContent = '';
  $('answer').className = 'answer waiting';
  copying.hidden = true;
  $('matrix').hidden = true;
  $('facts').hidden = true;
  $('stop').hidden = false;
  $('go').hidden = true;
  for (const name of Object.keys(steps)) step(name, '', '');
  candidates.expect([]);
}

function finish(record) {
  $('answer').className = 'answer';
  whole = record.answer;
  answer.show(whole);
  copying.hidden = false;
  const from = record.made_from.map((i) => record.candidates[i]?.model ?? `#${i + 1}`).join(', ');
  const fused = record.fusion?.given === 'fused';
  $('answer-foot').textContent = fused
    ? `Fused by ${record.fusion.fuser} from ${from}${record.fusion.margin == null ? '' : `; the ranker prefers it by ${logit(record.fusion.margin)}${sure(record.fusion.probability)}`}.`
    : record.ranking === 'none' ? `${from}’s answer, the first usable one: the ${record.candidates.length} candidates are not ranked.`
      : `${from}’s answer unchanged: ranked first of ${record.candidates.length}.`;
  step('fuse', 'done', fused ? `by ${record.fusion.fuser}` : 'best one kept');
  const { usage, trace } = record;
  const facts = [['Comparisons', count(usage.comparisons)]];
  if (record.ranker_info) facts.unshift(['Ranker', ranker(record.ranker_info)], ['Probabilities', record.ranker_info.temperature ? 'calibrated' : 'none: not calibrated']);
  if (record.confidence !== undefined) facts.push(['Best of all', `probability ${probability(record.confidence)}`]);
  if (record.stages) facts.push(['Asked', asked(record.stages)]);
  if (record.abstained) facts.push(['Sure enough', 'no']);
  if (usage.prompt_tokens + usage.completion_tokens) facts.unshift(['Tokens read', count(usage.prompt_tokens)], ['Tokens written', count(usage.completion_tokens)]);
  if (usage.cost !== undefined) facts.unshift(['Cost', cost(usage.cost)]);
  if (trace) facts.push(['Panel', seconds(trace.seconds.panel)], ['Ranking', seconds(trace.seconds.rank)], ['Fusing', seconds(trace.seconds.fuse)]);
  const failed = record.failures.filter((failure) => ['rank', 'fuse', 'guard'].includes(failure.what));
  $('facts').replaceChildren(...facts.map(([name, value]) => {
    const pair = el('div');
    pair.append(el('dt', '', name), el('dd', '', value));
    return pair;
  }));
  $('facts').hidden = false;
  if (failed.length) showError(failed.map((failure) => `${failure.what}: ${failure.message}`).join('; '));
}

// Who was not asked, and why.
function asked(stages) {
  const [some, rest] = [stages.filter((stage) => stage.outcome !== 'not_asked'), stages.filter((stage) => stage.outcome === 'not_asked')];
  const names = (list) => list.flatMap((stage) => stage.members).join(', ');
  const last = some.at(-1);
  const why = last?.confidence === undefined ? '' : `, sure with probability ${probability(last.confidence)}`;
  return rest.length ? `${names(some)}${why}; not ${names(rest)}` : names(some);
}

const sure = (p) => (p === undefined ? '' : `, with probability ${probability(p)}`);

function step(name, state, note) {
  steps[name].className = state;
  steps[name].querySelector('.note').textContent = note;
}

// History.
function toggleHistory(open) {
  $('history').hidden = !open;
  $('show-history').setAttribute('aria-expanded', String(open));
  if (open) ($('runs').querySelector('button') ?? $('close-history')).focus();
  else $('show-history').focus();
}
$('show-history').onclick = () => toggleHistory($('history').hidden);
$('close-history').onclick = () => toggleHistory(false);
$('clear-history').onclick = () => {
  history.clear();
  showHistory();
};

function showHistory() {
  const runs = history.load();
  $('no-runs').hidden = runs.length > 0;
  $('runs').replaceChildren(...runs.map((record) => {
    const button = el('button');
    button.type = 'button';
    button.append(el('span', 'q', record.instruction), el('span', 'when', `${when(record.at)} · ${record.panel}`));
    button.onclick = () => {
      toggleHistory(false);
      show(record);
    };
    const item = el('li');
    item.append(button);
    return item;
  }));
}

function show(record) {
  if (running) return;
  begin(record.instruction);
  ask.value = record.instruction;
  handlers.asking({ members: record.members.map((member) => member.name) });
  for (const member of record.members) handlers.member({ member });
  handlers.ranking({ seconds: record.done.trace?.seconds.panel ?? 0 });
  if (record.ranked) handlers.ranked(record.ranked);
  finish(record.done);
  candidates.end();
  $('stop').hidden = true;
  $('go').hidden = false;
}

const reload = () => loadPanels().catch((e) => showError(e.message));
onKey(reload);
showHistory();
reload();
ask.focus();
