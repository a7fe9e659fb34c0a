// Puts the page together: messages in, the chosen moment out.

import { Connection } from "./connection.js";
import { Details, reason } from "./details.js";
import { $, brief, clock, make, seconds, setText } from "./dom.js";
import { EventList, ValueList } from "./lists.js";
import { Arms, Pictures } from "./sight.js";
import { Steering } from "./steering.js";
import { Store } from "./store.js";
import { Timeline } from "./timeline.js";
import { TreeView } from "./tree.js";

const store = new Store();
const view = { time: null, mode: "live", link: "wait", playing: 0, anew: false, refused: "", speed: null, marks: [], tab: "events" };
let state = store.latest;
let wanted = false;

const steering = new Steering((message) => connection.send(message), () => state, (token) => connection.use(token));
const selectNode = (i) => tree.select(i, true);
const tree = new TreeView($("tree"), { select: () => redraw(), breakpoint: (i) => steering.breakpoint(state.tree.nodes[i].id) });
const details = new Details($("details"), { select: selectNode, let: () => { tree.selected = -1; redraw(); }, breakpoint: (i) => steering.breakpoint(state.tree.nodes[i].id), canSteer: () => steering.allowed });
const pictures = new Pictures($("picture"), $("picture-time"), $("large"), (ref) => connection.send({ want: ref }));
const arms = new Arms($("arms"));
const events = new EventList($("events"), (t) => seek(t));
const values = new ValueList($("values"));
const timeline = new Timeline({ canvas: $("lanes"), range: $("scrub"), output: $("clock"), seek, redraw });

const connection = new Connection({
  hello(message) {
    view.mode = message.mode;
    view.link = "on";
    view.anew = true; // what comes now starts at the beginning
    steering.allow(message.control);
    redraw();
  },
  lines(messages) {
    if (view.anew) {
      const same = messages.some((m) => (m.run?.id ?? m.id) === store.latest.run?.id && (m.k === "run" || m.k === "key"));
      if (!same) view.time = null;
      view.anew = false;
      store.reset();
      pictures.reset();
    }
    for (const message of messages) {
      if (message.k === "run" && message.id !== store.latest.run?.id && store.messages.length) restart();
      store.add(message);
    }
    pace();
    redraw();
  },
  picture(ref, png) {
    pictures.take(ref, png);
    redraw();
  },
  refused(why) {
    view.refused = why;
    setTimeout(() => { view.refused = ""; redraw(); }, 5000);
    redraw();
  },
  state(what) {
    view.link = what;
    steering.allow(false);
    if (what === "token") steering.askToken("This run listens to other machines: looking needs the token that it printed.");
    redraw();
  },
});

// Another run at the same address.
function restart() {
  store.reset();
  pictures.reset();
  view.time = null;
  view.marks = [];
}

// Cell time a second of wall time, over the last few seconds.
function pace() {
  const now = performance.now() / 1000;
  view.marks.push([now, store.latest.t]);
  while (view.marks.length > 2 && now - view.marks[0][0] > 4) view.marks.shift();
  const [[first, from]] = view.marks;
  view.speed = now - first > 1 ? (store.latest.t - from) / (now - first) : null;
}

function seek(time) {
  view.time = view.mode === "live" && time >= store.last ? null : Math.min(Math.max(time, store.first), store.last);
  redraw();
}

function goLive() {
  view.playing = 0;
  view.time = null;
  redraw();
}

function play() {
  if (view.playing) view.playing = 0;
  else {
    if (view.time === null || view.time >= store.last) view.time = store.first;
    view.playing = performance.now();
    requestAnimationFrame(playOn);
  }
  redraw();
}

function playOn(now) {
  if (!view.playing) return;
  const passed = Math.max(0, now - view.playing) / 1000;
  view.playing = now;
  view.time = (view.time ?? store.first) + passed * Number($("speed").value);
  if (view.time >= store.last) {
    view.playing = 0;
    view.time = view.mode === "live" ? null : store.last;
  } else requestAnimationFrame(playOn);
  redraw();
}

function redraw() {
  if (wanted) return;
  wanted = true;
  const now = performance.now();
  const due = Math.max(0, 60 - (now - (view.drawn ?? 0)));
  setTimeout(() => requestAnimationFrame(() => {
    wanted = false;
    view.drawn = performance.now();
    draw();
  }), due);
}

function draw() {
  const live = view.time === null;
  const time = live ? store.last : view.time;
  state = live ? store.latest : store.stateAt(time);
  const latest = store.latest;
  const control = latest.control;
  const stops = new Set(control.breakpoints ?? []);
  drawHead(latest, live);
  drawNow();
  tree.show(state, stops, control.at);
  const tips = state.tips();
  const running = tips.length ? tips[tips.length - 1] : state.end?.failure && state.lastFailure ? state.lastFailure.i : state.tree.roots[0] ?? -1;
  details.show(state, tree.selected >= 0 ? tree.selected : running, stops, tree.selected < 0);
  pictures.show(state);
  arms.show(state);
  if (view.tab === "events") events.show(store, live ? store.events.length : store.eventsUntil(time), $("all-events").checked);
  else values.show(state);
  timeline.show(store, time);
  steering.show(latest, view);
  const count = state.tree.nodes.length;
  setText($("count"), tree.query ? $("count").textContent : `${count} node${count === 1 ? "" : "s"}`);
  $("live").hidden = view.mode !== "live";
  $("live").setAttribute("aria-pressed", live);
  setText($("play"), view.playing ? "Halt" : "Play");
  document.body.classList.toggle("past", !live);
}

function badge(latest) {
  if (view.mode === "replay" && view.link === "on") return latest.end ? outcome(latest.end, "record: ") : ["warn", "record without an end"];
  if (view.link === "token") return ["bad", "token needed"];
  if (latest.end) return outcome(latest.end);
  if (view.link !== "on") return ["warn", "waiting"];
  if (!latest.run) return ["idle", "waiting"];
  return [latest.control.state === "running" ? "running" : "warn", latest.control.state];
}

function outcome(end, before = "") {
  return [end.outcome === "success" ? "success" : "failure", before + String(end.outcome).replace("_", " ")];
}

function drawHead(latest, live) {
  const run = latest.run;
  const name = state.mission ? String(state.mission).split("/").pop() : "";
  setText($("mission"), name || "PG4DA");
  document.title = name ? `${name} · PG4DA` : "PG4DA";
  setText($("about"), run ? [run.scene && `scene ${brief(run.scene, 40)}`, run.cell && `cell ${run.cell}`, run.policy && `policy ${run.policy}`, run.seed !== undefined && run.seed !== null && `seed ${run.seed}`].filter(Boolean).join(" · ") : "no run yet");
  const [tone, word] = badge(latest);
  const back = !live && view.mode === "live";
  $("badge").className = `badge ${back ? "warn" : tone}`;
  setText($("badge"), back ? "looking back" : word);
  const { counts } = state;
  const parts = [["time", clock(state.t)], ["motions", counts.motions], ["pushes", counts.pushes], ["grasps", counts.grasps], ["speed", live && view.mode === "live" && view.link === "on" && !latest.end && latest.control.state === "running" && view.speed !== null ? `${view.speed.toFixed(1)}×` : null]];
  const drawn = JSON.stringify(parts);
  if (drawn !== view.counters) {
    view.counters = drawn;
    $("counters").replaceChildren(...parts.filter(([, value]) => value !== null).map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, String(value)))));
  }
  const notice = view.link === "lost" ? (latest.end ? "The run has ended; what it told is still here. Waiting for the next one." : "Connection lost, waiting.") : view.link === "wait" ? "Connecting." : view.refused ? `Refused: ${view.refused}.` : "";
  $("notice").hidden = !notice;
  setText($("notice"), notice);
}

// What it does, and what went wrong last, in one place.
function drawNow() {
  const tips = state.tips();
  const { end, lastFailure } = state;
  const failure = end?.failure ?? lastFailure?.failure;
  const drawn = JSON.stringify([tips, tips.map((i) => seconds(state.t - state.started[i])), end?.outcome, failure, state.tree.nodes.length, lastFailure?.t, state.control.state]);
  if (drawn === view.nowDrawn) return;
  view.nowDrawn = drawn;
  $("now").replaceChildren(...[doing(tips, end), failed(failure, end, lastFailure)].filter(Boolean));
}

function doing(tips, end) {
  const box = make("div", { class: "doing" }, make("h2", {}, end ? "Ended" : state.control.state === "paused" ? "Paused at" : "Now"));
  if (end) {
    const told = Object.entries(end.outputs ?? {}).map(([name, value]) => `${name}: ${brief(value, 40)}`).join(", ");
    box.append(make("p", { class: end.outcome === "success" ? "good" : "bad" }, `${String(end.outcome).replace("_", " ")}${told ? ` · ${told}` : ""}`));
  } else if (!tips.length) box.append(make("p", { class: "muted" }, state.run ? "nothing runs" : "no run yet"));
  for (const i of tips.slice(-3)) {
    const above = state.tree.above(i).slice(-4);
    const crumbs = above.flatMap((j) => [make("button", { class: "link", onclick: () => selectNode(j) }, state.tree.nodes[j].name), make("span", { class: "sep", "aria-hidden": "true" }, "›")]);
    box.append(make("p", { class: "crumbs" }, state.tree.depth[i] > 4 ? make("span", { class: "sep" }, "…") : null, ...crumbs, make("button", { class: "link tip", onclick: () => selectNode(i) }, state.tree.nodes[i].name), make("span", { class: "muted" }, seconds(state.t - state.started[i]))));
  }
  return box;
}

function failed(failure, end, last) {
  if (!failure) return null;
  const final = Boolean(end?.failure);
  const i = state.tree.nodes.findIndex((node) => node.path === failure.path);
  const where = i >= 0 ? make("button", { class: "link", onclick: () => selectNode(i) }, state.tree.nodes[i].name) : make("span", {}, failure.path ?? "");
  const time = final ? end.t : last.t;
  return make("div", { class: `failed ${final ? "final" : ""}` }, make("h2", {}, !final ? "Last failure" : end.outcome === "interrupted" ? "Why it stopped" : "Why it failed"),
    make("p", { class: "where" }, where, make("button", { class: "link muted", title: "Show this moment", onclick: () => seek(last?.t ?? time) }, clock(last?.t ?? time))), reason(failure));
}

$("all-events").addEventListener("change", () => redraw());
$("live").addEventListener("click", goLive);
$("play").addEventListener("click", play);
$("follow").addEventListener("change", (event) => { tree.setFollow(event.target.checked); redraw(); });
$("unfold").addEventListener("click", () => tree.setAll(true));
$("fold").addEventListener("click", () => tree.setAll(false));
$("search").addEventListener("input", (event) => {
  const count = tree.search(event.target.value);
  setText($("count"), tree.query ? `${count} found` : `${state.tree.nodes.length} nodes`);
});
$("search").addEventListener("keydown", (event) => {
  if (event.key === "Enter") tree.select(tree.firstFound());
  if (event.key === "Escape") {
    event.target.value = "";
    tree.search("");
    redraw();
  }
});
for (const tab of ["events", "values"]) $(`tab-${tab}`).addEventListener("click", () => choose(tab));

function choose(tab) {
  view.tab = tab;
  for (const name of ["events", "values"]) {
    $(`tab-${name}`).setAttribute("aria-selected", name === tab);
    $(name).hidden = name !== tab;
  }
  redraw();
}

document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, select, textarea, dialog") || event.ctrlKey || event.metaKey || event.altKey) return;
  const onButton = event.target.closest("button");
  const keys = { "/": () => $("search").focus(), " ": () => !onButton && play(), l: goLive, ",": () => seek((view.time ?? store.last) - 0.1), ".": () => seek((view.time ?? store.last) + 0.1), p: () => steering.key("pause"), s: () => steering.key("step") };
  const act = keys[event.key];
  if (!act || (event.key === " " && onButton)) return;
  event.preventDefault();
  act();
});
addEventListener("resize", redraw);
redraw();
