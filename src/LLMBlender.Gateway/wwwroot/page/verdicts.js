// The ranker's numbers in words.
import { logit, percent, probability } from './format.js';

/** How many of the others a candidate beats, of those it was compared with, and its mean probability to be better than one of them. */
export function standing(i, { matrix, probability: likely }) {
  let [beaten, compared, sum, known] = [0, 0, 0, 0];
  for (let j = 0; matrix && j < matrix.length; j++) {
    if (i === j) continue;
    const logits = [matrix[i][j], negative(matrix[j][i])].filter((x) => x !== null);
    if (!logits.length) continue;
    compared++;
    if (mean(logits) > 0) beaten++;
    const chances = [likely?.[i][j] ?? null, likely?.[j][i] == null ? null : 1 - likely[j][i]].filter((x) => x !== null);
    if (!chances.length) continue;
    sum += mean(chances);
    known++;
  }

  return { beaten, compared, chance: known ? sum / known : null };
}

const negative = (x) => (x === null ? null : -x);
const mean = (list) => list.reduce((all, x) => all + x, 0) / list.length;

/** A candidate's standing in words; empty without comparisons. */
export function standingWords({ beaten, compared, chance }) {
  if (!compared) return '';
  const share = chance === null ? '' : `, ${percent(chance)} on average`;
  return beaten === compared && compared > 1 ? `beats all ${compared} others${share}` : `beats ${beaten} of ${compared}${share}`;
}

/** What the guard found: how surely the fused answer is better or worse than the best candidate. */
export function guardWords({ margin, probability: p }) {
  if (margin === null || margin === undefined) return '';
  const by = `by ${logit(Math.abs(margin)).slice(1)}`;
  return p === undefined || p === null ? by : `${by} (probability ${percent(margin >= 0 ? p : 1 - p)})`;
}

/** A cell's meaning in words. */
export function pairWords(row, column, value, likely) {
  const wins = value > 0;
  const by = `${wins ? 'beats' : 'loses to'} ${column} by ${logit(Math.abs(value)).slice(1)}`;
  return `${row} ${by}${likely == null ? '' : `: ${row} is better with probability ${probability(likely)}`}`;
}

/** Says that a panel in stages accepted no answer. */
export const unsure = ({ confidence }) =>
  `No answer was as sure as this panel asks for${confidence == null ? '' : `: the best one is the best of all with ${percent(confidence)} probability`}. Check it before you use it.`;
