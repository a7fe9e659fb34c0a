"use strict";
// Asks for the state four times a second and for the picture when there is a new one.

const at = (id) => document.getElementById(id);
let shown = -1;

function cell(text) {
  const found = document.createElement("td");
  found.textContent = text;
  return found;
}

function show(state) {
  at("doing").textContent = state.doing;
  at("bar").value = state.wanted ? state.views.length / state.wanted : 0;
  at("count").textContent = `${state.views.length} of ${state.wanted}`;
  at("views").replaceChildren(...state.views.map((view) => {
    const row = document.createElement("tr");
    row.append(cell(view.number), cell(view.corners), cell(view.error.toFixed(2)));
    row.classList.toggle("bad", view.outlier);
    return row;
  }));
  at("wishes").replaceChildren(...state.wishes.map((wish) => {
    const item = document.createElement("li");
    item.textContent = wish;
    return item;
  }));
  at("outcome-title").hidden = !state.outcome;
  at("outcome").textContent = state.outcome;
  if (state.picture !== shown) {
    shown = state.picture;
    at("picture").src = `picture.jpg?${shown}`;
  }
}

async function ask() {
  try {
    const answer = await fetch("state.json", { cache: "no-store" });
    show(await answer.json());
    at("lost").hidden = true;
  } catch {
    at("lost").hidden = false;
  }
  setTimeout(ask, 250);
}

ask();
