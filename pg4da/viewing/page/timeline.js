// The time line: what each leaf did when, where something failed, and the moment that is shown.

import { clock, setText } from "./dom.js";

export class Timeline {
  constructor({ canvas, range, output, seek, redraw }) {
    Object.assign(this, { canvas, range, output });
    range.addEventListener("input", () => seek(Number(range.value)));
    canvas.addEventListener("pointerdown", (event) => {
      const box = canvas.getBoundingClientRect();
      seek(this.first + ((event.clientX - box.left) / box.width) * (this.last - this.first));
    });
    canvas.addEventListener("pointermove", (event) => this.hint(event));
    this.first = this.last = 0;
    this.spans = [];
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.colours = this.shown = null;
      redraw();
    });
  }

  show(store, time) {
    this.first = store.first;
    this.last = Math.max(store.last, this.first + 0.01);
    this.range.min = this.first;
    this.range.max = this.last;
    this.range.value = time;
    this.range.setAttribute("aria-valuetext", clock(time));
    setText(this.output, `${clock(time - this.first)} / ${clock(store.last - this.first)}`);
    const now = performance.now();
    if (now - (this.drawn ?? 0) < 150 && this.width === this.canvas.clientWidth && this.shown === time) return;
    this.drawn = now;
    this.shown = time;
    this.paint(store, time);
  }

  paint(store, time) {
    const { canvas } = this;
    const scale = devicePixelRatio || 1;
    const width = (this.width = canvas.clientWidth);
    const height = 30;
    if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
    }
    this.colours ??= readColours(canvas);
    const g = canvas.getContext("2d");
    g.setTransform(scale, 0, 0, scale, 0, 0);
    g.clearRect(0, 0, width, height);
    g.fillStyle = this.colours.idle;
    g.fillRect(0, 11, width, 8);
    const x = (t) => ((t - this.first) / (this.last - this.first)) * width;
    let edge = -1;
    for (const span of store.spans) {
      const from = x(span.from);
      const to = Math.max(x(span.to ?? store.last), from + 1);
      if (to <= edge && span.state !== 3) continue; // nothing new to see at this width
      g.fillStyle = this.colours[span.state];
      g.fillRect(from, 7, Math.max(to - from - (to - from > 4 ? 1 : 0), 1), 16);
      edge = Math.max(edge, to);
      if (span.state === 3) g.fillRect(Math.max(0, to - 1), 2, 2, 26);
    }
    g.font = "11px system-ui, sans-serif";
    g.textBaseline = "middle";
    g.fillStyle = "#fff";
    for (const span of store.spans) {
      const from = x(span.from);
      const room = x(span.to ?? store.last) - from - 8;
      if (room < 36 || span.state === 0) continue;
      const name = fit(g, span.tree.nodes[span.i].name, room);
      if (name) g.fillText(name, from + 4, 15.5);
    }
    g.fillStyle = this.colours.ink;
    g.fillRect(Math.min(width - 2, Math.max(0, x(time) - 1)), 0, 2, height);
    this.spans = store.spans;
  }

  hint(event) {
    const box = this.canvas.getBoundingClientRect();
    const t = this.first + ((event.clientX - box.left) / box.width) * (this.last - this.first);
    const slack = ((this.last - this.first) / box.width) * 2;
    const span = this.spans.findLast((each) => each.from <= t + slack && (each.to ?? this.last) >= t - slack);
    this.canvas.title = span ? `${span.tree.nodes[span.i].name}, from ${clock(span.from - this.first)}` : "";
  }
}

function fit(g, text, room) {
  if (g.measureText(text).width <= room) return text;
  for (let n = text.length - 1; n >= 4; n--) if (g.measureText(`${text.slice(0, n)}…`).width <= room) return `${text.slice(0, n)}…`;
  return "";
}

function readColours(element) {
  const style = getComputedStyle(element);
  const get = (name) => style.getPropertyValue(name).trim();
  return { 0: get("--span-idle"), 1: get("--span-running"), 2: get("--span-good"), 3: get("--span-bad"), idle: get("--line"), ink: get("--ink") };
}
