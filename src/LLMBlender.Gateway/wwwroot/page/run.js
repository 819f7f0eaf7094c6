// The run on the screen: a conversation of turns, stored as it goes.
import { announce } from './announce.js';
import { Asking } from './asking.js';
import * as store from './store.js';
import { Turn } from './turn.js';
import { $, showError } from './page.js';

export class Run {
  constructor(record) {
    this.record = record ?? { id: newId(), title: '', at: Date.now(), turns: [] };
    this.turns = [];
    this.asking = null;
    $('thread').replaceChildren();
    for (const turn of this.record.turns) this.add(turn).replay(turn);
  }

  /** Asks the next question and waits for its end. */
  async ask(instruction, panel, card) {
    const history = this.record.turns.filter((turn) => turn.done)
      .flatMap((turn) => [{ role: 'user', content: turn.instruction }, { role: 'assistant', content: turn.done.answer }]).filter((message) => message.content.trim());
    const record = { instruction, panel, card, at: Date.now(), state: 'running', members: null, texts: {}, reports: [], ranked: null, draft: '', done: null };
    this.record.title ||= instruction.trim().split('\n')[0].slice(0, 120);
    this.record.turns.push(record);
    const turn = this.add(record);
    turn.element.scrollIntoView({ block: 'start' });
    this.asking = new Asking(record, turn, history);
    this.offerNow(turn);
    await this.save();
    try {
      await this.asking.run();
    } finally {
      this.asking = null;
      turn.$('.now').hidden = true;
      await this.save();
    }

    if (record.done) announce(`Done. ${turn.$('.answer footer').textContent}`);
    return record;
  }

  save() {
    return store.put(this.record).catch((e) => showError(`This browser could not store the run: ${e.message}`));
  }

  add(record) {
    for (const earlier of this.turns) earlier.fold(true);
    const turn = new Turn(record);
    this.turns.push(turn);
    $('thread').append(turn.element);
    return turn;
  }

  // While members are missing, the answers that are there can be blended.
  offerNow(turn) {
    const button = turn.$('.now');
    const { asking } = this;
    asking.changed = (name) => {
      const here = asking.answers().length;
      const missing = (asking.record.members?.length ?? 0) - asking.record.reports.length;
      button.hidden = asking.again !== null || !here || !missing || !['asking', 'member', 'member_text'].includes(name);
      if (name === 'member' || name === 'ranked') this.save();
      button.textContent = `Answer with ${here === 1 ? 'this one' : `these ${here}`} now`;
    };
    button.onclick = () => {
      button.hidden = true;
      asking.answerNow();
    };
  }
}

// Without crypto.randomUUID, which plain HTTP has only on this machine.
const newId = () => [...crypto.getRandomValues(new Uint8Array(9))].map((byte) => byte.toString(36).padStart(2, '0')).join('');
