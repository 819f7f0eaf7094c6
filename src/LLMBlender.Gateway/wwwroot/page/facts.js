// The facts of a blend: who judged, tokens, cost and times.
import { cost, count, el, seconds } from './format.js';

/** Fills the list of facts. */
export function showFacts(list, record, ranked) {
  const { usage, trace, ranker_info: judge } = record;
  const guard = ranked ? usage.comparisons - ranked.comparisons : 0;
  const facts = [];
  if (judge) facts.push(['Ranked by', judge.name], ['Probabilities', judge.temperature ? 'calibrated' : 'none: not calibrated']);
  facts.push(['Comparisons', guard > 0 ? `${count(ranked.comparisons)} + ${count(guard)} to check the draft` : count(usage.comparisons)]);
  if (usage.prompt_tokens + usage.completion_tokens) facts.push(['Tokens read', count(usage.prompt_tokens)], ['Tokens written', count(usage.completion_tokens)]);
  if (usage.cost !== undefined && usage.cost !== null) facts.push(['Cost, in the prices’ currency', cost(usage.cost)]);
  if (trace) facts.push(['Ask', seconds(trace.seconds.panel)], ['Rank', seconds(trace.seconds.rank)], ['Fuse', seconds(trace.seconds.fuse)]);
  list.replaceChildren(...facts.map(([name, value]) => {
    const pair = el('div');
    pair.append(el('dt', '', name), el('dd', '', value));
    return pair;
  }));
  list.hidden = false;
}
