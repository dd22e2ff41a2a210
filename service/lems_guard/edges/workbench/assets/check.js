"use strict";
// The check page: what was typed is checked without leaving the page.
// Without this script the form is sent and answered by itself; nothing is kept in the browser.
const PATIENCE = 15000;
const answer = document.getElementById("answer");
const inFragment = document.getElementById("in-fragment");
let latest = 0;

// Checking

function notChecked(why) {
  const box = document.createElement("section");
  box.className = "unchecked";
  const title = document.createElement("h2");
  title.textContent = "NOT CHECKED";
  const text = document.createElement("p");
  text.textContent = why;
  box.append(title, text);
  return box;
}

async function checked(body, orders) {
  const reply = await fetch("/check", { method: "POST", body, cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
  const text = await reply.text();
  if (!reply.ok) return told(text, ".unchecked") || notChecked("The service did not answer.");
  const found = told(text, "section.answer[data-whole]");
  // What is not whole is no answer: every order sent must be told of.
  if (!found || Number(found.dataset.whole) !== orders) return notChecked("The answer is not whole.");
  return found;
}

function sent(submitter) {
  const body = new URLSearchParams(new FormData(form, submitter));
  body.set("part", "answer");
  return body;
}

async function check(event) {
  event.preventDefault();
  takeAnswers(event.submitter);
  const orders = LISTS.flatMap(linesOf).length;
  const mine = ++latest;
  answer.replaceChildren(Object.assign(document.createElement("p"), { className: "quiet", textContent: "Checking …" }));
  let found;
  try {
    found = await checked(sent(), orders);
  } catch {
    found = notChecked("No answer came. Is the service there?");
  }
  if (mine !== latest) return;
  answer.classList.remove("stale");
  answer.replaceChildren(found);
  answer.focus();
}

// An answer in place is put where it belongs: in the patient's fact, or behind the order's words.
function takeAnswers(submitter) {
  const given = [...answer.querySelectorAll("input[name^='answer:']")].filter((each) => each.value.trim());
  const pairs = given.map((each) => [each.name.slice(7), each.value.trim()]);
  if (submitter && submitter.name === "answer") pairs.push(submitter.value.split("="));
  for (const [name, value] of pairs) {
    const order = /^order:([pas])(\d+)$/.exec(name);
    if (order) addTo(LISTS.find((each) => each[0] === order[1]), Number(order[2]), value);
    else set(name, value);
  }
  for (const each of given) each.value = "";
}

function set(name, value) {
  const control = form.elements[name];
  if (name === "allergies" && control.value.trim()) control.value += `\n${value}`;
  else control.value = value;
}

function addTo(list, number, words) {
  const lines = field(list).value.split("\n");
  const longer = list === "stopped" ? stoppedWith : (line) => `${line.trimEnd()} ${words}`;
  let seen = 0;
  field(list).value = lines.map((line) => (line.trim() && ++seen === number ? longer(line, words) : line)).join("\n");
  read();
}

// Behind a stopped order's words stands the day of its last dose: TEXT @ DATE.
function stoppedWith(line, words) {
  const [, text, day] = /^(.*?)\s*(@\s*\d{4}-\d{2}-\d{2})?\s*$/.exec(line);
  if (/^\d{4}-\d{2}-\d{2}$/.test(words)) return `${text} @ ${words}`;
  return day ? `${text} ${words} ${day}` : `${text} ${words}`;
}

function changed() {
  latest += 1;
  if (!answer.querySelector(".answer, .unchecked")) return answer.replaceChildren();
  if (answer.classList.contains("stale")) return undefined;
  answer.classList.add("stale");
  const note = document.createElement("p");
  note.className = "changed";
  note.textContent = "Changed since: this answer is to what was there before. Check again.";
  answer.prepend(note);
  return undefined;
}

// The list in the address, where somebody wants it there: behind the #, which no browser sends.

function keep() {
  if (!inFragment.checked) return history.replaceState(null, "", location.pathname);
  const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
  return history.replaceState(null, "", `#${body}`);
}

function restore() {
  if (location.hash.length < 2) return;
  for (const [name, value] of new URLSearchParams(location.hash.slice(1))) {
    if (form.elements[name]) form.elements[name].value = value;
  }
  inFragment.checked = true;
  read();
}

// The answer's own controls

function filter() {
  const shown = [...answer.querySelectorAll(".filter input:checked")].map((each) => each.value);
  for (const each of answer.querySelectorAll("[data-severity]")) each.hidden = !shown.includes(each.dataset.severity);
}

async function copied(button) {
  const text = field(button.dataset.copy).textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(field(button.dataset.copy));
    button.textContent = "Selected: press Ctrl+C";
  }
}

answer.addEventListener("click", (event) => {
  const { target } = event;
  if (target.dataset.copy) {
    event.preventDefault();
    target.closest("details").open = true;
    copied(target);
  }
  if ("print" in target.dataset) print();
  const link = target.closest("a[href^='#alert']");
  if (link) document.querySelector(link.getAttribute("href")).open = true;
});
answer.addEventListener("change", (event) => event.target.closest(".filter") && filter());
form.addEventListener("submit", check);
form.addEventListener("input", (event) => {
  if (event.target === inFragment) return keep();
  changed();
  if (inFragment.checked) keep();
  return undefined;
});
form.addEventListener("reset", () => setTimeout(() => {
  for (const each of form.querySelectorAll("textarea, input:not([type])")) each.value = "";
  for (const each of form.querySelectorAll("[type=radio][value='']")) each.checked = true;
  for (const each of form.querySelectorAll("select")) each.selectedIndex = 0;
  history.replaceState(null, "", location.pathname);
  answer.replaceChildren();
  read();
}));
restore();
