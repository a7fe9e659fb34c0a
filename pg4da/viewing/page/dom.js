// Small helpers. Text is always set as text, never as HTML.

export const $ = (id) => document.getElementById(id);

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function seconds(value) {
  if (!Number.isFinite(value)) return "";
  if (value < 60) return `${value.toFixed(value < 0.095 ? 2 : 1)} s`;
  return `${Math.floor(value / 60)}:${(value % 60).toFixed(0).padStart(2, "0")} min`;
}

export function clock(value) {
  return `${value.toFixed(1)} s`;
}

// A value in a line.
export function brief(value, most = 120) {
  let text;
  if (value === null || value === undefined) text = "–";
  else if (value === true) text = "yes";
  else if (value === false) text = "no";
  else if (typeof value === "number") text = Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(5)));
  else if (typeof value === "string") text = value === "" ? "(empty)" : value;
  else if (Array.isArray(value)) text = `[${value.slice(0, 12).map((each) => brief(each, 24)).join(", ")}${value.length > 12 ? ", …" : ""}]`;
  else if (Array.isArray(value.array)) text = `array ${value.array.join("×")} ${value.dtype ?? ""}`;
  else text = Object.entries(value).slice(0, 8).map(([key, each]) => `${key}: ${brief(each, 32)}`).join(", ");
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
