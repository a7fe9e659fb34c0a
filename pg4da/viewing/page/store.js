// All messages of a run with states kept along the way, so that any moment can be shown at once.

import { ANSWER, RunState } from "./state.js";

const EVERY = 500; // messages between two kept states
const MOST = 400000; // messages kept
const EVENTS = 20000;

export class Store {
  constructor() {
    this.reset();
  }

  reset() {
    this.messages = [];
    this.times = [];
    this.kept = []; // [number of messages applied, state]
    this.latest = new RunState();
    this.events = []; // {t, event, data, number}
    this.spans = []; // {node, i, tree, from, to, state}: what each leaf did
    this.open = new Map(); // index -> span
    this.changed = true;
  }

  get first() {
    return this.times[0] ?? 0;
  }

  get last() {
    return this.times[this.times.length - 1] ?? 0;
  }

  add(message) {
    const before = this.latest.tree;
    if (this.messages.length % EVERY === 0) this.kept.push([this.messages.length, this.latest.copy()]);
    this.latest.apply(message);
    this.messages.push(message);
    this.times.push(Math.max(this.last, this.latest.t));
    if (message.k === "event") this.note(message);
    if (message.k === "key" && message.run) this.catchUp(message);
    if (this.latest.tree !== before) this.cut();
    if (message.k === "tick" || (message.k === "key" && message.run)) this.trace(message);
    if (message.k === "end") this.cut();
    if (this.messages.length > MOST) this.forget();
    this.changed = true;
  }

  note(message) {
    this.events.push({ t: message.t, event: message.event, data: message.data ?? {} });
    if (this.events.length > EVENTS) this.events.splice(0, EVENTS / 4);
  }

  // A keyframe brings the last events; those that came before are known already.
  catchUp(message) {
    const known = this.events.at(-1)?.t ?? -1;
    for (const event of message.events ?? []) if (event.t > known) this.note(event);
  }

  // Spans of the leaves, for the time line.
  trace(message) {
    const { tree } = this.latest;
    for (const [id, letter] of message.s ?? []) {
      const i = tree.at.get(id);
      if (i === undefined || tree.children[i].length) continue;
      const span = this.open.get(i);
      if (letter === "R") {
        if (span) continue;
        const fresh = { tree, i, from: this.last, to: null, state: 1 };
        this.open.set(i, fresh);
        this.spans.push(fresh);
      } else if (span) {
        span.to = this.last;
        span.state = { S: 2, F: 3 }[letter] ?? 0;
        this.open.delete(i);
      } else if (letter === "F" && message.k === "tick" && message.f?.[id]?.code !== ANSWER) this.spans.push({ tree, i, from: this.last, to: this.last, state: 3 });
    }
  }

  cut() {
    for (const span of this.open.values()) span.to = this.last;
    this.open.clear();
  }

  // Number of messages up to and including time t.
  countAt(t) {
    let low = 0;
    let high = this.times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.times[middle] <= t) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  stateAt(t) {
    const count = this.countAt(t);
    if (count >= this.messages.length) return this.latest;
    let k = this.kept.length - 1;
    while (k > 0 && this.kept[k][0] > count) k--;
    if (k < 0) return this.latest;
    const state = this.kept[k][1].copy();
    for (let i = this.kept[k][0]; i < count; i++) state.apply(this.messages[i]);
    state.t = Math.max(state.t, Math.min(t, this.last));
    return state;
  }

  eventsUntil(t) {
    let end = this.events.length;
    while (end > 0 && this.events[end - 1].t > t) end--;
    return end;
  }

  forget() {
    const k = this.kept.findIndex(([count]) => count > MOST / 4);
    const dropped = this.kept[k][0];
    this.messages.splice(0, dropped);
    this.times.splice(0, dropped);
    this.kept = this.kept.slice(k).map(([count, state]) => [count - dropped, state]);
    this.spans = this.spans.filter((span) => span.to === null || span.to >= this.first);
  }
}
