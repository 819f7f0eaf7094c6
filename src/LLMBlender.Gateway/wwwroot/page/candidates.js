// The list of candidates: waiting, answered or failed; sorted by rank after ranking.
import { copyButton } from './clipboard.js';
import { cost, count, el, logit, seconds } from './format.js';
import { Markdown } from './markdown/markdown.js';

// A folded card shows the beginning; the rest of a long answer is laid out when the card is opened.
const preview = 2000;

const calm = matchMedia('(prefers-reduced-motion: reduce)');

export class Candidates {
  constructor(list) {
    this.list = list;
    this.cards = new Map();
    this.started = 0;
  }

  /** Creates a waiting element for each member that has none yet; without names, removes all. */
  expect(names) {
    cancelAnimationFrame(this.frame);
    if (!names.length) {
      this.cards.clear();
      this.list.replaceChildren();
      this.started = performance.now();
    }

    for (const name of names) {
      if (!this.cards.has(name)) this.card(name).classList.add('waiting');
    }

    this.tick();
  }

  /** Shows a member's answer or failure. */
  update(member) {
    const card = this.card(member.name);
    card.classList.remove('waiting');
    card.classList.toggle('failed', Boolean(member.failure));
    card.dataset.seconds = member.seconds;
    const notes = [seconds(member.seconds)];
    if (member.completion_tokens) notes.push(`${count(member.completion_tokens)} tokens`);
    if (member.cost !== undefined) notes.push(`cost ${cost(member.cost)}`);
    card.querySelector('.meta').textContent = notes.join(' · ');
    if (member.hedged) card.querySelector('.who').append(el('span', 'tag', 'asked twice'));
    if (member.failure) this.note(card, `${member.failure.reason.replace('_', ' ')}: ${member.failure.message}`);
    else this.text(card, member.text);
    if (member.failure) card.querySelector('.rank').textContent = '–';
    this.bars();
  }

  /** Shows the ranks and sorts the list. */
  rank(candidates) {
    const before = new Map([...this.cards.values()].map((card) => [card, card.getBoundingClientRect().top]));
    for (const candidate of candidates) {
      const card = this.card(candidate.model ?? '?');
      card.classList.remove('waiting');
      card.classList.toggle('first', candidate.rank === 1);
      card.dataset.rank = candidate.rank;
      card.querySelector('.rank').textContent = candidate.rank;
      const score = card.querySelector('.score');
      score.textContent = logit(candidate.score);
      score.classList.toggle('low', candidate.score < 0);
      if (!card.whole) this.text(card, candidate.text);
    }

    const place = (card) => Number(card.dataset.rank ?? 1000);
    this.list.append(...[...this.list.children].sort((a, b) => place(a) - place(b)));
    if (calm.matches) return;
    for (const [card, top] of before) {
      const moved = top - card.getBoundingClientRect().top;
      if (moved) card.animate([{ transform: `translateY(${moved}px)` }, { transform: 'none' }], { duration: 420, easing: 'cubic-bezier(.2,.8,.2,1)' });
    }
  }

  /** Marks the remaining members as skipped. */
  end() {
    cancelAnimationFrame(this.frame);
    for (const card of this.list.querySelectorAll('.waiting')) {
      card.classList.remove('waiting');
      this.note(card, 'skipped');
    }
  }

  card(name) {
    const known = this.cards.get(name);
    if (known) return known;
    const card = el('li', 'candidate');
    const who = el('div', 'who');
    const copying = copyButton(() => card.whole, `Copy the answer of ${name}`);
    copying.hidden = true;
    who.append(el('span', 'name', name), el('span', 'score', ''), el('span', 'meta', ''), copying);
    const more = el('button', 'more', 'Show all');
    more.type = 'button';
    more.hidden = true;
    more.setAttribute('aria-expanded', 'false');
    more.onclick = () => {
      const open = card.classList.toggle('open');
      more.textContent = open ? 'Show less' : 'Show all';
      more.setAttribute('aria-expanded', String(open));
      card.markdown.show(open ? card.whole : card.whole.slice(0, preview));
    };
    card.append(el('span', 'rank', '·'), who, el('div', 'text', ''), more, el('span', 'bar'));
    card.whole = '';
    card.markdown = new Markdown(card.querySelector('.text'));
    this.cards.set(name, card);
    this.list.append(card);
    return card;
  }

  text(card, text) {
    card.whole = text;
    card.markdown.show(text.slice(0, preview));
    card.querySelector('.copy').hidden = false;
    const box = card.querySelector('.text');
    card.querySelector('.more').hidden = text.length <= preview && box.scrollHeight <= box.clientHeight + 2;
  }

  note(card, text) {
    card.querySelector('.text').replaceChildren(el('p', 'source', text));
  }

  // Updates the elapsed time of waiting members; finished ones show their time relative to the slowest.
  tick() {
    const now = (performance.now() - this.started) / 1000;
    let waiting = false;
    for (const card of this.cards.values()) {
      if (!card.classList.contains('waiting')) continue;
      waiting = true;
      card.querySelector('.meta').textContent = seconds(now);
    }

    this.bars(now);
    if (waiting) this.frame = requestAnimationFrame(() => this.tick());
  }

  bars(now = 0) {
    const time = (card) => Number(card.dataset.seconds ?? now);
    const longest = Math.max(...[...this.cards.values()].map(time), 0.001);
    for (const card of this.cards.values()) {
      card.querySelector('.bar').style.width = `${Math.round((time(card) / longest) * 100)}%`;
    }
  }
}
