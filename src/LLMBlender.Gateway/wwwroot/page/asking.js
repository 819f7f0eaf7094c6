// One blend on the server: its events go to a record, which is stored, and to a view.
import { ApiError, events } from './events.js';

export class Asking {
  constructor(record, turn, history) {
    this.record = record;
    this.turn = turn;
    this.history = history;
    this.again = null;
  }

  /** Runs to the end: done, failed or stopped. Only a missing key is thrown. */
  async run() {
    const { instruction, panel } = this.record;
    try {
      await this.follow({ instruction, panel, with_member_text: true });
      if (this.again) await this.follow(this.again);
      if (!this.record.done) throw new Error('the connection closed before the answer was complete');
      this.record.state = 'done';
    } catch (e) {
      this.record.state = e.name === 'AbortError' ? 'stopped' : 'failed';
      this.record.error = e.name === 'AbortError' ? 'You stopped it.' : e.message;
      this.turn.fail(this.record.error, e.name === 'AbortError' ? 'Stopped' : 'No answer');
      if (e.status === 401) throw e;
    } finally {
      for (const member of this.record.reports) delete this.record.texts[member.name];
    }
  }

  stop() {
    this.again = null;
    this.controller?.abort();
  }

  /** Stops waiting for members: blends the answers that are there. */
  answerNow() {
    const { ranker, aggregate, fuser, top_k } = this.record.card ?? {};
    const candidates = this.answers().map(({ name, text }) => ({ model: name, text }));
    this.again = { instruction: this.record.instruction, candidates, ranker, aggregate, fuser: fuser ?? undefined, top_k };
    this.controller.abort();
  }

  /** The members that answered. */
  answers() {
    return this.record.reports.filter((member) => !member.failure);
  }

  async follow(request) {
    this.controller = new AbortController();
    const body = { ...request, history: this.history.length ? this.history : undefined, stream: true, trace: true };
    try {
      for await (const { name, data } of events('/v1/blend', body, this.controller.signal)) {
        if (name === 'error') throw new ApiError(200, data.error);
        this.keep(name, data);
        this.turn.on(name, data);
        this.changed?.(name);
      }
    } catch (e) {
      if (e.name !== 'AbortError' || !this.again || request === this.again) throw e;
    }
  }

  keep(name, data) {
    const { record } = this;
    if (name === 'asking') record.members = data.members;
    if (name === 'member_text') record.texts[data.name] = (record.texts[data.name] ?? '') + data.text;
    if (name === 'member') record.reports.push(data.member);
    if (name === 'ranked') record.ranked = data;
    if (name === 'answer') record.draft += data.text;
    if (name === 'done') record.done = data;
  }
}
