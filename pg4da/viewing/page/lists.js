// The event log and the blackboard.

import { brief, clock, make, setText } from "./dom.js";

const SHOWN = 400;

const TELL = {
  observation: (d) => ["look", (d.observation ?? d).target_seen === false ? "the target is not in sight" : `the target is in sight${share(d)}`, ""],
  decision: (d) => ["decide", `${actionText(d.decision?.action ?? d.action)}${d.decision?.candidates > 1 ? `; best of ${d.decision.candidates}` : ""}`, ""],
  motion_started: (d) => [kindOf(d.action), `motion ${d.index ?? ""}: ${armsText(d.arms)}`, ""],
  motion_finished: (d) => [d.kind, d.success ? "done" : `failed${d.code ? ` (${d.code})` : ""}`, d.success ? "good" : "bad"],
  note: (d) => ["note", d.text, "warn"],
  skill_started: (d) => ["start", nodeName(d), "dim"],
  skill_finished: (d) => [d.state === "failure" ? "failed" : "end", d.failure ? `${nodeName(d)}: ${d.failure.message} (${d.failure.code})` : `${nodeName(d)}: ${d.state}`, d.state === "failure" ? "bad" : "dim"],
  finally_failed: (d) => ["failed", `the clean-up failed: ${d.failure?.message ?? ""}`, "bad"],
  error: (d) => ["error", d.message, "bad"],
  refused: (d) => ["refused", `${d.command}: ${d.message}`, "warn"],
  not_at_rest: (d) => ["warning", d.message, "bad"],
  undeclared_code: (d) => ["warning", d.message, ""],
  observer_dropped: (d) => ["warning", d.message, "warn"],
  mission_finished: (d) => ["end", `${d.outcome}${d.failure ? `: ${d.failure.message}` : ""}`, d.outcome === "success" ? "good" : "bad"],
};

// Skills that tell of themselves by other events.
const TOLD = new Set(["observe", "decide", "plan_motion", "push", "grasp", "verify", "check_cell", "check_target", "check_tally", "check_bin"]);

// Whether an event says something that the others do not.
function telling({ event, data }) {
  if (event === "skill_started") return !TOLD.has(data.skill);
  return event !== "skill_finished" || data.state === "failure" || data.state === "stopped";
}

export function tell({ event, data }) {
  const [word, text, tone] = (TELL[event] ?? ((d) => [event.replaceAll("_", " "), brief(d.message ?? d.text ?? d, 200), ""]))(data);
  return { word: word ?? event, text: text ?? "", tone };
}

function share(d) {
  const value = d.visible_share ?? d.observation?.visible_share;
  return typeof value === "number" ? `, ${Math.round(100 * value)} % of it` : "";
}

// The node whose skill it is; its path ends with its name.
function nodeName(d) {
  return String(d.path ?? d.skill).split("/").pop().replaceAll("_", " ");
}

function kindOf(action) {
  return action && ("paths" in action || action.type === "Push") ? "push" : "grasp";
}

const PURPOSES = { isolate: "push to make room round the target", uncover: "push to uncover the target" };

function actionText(action) {
  if (!action || typeof action !== "object") return brief(action ?? "");
  const what = kindOf(action) === "push" ? (PURPOSES[action.purpose] ?? "push") : "grasp the target";
  return `${what}${action.reason ? `: ${action.reason}` : ""}`;
}

function armsText(arms) {
  if (Array.isArray(arms)) return arms.length === 1 ? `${arms[0]} arm` : `${arms.join(" and ")} arm at once`;
  return typeof arms === "number" ? (arms === 1 ? "one arm" : `${arms} arms`) : "";
}

export class EventList {
  constructor(box, seek) {
    this.box = box;
    this.seek = seek;
    this.end = 0;
    this.first = null;
  }

  show(store, end, all) {
    const events = store.events;
    const anew = events[0] !== this.first || end < this.end || all !== this.all;
    this.all = all;
    if (anew) {
      this.box.replaceChildren();
      this.end = Math.max(0, end - (all ? SHOWN : 4 * SHOWN));
      this.first = events[0];
    }
    if (end === this.end && (end || !anew)) return;
    const low = this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight < 40;
    const fresh = events.slice(this.end, end).filter((event) => all || telling(event)).map((event) => this.line(event));
    this.box.append(...fresh);
    while (this.box.childElementCount > SHOWN) this.box.firstElementChild.remove();
    this.end = end;
    if (this.box.querySelector(".event")) this.box.querySelector(".hint")?.remove();
    if (low || anew) this.box.scrollTop = this.box.scrollHeight;
    if (!this.box.childElementCount) this.box.append(make("p", { class: "hint" }, "Nothing has happened yet."));
  }

  line(event) {
    const { word, text, tone } = tell(event);
    return make("button", { class: `event ${tone}`, title: "Show this moment", onclick: () => this.seek(event.t) },
      make("time", {}, clock(event.t)), make("b", {}, word), make("span", {}, text));
  }
}

export class ValueList {
  constructor(box) {
    this.box = box;
    this.rows = new Map();
    this.order = "";
  }

  show(state) {
    const all = [...state.values].sort((a, b) => Number(a[1].scope) - Number(b[1].scope) || a[1].key.localeCompare(b[1].key));
    const order = all.map(([id]) => id).join("\n") + state.tree.nodes.length;
    if (order !== this.order) this.build(state, all, order);
    for (const [id, value] of all) {
      const row = this.rows.get(id);
      setText(row.value, brief(value.value, 400));
      row.line.classList.toggle("fresh", state.t - value.t < 1.5);
      setText(row.time, clock(value.t));
    }
  }

  build(state, all, order) {
    this.order = order;
    this.rows.clear();
    const parts = [];
    let scope = null;
    for (const [id, value] of all) {
      if (value.scope !== scope) parts.push(make("h3", {}, scopeName(state, (scope = value.scope))));
      const row = { value: make("span", { class: "value" }), time: make("time", { title: "written at" }) };
      row.line = make("div", { class: "entry" }, make("b", {}, value.key), row.value, row.time);
      this.rows.set(id, row);
      parts.push(row.line);
    }
    this.box.replaceChildren(...(parts.length ? parts : [make("p", { class: "hint" }, "The blackboard is empty.")]));
  }
}

function scopeName(state, scope) {
  if (scope === "0") return "Mission";
  const i = state.tree.at.get(Number(scope));
  return i === undefined ? `Scope ${scope}` : `Subtree “${state.tree.nodes[i].name}”`;
}
