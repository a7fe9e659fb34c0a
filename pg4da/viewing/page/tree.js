// The tree as rows. Only the rows in sight exist in the page, so that thousands of nodes cost no more than fifty.

import { ANSWER, MARKS, NAMES } from "./state.js";
import { make, seconds, setText } from "./dom.js";

const OPEN_AT_FIRST = 80; // trees up to this size are shown whole
const EARLIER = " in an earlier round";
const SPARE = 6; // rows above and below what is in sight

export class TreeView {
  // handlers: select(index), breakpoint(index)
  constructor(box, handlers) {
    this.box = box;
    this.handlers = handlers;
    this.sheet = box.appendChild(make("div", { class: "rows", role: "presentation" }));
    this.pool = [];
    this.tree = null;
    this.folds = new Map(); // index -> open?, as the user wants it
    this.rows = [];
    this.selected = -1;
    this.follow = true;
    this.query = "";
    this.shape = "";
    box.addEventListener("scroll", () => this.draw());
    box.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.draw()).observe(box);
  }

  show(state, breakpoints, at) {
    this.state = state;
    this.breakpoints = breakpoints;
    this.at = at;
    if (state.tree !== this.tree) this.adopt(state.tree);
    const path = state.running();
    const tips = state.tips();
    const focus = tips.length ? tips[tips.length - 1] : state.end && state.lastFailure && state.end.failure ? state.lastFailure.i : -1;
    const wanted = focus >= 0 ? [...state.tree.above(focus), ...path] : path;
    const shape = `${wanted.join()}|${focus}`;
    if (shape !== this.shape) {
      this.shape = shape;
      this.wanted = new Set(wanted);
      this.layout();
      if (this.follow && focus >= 0) this.reveal(focus);
    }
    this.draw();
  }

  adopt(tree) {
    const name = this.tree?.nodes[this.selected]?.path;
    this.tree = tree;
    this.folds.clear();
    this.wanted = new Set();
    this.shape = "-";
    this.selected = tree.nodes.findIndex((node) => node.path === name);
    this.layout();
  }

  isOpen(i) {
    if (this.found) return true;
    const chosen = this.folds.get(i);
    if (this.follow && this.wanted.has(i) && chosen !== false) return true;
    return chosen ?? (this.tree.nodes.length <= OPEN_AT_FIRST || this.tree.depth[i] < 1);
  }

  // Which nodes have a row.
  layout() {
    this.rows = [];
    const visit = (i) => {
      if (this.found && !this.found.has(i)) return;
      this.rows.push(i);
      if (this.isOpen(i)) for (const child of this.tree.children[i]) visit(child);
    };
    for (const root of this.tree.roots) visit(root);
    this.place = new Map(this.rows.map((i, row) => [i, row]));
    this.height = parseFloat(getComputedStyle(this.box).getPropertyValue("--row")) || 26;
    this.sheet.style.height = `${this.rows.length * this.height}px`;
  }

  draw() {
    if (!this.tree || !this.state) return;
    const first = Math.max(0, Math.floor(this.box.scrollTop / this.height) - SPARE);
    const count = Math.ceil(this.box.clientHeight / this.height) + 2 * SPARE;
    const rows = this.rows.slice(first, first + count);
    while (this.pool.length < rows.length) this.pool.push(this.makeRow());
    this.pool.forEach((row, k) => {
      row.element.hidden = k >= rows.length;
      if (k < rows.length) this.fill(row, rows[k], first + k);
    });
    const active = this.place.has(this.selected) ? `node-${this.selected}` : "";
    if (this.box.getAttribute("aria-activedescendant") !== active) this.box.setAttribute("aria-activedescendant", active);
  }

  makeRow() {
    const parts = {
      stop: make("button", { class: "dot", tabindex: "-1", "aria-label": "Breakpoint" }),
      fold: make("span", { class: "fold", "aria-hidden": "true" }),
      mark: make("span", { class: "mark", "aria-hidden": "true" }),
      name: make("span", { class: "name" }),
      word: make("span", { class: "word" }),
      times: make("span", { class: "times" }),
      time: make("span", { class: "time" }),
    };
    const element = make("div", { role: "treeitem" }, ...Object.values(parts));
    this.sheet.append(element);
    const row = { element, ...parts, i: -1, drawn: "" };
    element.addEventListener("click", (event) => {
      if (event.target === parts.stop) this.handlers.breakpoint(row.i);
      else if (event.target === parts.fold) this.toggle(row.i);
      else this.select(row.i);
    });
    element.addEventListener("dblclick", (event) => event.target !== parts.stop && event.target !== parts.fold && this.toggle(row.i));
    return row;
  }

  fill(row, i, number) {
    const { state, tree } = this;
    const node = tree.nodes[i];
    const status = state.status[i];
    const open = tree.children[i].length ? this.isOpen(i) : null;
    const end = status === 1 ? state.t : state.ended[i];
    const spent = Number.isFinite(state.started[i]) && (status === 1 || end > state.started[i]) ? seconds(end - state.started[i]) : "";
    const stop = this.breakpoints.has(node.id);
    const past = state.past(i);
    const drawn = [i, number, status, past, open, spent, stop, this.selected === i, state.entered[i], this.at === node.id, this.query].join();
    if (row.drawn === drawn) return;
    row.drawn = drawn;
    row.i = i;
    const e = row.element;
    e.style.transform = `translateY(${number * this.height}px)`;
    e.id = `node-${i}`;
    e.className = `row ${NAMES[status]}${past ? " past" : ""}${this.selected === i ? " selected" : ""}${stop ? " stop" : ""}${this.at === node.id ? " at" : ""}${tree.children[i].length ? "" : " leaf"}${state.failures.get(i)?.code === ANSWER ? " answer" : ""}`;
    e.setAttribute("aria-level", tree.depth[i] + 1);
    e.setAttribute("aria-selected", this.selected === i);
    e.setAttribute("aria-label", `${node.name}, ${node.word}, ${NAMES[status]}${past ? EARLIER : ""}`);
    e.title = past ? `${NAMES[status]}${EARLIER}` : "";
    if (open === null) e.removeAttribute("aria-expanded");
    else e.setAttribute("aria-expanded", open);
    row.fold.style.marginLeft = `${Math.min(tree.depth[i], 24) * 13}px`;
    setText(row.fold, open === null ? "" : open ? "▾" : "▸");
    setText(row.mark, MARKS[status]);
    setText(row.name, node.name);
    const inside = open === false ? ` · ${tree.inside[i]} inside` : "";
    setText(row.word, (node.word === node.name ? "" : node.word) + inside);
    setText(row.times, state.entered[i] > 1 ? `×${state.entered[i]}` : "");
    setText(row.time, spent);
  }

  toggle(i, open = !this.isOpen(i)) {
    if (!this.tree.children[i]?.length) return;
    this.folds.set(i, open);
    this.layout();
    this.draw();
  }

  setFollow(on) {
    this.follow = on;
    this.shape = "-";
  }

  // All open, or all but the running path folded.
  setAll(open) {
    this.folds.clear();
    this.tree?.nodes.forEach((_, i) => {
      if (open || !this.wanted.has(i)) this.folds.set(i, open || this.tree.depth[i] < 1);
    });
    this.layout();
    if (!open && this.tips() >= 0) this.reveal(this.tips());
    this.draw();
  }

  tips() {
    const tips = this.state.tips();
    return tips.length ? tips[tips.length - 1] : -1;
  }

  // Nodes whose name, word or path match, with what is above them; returns how many match.
  search(text) {
    this.query = text.trim().toLowerCase();
    this.found = null;
    let count = 0;
    if (this.query && this.tree) {
      this.found = new Set();
      this.tree.nodes.forEach((node, i) => {
        if (!`${node.name} ${node.word} ${node.text ?? ""}`.toLowerCase().includes(this.query)) return;
        count += 1;
        this.found.add(i);
        for (const above of this.tree.above(i)) this.found.add(above);
      });
    }
    if (this.tree) {
      this.layout();
      this.box.scrollTop = 0;
      this.draw();
    }
    return count;
  }

  firstFound() {
    return this.rows.find((i) => `${this.tree.nodes[i].name} ${this.tree.nodes[i].word}`.toLowerCase().includes(this.query)) ?? -1;
  }

  select(i, reveal = false) {
    if (!this.tree || i < 0 || i >= this.tree.nodes.length) return;
    this.selected = i;
    if (reveal) {
      for (const above of this.tree.above(i)) this.folds.set(above, true);
      this.layout();
      this.reveal(i);
    }
    this.draw();
    this.handlers.select(i);
  }

  reveal(i) {
    const row = this.place.get(i);
    if (row === undefined) return;
    const top = row * this.height;
    const { scrollTop, clientHeight } = this.box;
    const margin = Math.min(3 * this.height, clientHeight / 4);
    if (top < scrollTop + margin) this.box.scrollTop = top - margin;
    else if (top + this.height > scrollTop + clientHeight - margin) this.box.scrollTop = top + this.height - clientHeight + margin;
  }

  key(event) {
    if (!this.tree || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = this.place.get(this.selected) ?? -1;
    const i = this.selected;
    const go = (r) => {
      const target = this.rows[Math.max(0, Math.min(this.rows.length - 1, r))];
      if (target === undefined) return;
      this.select(target);
      this.reveal(target);
      this.draw();
    };
    const page = Math.max(1, Math.floor(this.box.clientHeight / this.height) - 1);
    const keys = {
      ArrowDown: () => go(row + 1),
      ArrowUp: () => go(row - 1),
      PageDown: () => go(row + page),
      PageUp: () => go(row - page),
      Home: () => go(0),
      End: () => go(this.rows.length - 1),
      ArrowRight: () => (row >= 0 && !this.isOpen(i) ? this.toggle(i, true) : go(row + 1)),
      ArrowLeft: () => (row >= 0 && this.tree.children[i].length && this.isOpen(i) ? this.toggle(i, false) : go(this.place.get(this.tree.parent[i]) ?? row)),
      Enter: () => row >= 0 && this.toggle(i),
      b: () => row >= 0 && this.handlers.breakpoint(i),
    };
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }
}
