// Pause, step, resume, stop, breakpoints, answers: for those who hold the token.

import { $, clock, make, setText } from "./dom.js";

export class Steering {
  constructor(send, state, useToken) {
    this.send = send;
    this.state = state;
    this.allowed = false;
    $("pause").addEventListener("click", () => this.send({ do: this.paused ? "resume" : "pause" }));
    $("step").addEventListener("click", () => this.send({ do: "step" }));
    $("stop").addEventListener("click", () => this.send({ do: "stop" }));
    $("unlock").addEventListener("click", () => this.askToken("The run prints it at its start. Whoever has it may pause, step and stop the mission."));
    $("token-cancel").addEventListener("click", () => $("token-dialog").close());
    $("token-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const typed = $("token").value.trim();
      const token = typed.includes("token=") ? typed.split("token=").pop() : typed;
      $("token-dialog").close();
      $("token").value = "";
      if (token) useToken(token);
    });
  }

  allow(yes) {
    this.allowed = Boolean(yes);
  }

  askToken(why) {
    setText($("token-why"), why);
    if (!$("token-dialog").open) $("token-dialog").showModal();
  }

  breakpoint(id) {
    if (!this.allowed) return;
    const on = !(this.latest?.control.breakpoints ?? []).includes(id);
    this.send({ do: "breakpoint", node: id, on });
  }

  key(name) {
    if (!$(name).disabled) $(name).click();
  }

  show(latest, view) {
    this.latest = latest;
    this.paused = latest.control.state === "paused";
    const ready = this.allowed && view.link === "on" && view.mode === "live" && Boolean(latest.run) && !latest.end;
    const stopping = latest.control.state === "stopping";
    $("controls").hidden = view.mode === "replay";
    $("pause").disabled = !ready || stopping;
    $("step").disabled = !ready || stopping;
    $("stop").disabled = !ready || stopping;
    setText($("pause"), this.paused ? "Resume" : "Pause");
    $("pause").title = this.paused ? "Go on (P)" : "Hold both arms and the tree (P)";
    $("pause").classList.toggle("primary", this.paused && ready);
    $("unlock").hidden = this.allowed || view.link !== "on";
    this.ask(ready ? latest.control.prompt : null);
  }

  ask(prompt) {
    const dialog = $("prompt");
    if (!prompt) {
      this.asked = null;
      if (dialog.open) dialog.close();
      return;
    }
    const left = typeof prompt.until === "number" ? Math.max(0, prompt.until - this.latest.t) : null;
    const note = left === null ? "" : prompt.default ? `“${prompt.default}” is taken in ${clock(left)}.` : `It gives up in ${clock(left)}.`;
    setText($("prompt-note"), note);
    if (this.asked === prompt.id) return;
    this.asked = prompt.id;
    setText($("prompt-text"), prompt.text);
    $("prompt-choices").replaceChildren(...prompt.choices.map((choice) => make("button", {
      class: choice === prompt.default ? "primary" : "",
      value: choice,
      onclick: () => this.send({ do: "answer", prompt: prompt.id, choice }),
    }, choice)));
    if (!dialog.open) dialog.show(); // not modal: stop and pause stay within reach
  }
}
