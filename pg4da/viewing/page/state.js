// The state of a run, rebuilt from its messages (see pg4da/stream/messages.py). Pure data: nothing here touches the page.

// A condition that does not hold is an answer; it is told as a failure only when the mission ends by it.
export const ANSWER = "condition_false";
export const CODES = { I: 0, R: 1, S: 2, F: 3 };
export const NAMES = ["idle", "running", "success", "failure"];
export const MARKS = ["·", "▶", "✓", "✗"];

// A mission's nodes; shared by all states of it, never changed.
export class Tree {
  constructor(nodes) {
    this.nodes = nodes;
    this.at = new Map(nodes.map((node, i) => [node.id, i]));
    this.parent = nodes.map((node) => this.at.get(node.parent) ?? -1);
    this.children = nodes.map(() => []);
    this.depth = new Uint16Array(nodes.length);
    this.parent.forEach((p, i) => {
      if (p >= 0) {
        this.children[p].push(i);
        this.depth[i] = this.depth[p] + 1;
      }
    });
    this.roots = nodes.map((_, i) => i).filter((i) => this.parent[i] < 0);
    this.inside = new Uint32Array(nodes.length); // nodes below
    for (let i = nodes.length - 1; i >= 0; i--) if (this.parent[i] >= 0) this.inside[this.parent[i]] += this.inside[i] + 1;
  }

  above(i) {
    const path = [];
    for (let p = this.parent[i]; p >= 0; p = this.parent[p]) path.unshift(p);
    return path;
  }
}

const NOTHING = new Tree([]);

export class RunState {
  constructor() {
    this.run = null;
    this.mission = null; // several may run after one another
    this.forget();
  }

  forget() {
    this.t = 0;
    this.n = 0;
    this.end = null;
    this.control = { state: "running", at: null, breakpoints: [], prompt: null };
    this.arms = {};
    this.moved = {}; // name -> when its joints moved last
    this.pictures = {}; // name -> message
    this.counts = { motions: 0, pushes: 0, grasps: 0, grasps_held: 0 };
    this.lastFailure = null; // {t, i, failure}: the last node that failed for a reason of its own
    this.plant(NOTHING);
  }

  plant(tree) {
    const size = tree.nodes.length;
    this.tree = tree;
    this.status = new Uint8Array(size);
    this.started = new Float64Array(size).fill(NaN);
    this.ended = new Float64Array(size).fill(NaN);
    this.entered = new Uint32Array(size);
    this.failures = new Map(); // index -> failure
    this.values = new Map(); // "scope key" -> {scope, key, value, t}
  }

  copy() {
    const other = Object.assign(Object.create(RunState.prototype), this);
    for (const name of ["status", "started", "ended", "entered"]) other[name] = this[name].slice();
    other.failures = new Map(this.failures);
    other.values = new Map(this.values);
    other.counts = { ...this.counts };
    other.pictures = { ...this.pictures };
    return other;
  }

  apply(m) {
    KINDS[m.k]?.(this, m);
    if (m.k !== "picture" && typeof m.t === "number") this.t = m.t;
  }

  mark(id, letter, t) {
    const i = this.tree.at.get(id);
    const code = CODES[letter];
    if (i === undefined || code === undefined) return;
    const was = this.status[i];
    this.failures.delete(i);
    if (code !== 0 && was !== 1) {
      this.entered[i] += 1;
      this.started[i] = t;
      this.ended[i] = code === 1 ? NaN : t;
    } else if (code !== 1 && was === 1) this.ended[i] = t;
    this.status[i] = code;
  }

  fail(id, failure, t) {
    const i = this.tree.at.get(Number(id));
    if (i === undefined) return;
    this.failures.set(i, failure);
    if (this.tree.nodes[i].path === failure.path && failure.code !== ANSWER) this.lastFailure = { t, i, failure };
  }

  write(scopes, t) {
    for (const [scope, values] of Object.entries(scopes ?? {}))
      for (const [key, value] of Object.entries(values)) this.values.set(`${scope} ${key}`, { scope, key, value, t });
  }

  clear(scopes) {
    for (const scope of scopes ?? [])
      for (const [key, value] of this.values) if (value.scope === String(scope)) this.values.delete(key);
  }

  // Whether a node's state is of an earlier round: something above it was entered again since, the node not yet.
  past(i) {
    if (this.status[i] === 0) return false;
    const { parent } = this.tree;
    for (let c = i; parent[c] >= 0; c = parent[c]) if (this.started[parent[c]] > this.started[c]) return true;
    return false;
  }

  // Indices of the running nodes, from the root to the leaves.
  running() {
    const found = [];
    for (let i = 0; i < this.status.length; i++) if (this.status[i] === 1) found.push(i);
    return found;
  }

  // The running nodes that have no running node below.
  tips() {
    return this.running().filter((i) => !this.tree.children[i].some((c) => this.status[c] === 1));
  }
}

const KINDS = {
  run(s, m) {
    s.forget();
    s.run = m;
    s.mission = m.mission ?? null;
  },
  tree(s, m) {
    s.plant(new Tree(m.nodes));
    s.mission = m.mission ?? s.mission;
    s.lastFailure = null; // it was another tree's
    s.end = null;
  },
  tick(s, m) {
    s.n = m.n ?? s.n;
    for (const [id, letter] of m.s ?? []) s.mark(id, letter, m.t);
    s.clear(m.c);
    s.write(m.v, m.t);
    for (const [id, failure] of Object.entries(m.f ?? {})) s.fail(id, failure, m.t);
  },
  event(s, m) {
    if (m.event !== "motion_finished") return;
    s.counts.motions += 1;
    if (m.data.kind === "push") s.counts.pushes += 1;
    else {
      s.counts.grasps += 1;
      if (m.data.success) s.counts.grasps_held += 1;
    }
  },
  arms(s, m) {
    const moved = {};
    for (const [name, arm] of Object.entries(m.arms)) moved[name] = s.arms[name] && String(s.arms[name].q) !== String(arm.q) ? m.t : (s.moved[name] ?? -1);
    s.arms = m.arms;
    s.moved = moved;
  },
  picture(s, m) {
    s.pictures[m.name] = m;
  },
  control(s, m) {
    s.control = m;
  },
  end(s, m) {
    s.end = m;
  },
  key(s, m) {
    if (!m.run) return; // a record's own, which says again what stands above it
    const { pictures, tree } = s;
    const same = m.tree.length === tree.nodes.length && m.tree.every((node, i) => node.id === tree.nodes[i].id && node.path === tree.nodes[i].path);
    s.forget();
    Object.assign(s, { pictures, run: m.run, n: m.n ?? 0, arms: m.arms ?? {}, control: m.control ?? s.control, end: m.end ?? null });
    if (m.mission || !same || !s.mission) s.mission = m.mission ?? m.run.mission ?? null;
    s.plant(same ? tree : new Tree(m.tree));
    for (const [id, letter] of m.s) s.status[s.tree.at.get(id)] = CODES[letter];
    for (const [id, [entered, started, ended]] of Object.entries(m.times)) {
      const i = s.tree.at.get(Number(id));
      s.entered[i] = entered;
      s.started[i] = started;
      s.ended[i] = ended ?? NaN;
    }
    s.write(m.v, m.t);
    for (const [id, failure] of Object.entries(m.f)) s.failures.set(s.tree.at.get(Number(id)), failure);
    const last = m.failures.findLast(([, , failure]) => failure.code !== ANSWER);
    if (last && s.tree.at.has(last[1])) s.lastFailure = { t: last[0], i: s.tree.at.get(last[1]), failure: last[2] };
    s.counts = { ...s.counts, ...m.counts };
  },
};
