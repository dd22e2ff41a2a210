"use strict";
// Narrows the chart while somebody types; without it the form does the same by its button.
const [form, found] = [document.getElementById("search"), document.getElementById("found")];
const WORDS = { x: "CONTRAINDICATED", a: "AVOID", c: "CAUTION", m: "MONITOR", i: "INFORMATION" };
const SOLID = "■▲◆●•";
let waiting = 0;
let latest = 0;

async function narrow() {
  const asked = new URLSearchParams(new FormData(form));
  asked.set("part", "found");
  const mine = ++latest;
  const reply = await fetch(`/chart?${asked}`);
  const text = await reply.text();
  if (mine !== latest || !reply.ok) return;
  found.innerHTML = text;
  name();
}

// What a mark says in words, for who points at it or hears the page read.
function name() {
  for (const cell of found.querySelectorAll("td[class]")) {
    const seen = SOLID.includes(cell.textContent[0]) ? "seen in LEMS" : "carried over";
    const depends = cell.textContent.endsWith("?") ? ", depends" : "";
    cell.title = `${WORDS[cell.className]}, ${seen}${depends}`;
    cell.setAttribute("aria-label", cell.title);
  }
}
name();
form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(narrow, 150);
});
