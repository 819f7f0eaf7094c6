// The box of the answer: the draft while it is written, then the answer, where it comes from, and a draft that was not given.
import { copyButton } from './clipboard.js';
import { el, percent } from './format.js';
import { Markdown } from './markdown/markdown.js';
import { guardWords, unsure } from './verdicts.js';

export class Answer {
  constructor(box, members) {
    this.box = box;
    this.members = members;
    this.title = box.querySelector('h3');
    this.foot = box.querySelector('footer');
    this.lost = box.querySelector('.draft');
    this.markdown = new Markdown(box.querySelector('.text'));
    this.copy = copyButton(() => this.markdown.text, 'Copy the answer');
    this.copy.hidden = true;
    box.querySelector('header').append(this.copy);
    this.draft = '';
    this.wait('Waiting for the panel');
  }

  /** Says what is waited for, while there is no text. */
  wait(what) {
    this.box.classList.add('waiting');
    this.foot.textContent = what;
  }

  /** Shows the next characters of the draft. */
  grow(text, fuses) {
    this.box.classList.remove('waiting');
    this.box.classList.add('writing');
    if (fuses) this.title.textContent = 'Draft, being fused';
    this.draft += text;
    this.markdown.grow(this.draft);
    this.foot.textContent = fuses ? 'It is given only if it beats the best candidate.' : '';
  }

  /** Shows the final answer. */
  finish(record) {
    this.box.classList.remove('waiting', 'writing');
    const { fusion } = record;
    const best = record.candidates[record.made_from[0]]?.model ?? `#${record.made_from[0] + 1}`;
    const fused = fusion?.given === 'fused';
    this.title.textContent = fused ? 'The fused answer' : 'The answer';
    this.markdown.show(record.answer);
    this.copy.hidden = false;
    this.foot.replaceChildren(...this.origin(record, fused, best));
    if (record.abstained) this.foot.append(el('p', 'unsure', unsure(record)));
    if (!fused && fusion && this.draft && this.draft !== record.answer) this.showLost(record, best);
  }

  /** Shows an error instead of an answer; a draft that was begun stays. */
  fail(message, title = 'No answer') {
    this.box.classList.remove('waiting', 'writing');
    this.box.classList.add('none');
    this.title.textContent = this.draft ? `${title}: the draft until then` : title;
    if (this.draft) this.markdown.show(this.draft);
    this.copy.hidden = !this.draft;
    this.foot.textContent = message;
  }

  /** Shows a notice instead of an answer. */
  explain(notice) {
    this.box.classList.remove('waiting', 'writing');
    this.box.replaceChildren(notice);
  }

  origin(record, fused, best) {
    if (fused) {
      const verdict = guardWords(record.fusion);
      return [`Fused by ${record.fusion.fuser} from `, ...this.names(record.made_from.map((i) => record.candidates[i]?.model ?? `#${i + 1}`)),
        verdict ? `. Better than the best of them ${verdict}.` : '.'];
    }

    const name = this.names([best]);
    if (record.ranking === 'none') return [...name, '’s answer, the first usable one: the candidates could not be ranked.'];
    if (record.candidates.length === 1) return [...name, '’s answer, unchanged: it is the only one.'];
    return [...name, `’s answer, unchanged: the best of ${record.candidates.length}${record.confidence == null ? '' : `, with ${percent(record.confidence)} probability`}.`];
  }

  showLost(record, best) {
    const { fusion } = record;
    const verdict = guardWords(fusion);
    const why = fusion.margin == null ? `could not be compared with ${best}’s answer` : `lost to ${best} ${verdict}`;
    this.lost.querySelector('summary').textContent = `The fused draft ${why}: show it`;
    new Markdown(this.lost.querySelector('.draft-text')).show(this.draft);
    this.lost.hidden = false;
  }

  names(list) {
    return list.flatMap((name, i) => {
      const part = el('span', 'by');
      part.append(this.members.mark(name), name);
      part.title = this.members.full(name);
      return i ? [', ', part] : [part];
    });
  }
}
