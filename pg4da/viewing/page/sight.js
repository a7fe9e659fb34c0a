// Pictures of what the camera saw, and both arms.

import { clock, make, setText } from "./dom.js";

const TITLES = { decision: "Scores and paths", camera: "Camera", heightmap: "Height" };
const ORDER = ["decision", "camera", "heightmap"];
const KEPT = 60;

export class Pictures {
  constructor(box, tabs, note, large, want) {
    Object.assign(this, { box, tabs, note, large, want });
    this.cache = new Map(); // ref -> data URL
    this.asked = new Set();
    this.chosen = "";
    this.image = make("img", { alt: "", tabindex: "0", role: "button", title: "Enlarge" });
    this.image.addEventListener("click", () => this.enlarge());
    this.image.addEventListener("keydown", (event) => event.key === "Enter" && this.enlarge());
    large.addEventListener("click", () => large.close());
    this.names = "";
  }

  reset() {
    this.cache.clear();
    this.asked.clear();
  }

  take(ref, png) {
    this.asked.delete(ref);
    this.cache.set(ref, png ? `data:image/png;base64,${png}` : "");
    if (this.cache.size > KEPT) this.cache.delete(this.cache.keys().next().value);
  }

  show(state) {
    const names = [...ORDER.filter((name) => state.pictures[name]), ...Object.keys(state.pictures).filter((name) => !ORDER.includes(name))];
    if (names.join() !== this.names) this.buildTabs(names);
    const name = names.includes(this.chosen) ? this.chosen : names[0];
    for (const tab of this.tabs.children) tab.setAttribute("aria-selected", tab.dataset.name === name);
    const picture = state.pictures[name];
    if (!picture) {
      this.box.replaceChildren(make("p", { class: "hint" }, "No picture yet."));
      setText(this.note, "");
      return;
    }
    setText(this.note, clock(picture.t));
    this.draw(picture, TITLES[name] ?? name);
  }

  buildTabs(names) {
    this.names = names.join();
    this.tabs.replaceChildren(...names.map((name) => {
      const tab = make("button", { role: "tab", "data-name": name, onclick: () => { this.chosen = name; this.onchange?.(); } }, TITLES[name] ?? name);
      return tab;
    }));
  }

  draw(picture, title) {
    const url = picture.png ? `data:image/png;base64,${picture.png}` : this.cache.get(picture.ref);
    if (url === undefined) {
      if (!this.asked.has(picture.ref)) {
        this.asked.add(picture.ref);
        this.want(picture.ref);
      }
      return; // the one before stays until this one is here
    }
    if (url === "") {
      this.box.replaceChildren(make("p", { class: "hint" }, "This picture is no longer kept."));
      return;
    }
    if (this.image.src !== url) this.image.src = url;
    this.image.alt = `${title}, ${clock(picture.t)}`;
    if (this.box.firstElementChild !== this.image) this.box.replaceChildren(this.image);
  }

  enlarge() {
    this.large.firstElementChild.src = this.image.src;
    this.large.firstElementChild.alt = this.image.alt;
    this.large.showModal();
  }
}

const WIDEST = 0.14; // m, the stroke of a 2F-140

export class Arms {
  constructor(box) {
    this.box = box;
    this.cards = new Map();
  }

  show(arms) {
    for (const [name, card] of this.cards) if (!(name in arms)) (card.element.remove(), this.cards.delete(name));
    for (const [name, arm] of Object.entries(arms)) {
      if (!this.cards.has(name)) this.add(name);
      this.fill(this.cards.get(name), arm);
    }
  }

  add(name) {
    const part = (kind) => make("span", { class: kind });
    const card = { state: part("muted"), tool: part("value"), joints: part("value"), grip: part("value"), left: part("jaw"), right: part("jaw") };
    card.element = make("div", { class: "arm" },
      make("div", { class: "arm-head" }, make("b", {}, `${name} arm`), card.state),
      make("div", { class: "grip" }, make("div", { class: "jaws", "aria-hidden": "true" }, card.left, card.right), card.grip),
      make("dl", { class: "facts tight" }, make("dt", {}, "Tool"), make("dd", {}, card.tool), make("dt", {}, "Joints"), make("dd", {}, card.joints)));
    this.cards.set(name, card);
    this.box.append(card.element);
  }

  fill(card, arm) {
    const q = (arm.q ?? []).join();
    const moves = card.q !== undefined && card.q !== q;
    if (moves) card.moved = performance.now();
    card.q = q;
    setText(card.state, moves || performance.now() - (card.moved ?? -1e9) < 400 ? "moving" : "at rest");
    setText(card.tool, arm.tool ? `${arm.tool.slice(0, 3).map((value) => Math.round(1000 * value)).join(", ")} mm` : "–");
    setText(card.joints, arm.q ? `${arm.q.map((value) => Math.round((180 * value) / Math.PI)).join(", ")}°` : "–");
    const width = arm.width ?? 0;
    const state = arm.object ? "holds an object" : arm.moving ? "moves" : "";
    setText(card.grip, arm.width === undefined ? "no gripper" : `${Math.round(1000 * width)} mm${state ? `, ${state}` : ""}`);
    const half = 42 * Math.min(1, width / WIDEST);
    card.left.style.left = `${48 - half}%`;
    card.right.style.left = `${50 + half}%`;
    card.element.classList.toggle("holds", Boolean(arm.object));
  }
}
