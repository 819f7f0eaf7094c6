// The cards of the candidates: waiting, writing, answered; sorted by rank after ranking. Failures are folded below.
import { copyButton } from './clipboard.js';
import { cost, count, el, logit, seconds } from './format.js';
import { Markdown } from './markdown/markdown.js';
import { standing, standingWords } from './verdicts.js';

// A folded card shows the beginning; the rest of a long answer is laid out when the card is opened.
const preview = 2000;

const calm = matchMedia('(prefers-reduced-motion: reduce)');

export class Candidates {
  constructor(side, members) {
    this.list = side.querySelector('.candidates');
    this.failures = side.querySelector('.failures');
    this.members = members;
    this.cards = new Map();
    this.expected = 0;
  }

  /** Creates a waiting card for each member that has none yet: a panel that asks in stages names its members again with those of the next stage. */
  expect(names) {
    this.expected = names.length;
    this.started ??= performance.now();
    for (const name of names) {
      if (!this.cards.has(name)) this.card(name).classList.add('waiting');
    }

    this.tick();
  }

  /** Shows the next characters of a member's answer. */
  grow(name, text) {
    const card = this.card(name);
    if (!card.classList.contains('waiting')) return;
    card.classList.add('writing');
    card.whole += text;
    if (card.markdown.text.length < preview) card.markdown.grow(card.whole.slice(0, preview));
  }

  /** Shows a member's answer, or moves it to the failures. */
  update(member) {
    const card = this.card(member.name);
    card.classList.remove('waiting', 'writing');
    card.querySelector('.meta').textContent = this.meta(member);
    if (member.failure) {
      this.fail(card, member);
      return;
    }

    if (member.hedged) card.querySelector('.who').append(el('span', 'tag', 'asked twice'));
    this.text(card, member.text ?? '');
  }

  /** Shows the ranks and sorts the cards. The answer's own card is folded when the answer is that candidate unchanged. */
  rank(ranked) {
    const before = new Map([...this.cards.values()].map((card) => [card, card.getBoundingClientRect().top]));
    ranked.candidates.forEach((candidate, i) => {
      const card = this.card(candidate.model ?? `#${i + 1}`);
      card.classList.remove('waiting', 'writing');
      card.classList.toggle('first', candidate.rank === 1);
      card.dataset.rank = candidate.rank;
      card.querySelector('.rank').textContent = candidate.rank;
      const score = card.querySelector('.score');
      score.textContent = standingWords(standing(i, ranked));
      score.title = `score ${logit(candidate.score)}`;
      if (!card.whole) this.text(card, candidate.text);
    });

    const place = (card) => Number(card.dataset.rank ?? 1000);
    this.list.append(...[...this.list.children].sort((a, b) => place(a) - place(b)));
    if (calm.matches) return;
    for (const [card, top] of before) {
      const moved = top - card.getBoundingClientRect().top;
      if (moved) card.animate([{ transform: `translateY(${moved}px)` }, { transform: 'none' }], { duration: 420, easing: 'cubic-bezier(.2,.8,.2,1)' });
    }
  }

  /** Folds the card whose text is the answer. */
  foldAnswer(name) {
    const card = this.cards.get(name);
    if (!card?.whole) return;
    card.classList.add('is-answer');
    this.open(card, false);
    card.querySelector('.more').hidden = false;
  }

  /** Marks the remaining members as not awaited. */
  end(why) {
    cancelAnimationFrame(this.frame);
    for (const card of this.list.querySelectorAll('.waiting')) {
      card.classList.remove('waiting', 'writing');
      card.classList.add('left');
      card.querySelector('.meta').textContent = why;
      if (card.whole) this.text(card, card.whole);
    }
  }

  card(name) {
    const known = this.cards.get(name);
    if (known) return known;
    const card = this.members.paint(el('li', 'candidate'), name);
    const who = el('div', 'who');
    const copying = copyButton(() => card.whole, `Copy the answer of ${name}`);
    copying.hidden = true;
    who.append(el('span', 'name', name), el('span', 'model', this.members.model(name)), el('span', 'meta', ''), copying);
    const more = el('button', 'more', 'Show all');
    more.type = 'button';
    more.hidden = true;
    more.setAttribute('aria-expanded', 'false');
    more.onclick = () => this.open(card, !card.classList.contains('open'));
    const text = el('div', 'text');
    card.append(el('span', 'rank', ''), who, el('div', 'score', ''), text, more);
    card.whole = '';
    card.markdown = new Markdown(text);
    this.cards.set(name, card);
    this.list.append(card);
    return card;
  }

  open(card, open) {
    const more = card.querySelector('.more');
    card.classList.toggle('open', open);
    more.textContent = open ? 'Show less' : card.classList.contains('is-answer') ? 'This is the answer: show it here' : 'Show all';
    more.setAttribute('aria-expanded', String(open));
    more.setAttribute('aria-label', `${more.textContent}: ${card.querySelector('.name').textContent}`);
    card.markdown.show(open ? card.whole : card.whole.slice(0, preview));
  }

  text(card, text) {
    card.whole = text;
    card.markdown.show(text.slice(0, preview));
    card.querySelector('.copy').hidden = !text;
    const box = card.querySelector('.text');
    const isCut = text.length > preview || box.scrollHeight > box.clientHeight + 2;
    card.classList.toggle('cut', isCut);
    card.querySelector('.more').hidden = !isCut;
    card.querySelector('.more').setAttribute('aria-label', `Show all: ${card.querySelector('.name').textContent}`);
  }

  fail(card, member) {
    card.remove();
    const line = this.members.paint(el('li'), member.name);
    line.append(this.members.mark(member.name), el('b', '', member.name), el('span', 'model', this.members.model(member.name)),
      el('span', 'why', `${member.failure.reason.replace('_', ' ')}: ${member.failure.message}`));
    const list = this.failures.querySelector('ul');
    list.append(line);
    this.failures.hidden = false;
    this.failures.querySelector('summary').textContent = `${list.children.length} of ${this.expected} did not answer`;
  }

  meta(member) {
    const notes = [seconds(member.seconds)];
    if (member.completion_tokens) notes.push(`${count(member.completion_tokens)} tokens`);
    if (member.cost !== undefined) notes.push(`cost ${cost(member.cost)}`);
    return notes.join(' · ');
  }

  // Updates the elapsed time of waiting members.
  tick() {
    const now = (performance.now() - this.started) / 1000;
    let waiting = false;
    for (const card of this.cards.values()) {
      if (!card.classList.contains('waiting')) continue;
      waiting = true;
      card.querySelector('.meta').textContent = `${card.whole ? 'writing' : 'waiting'} · ${now.toFixed(1)} s`;
    }

    if (waiting) this.frame = requestAnimationFrame(() => this.tick());
  }
}
