// The facts of a blend: who judged, tokens, cost and times.
import { cost, count, el, probability, seconds } from './format.js';

/** Fills the list of facts. */
export function showFacts(list, record, ranked) {
  const { usage, trace, ranker_info: judge } = record;
  const guard = ranked ? usage.comparisons - ranked.comparisons : 0;
  const facts = [];
  if (judge) facts.push(['Ranked by', judge.name], ['Probabilities', judge.temperature ? 'calibrated' : 'none: not calibrated']);
  facts.push(['Comparisons', guard > 0 ? `${count(ranked.comparisons)} + ${count(guard)} to check the draft` : count(usage.comparisons)]);
  if (record.confidence !== undefined) facts.push(['Best of all', `probability ${probability(record.confidence)}`]);
  if (record.stages) facts.push(['Asked', asked(record.stages)]);
  if (record.abstained) facts.push(['Sure enough', 'no']);
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

// Who was not asked, and why.
function asked(stages) {
  const [some, rest] = [stages.filter((stage) => stage.outcome !== 'not_asked'), stages.filter((stage) => stage.outcome === 'not_asked')];
  const names = (list) => list.flatMap((stage) => stage.members).join(', ');
  const last = some.at(-1);
  const reasons = { answered: ', worth asking for this question', agreed: ', whose answers say the same', not_worth: ', because more would cost more than it can bring', spent: ', within the limit of cost or calls' };
  const why = reasons[last?.outcome] ?? (last?.confidence === undefined ? '' : `, sure with probability ${probability(last.confidence)}`);
  return rest.length ? `${names(some)}${why}; not ${names(rest)}` : names(some);
}
