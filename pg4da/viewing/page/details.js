// What is known of one node: state, times, what the file gives it, why it failed.

import { NAMES } from "./state.js";
import { brief, clock, make, seconds } from "./dom.js";

export class Details {
  constructor(box, handlers) {
    this.box = box;
    this.handlers = handlers; // select(index), let(), breakpoint(index), canSteer()
    this.drawn = "";
  }

  show(state, i, breakpoints, following) {
    const node = state.tree.nodes[i];
    const failure = node && state.failures.get(i);
    const steer = this.handlers.canSteer();
    const time = node ? times(state, i) : [];
    const drawn = JSON.stringify([following, node?.path, node && state.status[i], node && state.past(i), time, failure, steer, node && breakpoints.has(node.id), state.tree.nodes.length, node && values(state, node)]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.box.replaceChildren(...(node ? this.parts(state, i, node, failure, breakpoints, time, steer, following) : empty()));
  }

  parts(state, i, node, failure, breakpoints, time, steer, following) {
    const status = NAMES[state.status[i]];
    const on = breakpoints.has(node.id);
    const stop = make("button", { class: "quiet", disabled: !steer, title: "Pause before this node starts (B)", onclick: () => this.handlers.breakpoint(i) }, on ? "Remove breakpoint" : "Breakpoint");
    const where = node.file ? `${node.file.split("/").pop()}:${node.line}` : "";
    return [
      make("div", { class: "bar" }, make("h2", {}, node.name), make("span", { class: `chip ${state.past(i) ? "" : status}` }, state.past(i) ? `${status}, an earlier round` : status), make("span", { class: "grow" }), following ? make("span", { class: "muted", title: "Choose a node to look at that one" }, "what runs") : make("button", { class: "quiet", title: "Back to what runs", onclick: () => this.handlers.let() }, "×"), stop),
      make("div", { class: "scroll" },
        failure ? this.why(state, i, failure) : null,
        make("dl", { class: "facts" }, ...facts([["Kind", node.word], ...time, ["File", where], ["Path", node.path]])),
        node.text ? make("h3", {}, "Given by the file") : null,
        node.text ? make("ul", { class: "given" }, ...split(node.text).map((part) => make("li", {}, part))) : null,
        ...valueParts(values(state, node)),
      ),
    ];
  }

  // The reason, and how it came from the leaf up to here.
  why(state, i, failure) {
    const box = make("div", { class: "why" }, make("h3", {}, "Why it failed"), reason(failure));
    const chain = chainTo(state, i, failure);
    if (chain.length > 1) {
      box.append(make("p", { class: "muted small" }, "It came from:"));
      box.append(make("ol", { class: "chain" }, ...chain.map((j) => make("li", {}, make("button", { class: "link", onclick: () => this.handlers.select(j) }, state.tree.nodes[j].name)))));
    }
    const causes = failure.causes ?? (failure.cause ? [failure.cause] : []);
    if (causes.length) box.append(make("p", { class: "muted small" }, "After these had failed:"), make("ol", { class: "causes" }, ...causes.map((cause) => causeItem(cause, 0))));
    return box;
  }
}

function empty() {
  return [make("div", { class: "bar" }, make("h2", {}, "Node")), make("p", { class: "hint" }, "Choose a node to see its inputs, its times and why it failed.")];
}

export function reason(failure) {
  return make("div", { class: "reason" },
    make("p", { class: "message" }, failure.message),
    make("p", { class: "muted small" }, `${failure.code} · ${failure.phase} · ${failure.recoverable === false ? "cannot be recovered" : "can be recovered"}`));
}

function causeItem(cause, depth) {
  const item = make("li", {}, reason(cause), make("p", { class: "muted small" }, cause.path ?? ""));
  const inner = cause.causes ?? [];
  if (inner.length && depth < 4) item.append(make("ol", { class: "causes" }, ...inner.map((each) => causeItem(each, depth + 1))));
  return item;
}

// From the node down to where the failure arose.
function chainTo(state, i, failure) {
  const chain = [i];
  for (let steps = 0; steps < 200; steps++) {
    const here = chain[chain.length - 1];
    if (state.tree.nodes[here].path === failure.path) break;
    const next = state.tree.children[here].find((c) => state.failures.get(c)?.path === failure.path);
    if (next === undefined) break;
    chain.push(next);
  }
  return chain;
}

function times(state, i) {
  const found = [];
  const { started, ended, status, entered, t } = state;
  if (Number.isFinite(started[i])) {
    found.push(["Started", clock(started[i])]);
    if (status[i] === 1) found.push(["Runs for", seconds(t - started[i])]);
    else if (Number.isFinite(ended[i])) found.push(["Took", seconds(ended[i] - started[i]) || "0 s"]);
  }
  if (entered[i]) found.push(["Entered", entered[i] === 1 ? "once" : `${entered[i]} times`]);
  return found;
}

// Values that the node's text names, from the scope it stands in.
function values(state, node) {
  const words = new Set((node.text ?? "").match(/[A-Za-z_][A-Za-z_0-9]*/g) ?? []);
  if (!words.size) return [];
  const scope = scopeOf(state, node);
  return [...state.values.values()].filter((value) => value.scope === scope && words.has(value.key)).map((value) => [value.key, brief(value.value, 160)]);
}

function scopeOf(state, node) {
  const { tree } = state;
  let i = tree.at.get(node.id);
  for (let p = tree.parent[i]; p >= 0; p = tree.parent[p]) if (tree.nodes[p].word === "subtree") return String(tree.nodes[p].id);
  return "0";
}

function valueParts(list) {
  if (!list.length) return [];
  return [make("h3", {}, "Values now"), make("dl", { class: "facts" }, ...facts(list))];
}

function facts(pairs) {
  return pairs.filter(([, value]) => value !== "" && value !== undefined).flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]);
}

function split(text) {
  return text.split(/\n|, (?=[a-z_]+(?::| ->))/).filter(Boolean);
}
