"use strict";
const at = (id) => document.getElementById(id);

// ---- calls ---------------------------------------------------------------------------------------------------------
async function call(method, path, body) {
  const options = { method, headers: {} };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  const response = await fetch("/control" + path, options);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.errorMessage || "the sandbox answered " + response.status);
  return answer;
}

function say(text, bad) {
  const line = at("message");
  if (line.textContent !== text) line.textContent = text;
  line.className = bad ? "bad" : "good";
}

// Does something, says what came of it, and shows the new state at once.
async function act(what, work) {
  try {
    const answer = await work();
    say(typeof what === "function" ? what(answer) : what + (answer.webhook ? " Webhook: " + answer.webhook + "." : ""));
  } catch (error) {
    say(error.message, true);
    const active = document.activeElement;
    if (active.closest("#permissions")) refused = active;
  }
  await refresh();
}

// ---- showing without disturbing whoever is typing ------------------------------------------------------------------
function setText(element, text) { if (element.textContent !== text) element.textContent = text; }
function setClass(element, name) { if (element.className !== name) element.className = name; }
// Writes only what has changed at the sandbox, and never under somebody's cursor, so that what is half typed stays. A
// control whose edit was refused is set back.
let refused = null;
function setValue(element, value) {
  if (element !== refused && (element.shown === value || element === document.activeElement)) return;
  element.shown = value;
  element.value = value;
}
function make(tag, properties, children) {
  const element = Object.assign(document.createElement(tag), properties || {});
  element.append(...(children || []));
  return element;
}

// Keeps one child per item: children stay where they are as long as their item does.
function showList(parent, items, keyOf, build, update) {
  const known = parent.shownByKey || (parent.shownByKey = new Map());
  const wanted = new Set(items.map(keyOf));
  for (const [key, row] of known) if (!wanted.has(key)) { row.remove(); known.delete(key); }
  let place = parent.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    let row = known.get(key);
    if (!row) { row = build(item); known.set(key, row); }
    if (row !== place) parent.insertBefore(row, place); else place = place.nextElementSibling;
    update(row, item);
  }
}

function cells(count, codeAt) {
  const row = make("tr");
  for (let i = 0; i < count; i++) row.append(make("td", { className: codeAt.includes(i) ? "code" : "" }));
  return row;
}

// ---- faults and switches -------------------------------------------------------------------------------------------
function showFaults({ kind, remaining, latencyMs }) {
  const fault = kind === null ? "The service works." : `Broken: ${kind}, ${remaining === null ? "until cleared" : "for " + remaining + " more"}.`;
  setText(at("faults-now"), fault + (latencyMs ? ` Each answer takes ${latencyMs} ms.` : ""));
  setClass(at("faults-now"), kind === null && !latencyMs ? "good" : "warn");
  at("faults-now").dataset.kind = kind || "none";
  setValue(at("latency"), String(latencyMs));
}

function faultControls(path) {
  onSubmit("fault-form", () => {
    const fault = { kind: at("fault-kind").value };
    if (at("fault-count").value !== "") fault.count = Number(at("fault-count").value);
    act("The service is broken.", () => call("PUT", path, fault));
  });
  onClick("fault-clear", () => act("The service works again.", () => call("DELETE", path)));
  onSubmit("latency-form", () => act((f) => `Each answer takes ${f.latencyMs} ms longer.`, () => call("PUT", path, { latencyMs: Number(at("latency").value) })));
}

const switches = () => document.querySelectorAll("[data-switch]");

function showSwitches(values) {
  for (const control of switches()) {
    const value = values[control.dataset.switch];
    if (control.type === "checkbox") control.checked = value;
    else setValue(control, value === null ? "" : String(value));
  }
}

function switchControls(path) {
  for (const control of switches()) {
    control.addEventListener("change", () => {
      if (!control.reportValidity()) return;
      const number = () => control.type === "number" ? Number(control.value) : control.value;
      const value = control.type === "checkbox" ? control.checked : control.value === "" ? null : number();
      act("Switched.", () => call("PUT", path, { [control.dataset.switch]: value }));
    });
  }
}

// ---- refreshing: each page has ask(), the calls that it needs, and show(), which takes their answers -----------------
let asked = 0;
async function refresh() {
  const mine = ++asked;
  let answers;
  try {
    answers = await Promise.all(ask());
  } catch {
    if (mine !== asked) return;
    at("message").dataset.lost = "yes";
    say("The sandbox does not answer. It may have been stopped.", true);
    return;
  }
  if (mine !== asked) return;   // a newer refresh knows better
  show(answers);
  if (at("message").dataset.lost) { delete at("message").dataset.lost; say("The sandbox is back."); }
}

async function keepRefreshing(ms) {
  try {
    await refresh();
  } finally {
    setTimeout(keepRefreshing, ms, ms);
  }
}

// ---- controls ------------------------------------------------------------------------------------------------------
function onSubmit(id, work) { at(id).addEventListener("submit", (event) => { event.preventDefault(); work(); }); }
function onClick(id, work) { at(id).addEventListener("click", work); }

