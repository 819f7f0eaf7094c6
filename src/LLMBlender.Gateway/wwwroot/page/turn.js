// The view of one question: it takes the events of a blend, as they come or from a stored run.
import { announce } from './announce.js';
import { Answer } from './answer.js';
import { Candidates } from './candidates.js';
import { showFacts } from './facts.js';
import { count, el, seconds } from './format.js';
import { showMatrix } from './matrix.js';
import { Members } from './members.js';
import { setUpNotice } from './notice.js';

export class Turn {
  /** Creates the view of a turn's record: {instruction, panel, card}. */
  constructor(record) {
    this.record = record;
    this.element = document.getElementById('turn').content.firstElementChild.cloneNode(true);
    this.$('.asked').textContent = record.instruction;
    this.members = new Members(record.card?.members, record.card?.models);
    this.candidates = new Candidates(this.$('.candidates-side'), this.members);
    this.answer = new Answer(this.$('.answer'), this.members);
    this.fuses = record.card?.fuser !== 'select';
    this.answered = 0;
    this.expected = 0;
    const unfold = this.$('.unfold');
    unfold.onclick = () => this.fold(!this.element.classList.contains('folded'));
  }

  /** Hides or shows everything but question and answer. */
  fold(folded) {
    this.element.classList.toggle('folded', folded);
    const unfold = this.$('.unfold');
    unfold.textContent = folded ? 'Show how it was made' : 'Hide how it was made';
    unfold.setAttribute('aria-expanded', String(!folded));
  }

  /** Shows an event of the blend. */
  on(name, data) {
    this[`on_${name}`]?.(data);
  }

  on_asking({ members }) {
    this.expected = members.length;
    this.candidates.expect(members);
    this.marks = new Map(members.map((member) => [member, this.marks?.get(member) ?? this.members.mark(member)]));
    this.$('.marks').replaceChildren(...this.marks.values());
    this.step('ask', 'on', `${this.answered} of ${this.expected}`);
    announce(`${this.expected} models asked.`);
  }

  on_member_text({ name, text }) {
    this.candidates.grow(name, text);
    this.marks?.get(name)?.classList.add('writing');
  }

  on_member({ member }) {
    this.candidates.update(member);
    if (!member.failure) this.answered++;
    const mark = this.marks?.get(member.name);
    mark?.classList.remove('writing');
    mark?.classList.add(member.failure ? 'failed' : 'done');
    this.step('ask', 'on', `${this.answered} of ${this.expected}`);
  }

  on_ranking({ seconds: s }) {
    this.candidates.end('not awaited');
    for (const mark of this.marks?.values() ?? []) mark.classList.remove('writing');
    this.step('ask', 'done', this.expected ? `${this.answered} of ${this.expected}${s ? `, ${seconds(s)}` : ''}` : 'given');
    this.step('rank', 'on', '');
    this.answer.wait('Ranking the answers');
  }

  on_ranked(ranked) {
    this.ranked = ranked;
    this.candidates.rank(ranked);
    this.judge(ranked.ranker_info);
    showMatrix(this.$('.matrix'), this.members, ranked);
    this.step('rank', 'done', `${count(ranked.comparisons)} comparisons${ranked.reused ? `, ${count(ranked.reused)} cached` : ''}`);
    announce(`Ranked after ${seconds(ranked.seconds)}.`);
  }

  on_fusing() {
    if (!this.ranked) this.step('rank', 'done', 'not ranked');
    this.step('fuse', 'on', '');
    if (this.fuses) this.answer.wait('Fusing the best answers');
  }

  on_answer({ text }) {
    this.answer.grow(text, this.fuses && !this.isBest(text));
  }

  on_done(record) {
    this.answer.finish(record);
    const fused = record.fusion?.given === 'fused';
    const lost = record.fusion && !fused && record.fusion.margin != null;
    this.step('fuse', 'done', fused ? `by ${record.fusion.fuser}` : lost ? 'draft lost, best kept' : 'best one kept');
    if (!fused) this.candidates.foldAnswer(record.candidates[record.made_from[0]]?.model);
    if (this.ranked && record.fusion) showMatrix(this.$('.matrix'), this.members, this.ranked, record.fusion);
    showFacts(this.$('.facts'), record, this.ranked);
    this.warn(record);
  }

  /** Shows that the blend ended without an answer. */
  fail(message, title) {
    this.candidates.end('not awaited');
    for (const step of ['ask', 'rank', 'fuse']) this.$(`.step-${step}`).classList.remove('on');
    const { card, instruction, state } = this.record;
    if (state === 'failed' && card?.examples?.length && !card.examples.includes(instruction)) this.answer.explain(setUpNotice());
    else this.answer.fail(message, title);
  }

  /** Shows a stored turn. */
  replay(record) {
    if (record.members) this.on_asking({ members: record.members });
    for (const [name, text] of Object.entries(record.texts ?? {})) this.candidates.grow(name, text);
    for (const member of record.reports ?? []) this.on_member({ member });
    if (record.ranked || record.done) this.on_ranking({ seconds: record.done?.trace?.seconds.panel });
    if (record.ranked) this.on_ranked(record.ranked);
    this.answer.draft = record.draft ?? '';
    if (record.done) this.on_done(record.done);
    else this.fail(record.error ?? 'The page was closed before the answer was complete.', record.state === 'failed' ? 'No answer' : 'Stopped');
  }

  judge(info) {
    const judge = this.$('.judge');
    judge.replaceChildren();
    if (!info) return;
    judge.append(`judged by ${info.name}`);
    if (info.demonstration) {
      const tag = el('span', 'tag demo', 'demonstration');
      tag.title = 'This ranker shows how ranking works. It is no judge of real answers.';
      judge.append(' ', tag);
    }
  }

  warn(record) {
    const failed = record.failures.filter((failure) => ['rank', 'fuse', 'guard'].includes(failure.what)).map((failure) => `${failure.what}: ${failure.message}`);
    const all = [...failed, ...(record.warnings ?? [])];
    if (all.length) this.$('.answer').append(el('p', 'warning', all.join('; ')));
  }

  // Where nothing is fused, the stream is the best candidate's text.
  isBest(text) {
    const first = this.ranked?.candidates.find((candidate) => candidate.rank === 1);
    return !this.answer.draft && first?.text === text;
  }

  step(name, state, note) {
    const step = this.$(`.step-${name}`);
    step.classList.remove('on', 'done');
    if (state) step.classList.add(state);
    step.querySelector('.note').textContent = note;
  }

  $(selector) {
    return this.element.querySelector(selector);
  }
}
