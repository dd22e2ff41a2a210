"use strict";
// Narrows the list while somebody types; without it the form does the same by its button.
const [form, found] = [document.getElementById("search"), document.getElementById("found")];
let waiting = 0;
let latest = 0;

async function narrow() {
  const asked = new URLSearchParams(new FormData(form));
  asked.set("part", "found");
  const mine = ++latest;
  const reply = await fetch(`/rules?${asked}`, { headers: { accept: "text/html" } });
  const text = await reply.text();
  if (mine === latest && reply.ok) found.innerHTML = text;
}
form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(narrow, 150);
});
