// A run as a file: Markdown to read, JSON to process.
import { el, seconds, when } from './format.js';
import { Members } from './members.js';
import { standing, standingWords, unsure } from './verdicts.js';

/** The run as Markdown: each question, its answer, where it comes from, and the candidates. */
export function toMarkdown(run) {
  const parts = [`# ${run.title}`, `${when(run.at)} · panel ${run.turns[0]?.panel ?? ''}`];
  for (const turn of run.turns) parts.push(...turnParts(turn));
  return `${parts.join('\n\n')}\n`;
}

function turnParts({ instruction, done, ranked, reports = [], draft, error, state, card }) {
  const parts = [`## ${instruction}`];
  const members = new Members(card?.members, card?.models);
  if (done) parts.push(done.answer, `*${origin(done)}*${done.abstained ? `\n\n*${unsure(done)}*` : ''}`);
  else parts.push(`*${state === 'failed' ? 'No answer' : 'Stopped'}: ${error ?? 'not finished'}*`);
  if (done?.fusion?.given === 'best' && draft && draft !== done.answer) parts.push('### Fused draft, not given', draft);
  const candidates = (ranked ?? done)?.candidates.map((candidate, i) => ({ ...candidate, i })).sort((a, b) => a.rank - b.rank)
    ?? reports.filter((member) => !member.failure).map((member) => ({ model: member.name, text: member.text }));
  for (const { model, rank, text, i } of candidates) {
    const words = ranked ? standingWords(standing(i, ranked)) : '';
    parts.push(`### ${rank ? `${rank}. ` : ''}${model ? members.full(model) : `#${i + 1}`}${words ? `: ${words}` : ''}`, text);
  }

  const failed = reports.filter((member) => member.failure);
  if (failed.length) parts.push('### Did not answer', failed.map((member) => `- ${member.name}: ${member.failure.message} (${seconds(member.seconds)})`).join('\n'));
  return parts;
}

const origin = (done) => {
  const names = done.made_from.map((i) => done.candidates[i]?.model ?? `#${i + 1}`).join(', ');
  return done.fusion?.given === 'fused' ? `Fused by ${done.fusion.fuser} from ${names}` : `${names}’s answer, unchanged`;
};

/** Has the browser save a text. */
export function save(name, type, text) {
  const link = el('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** A name for a run's file. */
export const fileName = (run, ending) => `${run.title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '').slice(0, 60) || 'run'}.${ending}`;
