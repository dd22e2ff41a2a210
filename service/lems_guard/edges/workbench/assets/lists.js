"use strict";
// Lists of orders: what is typed is read while it is typed, and names are offered to choose from.
// Without this script the form is sent and answered by itself; nothing is kept in the browser.
const LISTS = ["proposed", "active", "stopped"];
const form = document.querySelector("form[data-lists]");
const field = (id) => document.getElementById(id);
const linesOf = (list) => field(list).value.split("\n").filter((line) => line.trim());

function told(text, part) {
  return new DOMParser().parseFromString(text, "text/html").querySelector(part);
}

// Reading

let waiting = 0;
let readings = 0;

async function read() {
  const body = new URLSearchParams();
  for (const list of LISTS) body.set(list, field(list).value);
  body.set("country", form.elements.country.value);
  const mine = ++readings;
  try {
    const reply = await fetch("/read", { method: "POST", body, cache: "no-store" });
    const text = await reply.text();
    if (mine !== readings || !reply.ok) return;
    for (const list of LISTS) {
      const part = told(text, `[data-list="${list}"]`);
      field(`${list}-reading`).replaceChildren(...(part ? [part] : []));
    }
  } catch {
    // What is read while one types is a help alone: the check itself tells all that it did not read.
  }
}

// Names to choose from

let asked = 0;

function wordAt(area) {
  const before = area.value.slice(0, area.selectionStart);
  return before.slice(before.lastIndexOf("\n") + 1);
}

async function suggest(area) {
  const list = field(`${area.id}-names`);
  const begun = wordAt(area);
  const mine = ++asked;
  if (begun.trim().length < 2 || begun.length > 64 || /\d/.test(begun)) return hide(area);
  let names = [];
  try {
    const reply = await fetch(`/names?q=${encodeURIComponent(begun.trimStart())}`);
    if (reply.ok) names = (await reply.json()).names;
  } catch {
    names = [];
  }
  if (mine !== asked || document.activeElement !== area) return undefined;
  list.replaceChildren(...names.map((each, n) => option(area, each, n)));
  list.hidden = !names.length;
  area.removeAttribute("aria-activedescendant");
  if (names.length) area.setAttribute("aria-controls", list.id);
  return undefined;
}

function option(area, { name, drug }, number) {
  const item = document.createElement("li");
  item.id = `${area.id}-name-${number}`;
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", "false");
  item.dataset.name = name;
  item.textContent = name;
  if (drug && drug !== name) {
    const small = document.createElement("small");
    small.textContent = ` ${drug}`;
    item.append(small);
  }
  item.addEventListener("mousedown", (event) => {
    event.preventDefault();
    choose(area, item);
  });
  return item;
}

function hide(area) {
  field(`${area.id}-names`).hidden = true;
  area.removeAttribute("aria-activedescendant");
  area.removeAttribute("aria-controls");
}

function choose(area, item) {
  const start = area.selectionStart - wordAt(area).length;
  area.setRangeText(`${item.dataset.name} `, start, area.selectionStart, "end");
  hide(area);
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

function keys(event) {
  const area = event.target;
  const list = field(`${area.id}-names`);
  if (list.hidden) return;
  const items = [...list.children];
  const at = items.findIndex((each) => each.getAttribute("aria-selected") === "true");
  if (event.key === "Escape") hide(area);
  else if ((event.key === "Enter" || event.key === "Tab") && at >= 0) {
    event.preventDefault();
    choose(area, items[at]);
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : items.length - 1;
    const next = items[at < 0 && step > 1 ? items.length - 1 : (at + step + items.length) % items.length];
    for (const each of items) each.setAttribute("aria-selected", String(each === next));
    area.setAttribute("aria-activedescendant", next.id);
    next.scrollIntoView({ block: "nearest" });
  }
}

for (const list of LISTS) {
  const area = field(list);
  area.setAttribute("aria-autocomplete", "list");
  area.addEventListener("input", () => suggest(area));
  area.addEventListener("keydown", keys);
  area.addEventListener("blur", () => hide(area));
}
form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(read, 200);
});
if (LISTS.some((each) => field(each).value)) read();
