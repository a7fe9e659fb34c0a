// Pictures of what the camera saw, and both arms.

import { clock, make, setText } from "./dom.js";

const TITLES = { decision: "Planned paths, scores", camera: "Camera, target outlined", heightmap: "Height, target outlined" };
const ORDER = ["decision", "camera", "heightmap"];
const KEPT = 60;

export class Pictures {
  constructor(box, note, large, want) {
    Object.assign(this, { box, note, large, want });
    this.cache = new Map(); // ref -> data URL
    this.asked = new Set();
    this.frames = new Map(); // name -> {element, image}
    large.addEventListener("click", () => large.close());
    this.hint = make("p", { class: "hint" }, "No picture yet.");
    box.append(this.hint);
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
    this.hint.hidden = names.length > 0;
    for (const [name, frame] of this.frames) frame.element.hidden = !names.includes(name);
    let newest = null;
    for (const name of names) {
      this.draw(name, state.pictures[name]);
      newest = Math.max(newest ?? 0, state.pictures[name].t);
    }
    setText(this.note, newest === null ? "" : clock(newest));
  }

  frame(name) {
    if (!this.frames.has(name)) {
      const image = make("img", { alt: "", tabindex: "0", role: "button", title: "Enlarge" });
      image.addEventListener("click", () => this.enlarge(image));
      image.addEventListener("keydown", (event) => event.key === "Enter" && this.enlarge(image));
      const caption = make("figcaption", {}, TITLES[name] ?? name);
      const frame = { image, caption, element: make("figure", { class: name }, image, caption) };
      this.frames.set(name, frame);
      this.box.append(...[...ORDER, name].filter((each, i, all) => this.frames.has(each) && all.indexOf(each) === i).map((each) => this.frames.get(each).element));
    }
    return this.frames.get(name);
  }

  draw(name, picture) {
    const { image, caption } = this.frame(name);
    const url = picture.png ? `data:image/png;base64,${picture.png}` : this.cache.get(picture.ref);
    if (url === undefined) {
      if (!this.asked.has(picture.ref)) {
        this.asked.add(picture.ref);
        this.want(picture.ref);
      }
      return; // the one before stays until this one is here
    }
    setText(caption, url === "" ? `${TITLES[name] ?? name}: no longer kept` : TITLES[name] ?? name);
    if (url && image.src !== url) image.src = url;
    image.alt = `${TITLES[name] ?? name}, ${clock(picture.t)}`;
  }

  enlarge(image) {
    this.large.firstElementChild.src = image.src;
    this.large.firstElementChild.alt = image.alt;
    this.large.showModal();
  }
}

const WIDEST = 0.14; // m, the stroke of a 2F-140

export class Arms {
  constructor(box) {
    this.box = box;
    this.cards = new Map();
  }

  show({ arms, moved, t, end }) {
    for (const [name, card] of this.cards) if (!(name in arms)) (card.element.remove(), this.cards.delete(name));
    for (const [name, arm] of Object.entries(arms)) {
      if (!this.cards.has(name)) this.add(name);
      this.fill(this.cards.get(name), arm, !end && t - (moved[name] ?? -1) < 0.45);
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

  fill(card, arm, moves) {
    setText(card.state, moves ? "moving" : "at rest");
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
