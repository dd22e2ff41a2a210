"use strict";
const CHECK = "/v1/InteractionCheckService/CheckPrescription";
const PATIENCE = 10000;
const LONGEST_ORDER = 160;
const SYMBOLS = { CONTRAINDICATED: "■", AVOID: "▲", CAUTION: "◆", MONITOR: "○", INFORMATION: "·" };
const MINOR = ["MONITOR", "INFORMATION"];
const POPULATIONS = {
  LEMS: "seen in LEMS", MYASTHENIA_GRAVIS: "carried over from myasthenia gravis",
  THEORETICAL: "theoretical, not seen in these patients", AMIFAMPRIDINE: "of amifampridine itself",
};
const [form, answer, button] = ["#check", "#answer", "button"].map((each) => document.querySelector(each));
const field = (id) => document.getElementById(id);
const words = (term, prefix = /_(mg|kg|years|ml_min)$/) => (term || "").replace(prefix, "").toLowerCase().replaceAll("_", " ");
const severity = (each) => each.severity.replace("SEVERITY_", "");
const lines = (id) => field(id).value.split("\n").map((line) => line.trim()).filter(Boolean);

function put(tag, kind, ...children) {
  const made = document.createElement(tag);
  if (kind) made.className = kind;
  made.append(...children.filter((child) => child !== ""));
  return made;
}
const list = (items) => put("ul", "", ...items.map((item) => put("li", "", ...[item].flat())));

function asked() {
  const orders = (id) => lines(id).map((text, n) => ({ id: id[0] + (n + 1), text }));
  const patient = {};
  if (field("age").value.trim()) patient.ageYears = Number(field("age").value) || field("age").value.trim();
  if (field("seizures").value) patient.seizureHistory = field("seizures").value;
  return { patient, proposed: orders("proposed"), active: orders("active"), jurisdiction: field("labels").value };
}

async function checked(request) {
  const reply = await fetch(CHECK, {
    method: "POST",
    headers: { "content-type": "application/json", "grpc-timeout": PATIENCE + "m" },
    body: JSON.stringify(request), cache: "no-store", signal: AbortSignal.timeout(PATIENCE),
  });
  const told = await reply.json();
  if (!reply.ok) throw { told };
  // What is not whole is no answer: every order sent must be told of, by the words that we know.
  const names = new Map([...request.proposed, ...request.active].map((each) => [each.id, each.text]));
  const back = new Set(told.medications.map((each) => each.disposition && each.id));
  const known = [...(told.alerts || [])].every((each) => severity(each) in SYMBOLS && each.drug && each.findings.length);
  const state = ["COMPLETENESS_COMPLETE", "COMPLETENESS_INCOMPLETE"].includes(told.completeness);
  if (!known || !state || !told.knowledgeBase.digest || back.size !== names.size || [...names.keys()].some((id) => !back.has(id)))
    throw { told: { message: "the answer is not whole" } };
  return { told, names };
}

function unchecked(told) {
  const faults = (told.details || []).flatMap((each) => each.fieldViolations || []);
  const rows = faults.map((each) => `${each.field || "request"}: ${each.description}`);
  return put("div", "unchecked", put("h3", "", "NOT CHECKED"), put("p", "", told.message || "no answer came"),
    rows.length > 1 ? list(rows) : "");
}

function shown({ told, names }) {
  const { alerts = [], gaps = [], medications, notes = [], knowledgeBase } = told;
  const short = (text) => (text.length > LONGEST_ORDER ? `${text.slice(0, LONGEST_ORDER)}… (${text.length} characters)` : text);
  const name = (id) => `${id} “${short(names.get(id))}”`;
  const grave = gaps.filter((each) => each.worst === "SEVERITY_CONTRAINDICATED");
  const unsettled = medications.filter((each) => !/_(EVALUATED|NOT_CURRENT)$/.test(each.disposition));
  const whole = told.completeness === "COMPLETENESS_COMPLETE" && !grave.length && !unsettled.length;
  const counts = Object.keys(SYMBOLS).map((each) => [alerts.filter((alert) => severity(alert) === each).length, each]);
  const found = counts.filter(([n]) => n).map((each) => each.join(" ")).join(", ");
  const missing = [...unsettled.map((each) => name(each.id)), ...grave.map((each) => `what depends on ${words(each.fact)}`)];
  const verdict = whole ? (found ? `Checked. Found: ${found}.` : "Checked, nothing found.")
    : `Checked against what was given; not checked: ${missing.join("; ") || "see below"}.${found ? ` Found: ${found}.` : ""}`;
  const bad = alerts.some((each) => ["CONTRAINDICATED", "AVOID"].includes(severity(each)));
  const heard = new Set(alerts.flatMap((each) => [...each.medicationIds, ...each.findings.flatMap((one) => one.medicationIds)]));
  const settled = medications.filter((each) => !unsettled.includes(each));
  const drugs = (each, joint) => (each.ingredients || []).map((one) => one.name).join(joint);
  const reading = (each) => [name(each.id), put("div", "quiet", [drugs(each, " + "), words(each.route, "ROUTE_") || "route not known", each.note].filter(Boolean).join(" · "))];
  const doubtful = (each) => (/AMBIGUOUS$/.test(each.disposition) ? `may be ${drugs(each, " or ")}: every reading was checked, none is certain` : "was not recognised");
  return [
    put("p", `verdict ${bad ? "found" : !whole ? "unsure" : found ? "" : "clear"}`, verdict),
    put("p", "quiet", `${words(told.jurisdiction, "JURISDICTION_").toUpperCase()} labels · ${told.asOf} · knowledge base ${knowledgeBase.version} (${knowledgeBase.digest.slice(0, 8)})`),
    ...notes.map((note) => put("p", "", note)),
    unsettled.length ? put("div", "unchecked", put("h3", "", "NOT CHECKED"), list(unsettled.map((each) => [
      `${name(each.id)} ${doubtful(each)}`, put("div", "quiet", [each.note, each.suggestions && `did you mean ${each.suggestions.join(" or ")}?`].filter(Boolean).join("; ")),
    ]))) : "",
    ...section("Read as", medications.flatMap((each) => (each.orders || []).map((order) => `${each.id} ${readAs(order)}`))),
    ...alerts.map((alert) => card(alert, name)),
    ...section("To ask", gaps.map((gap) => [gap.ask, put("div", "quiet", `Not known: ${words(gap.fact)}${(gap.medicationIds || []).map((id) => ` of ${name(id)}`).join()}. Could bring up to ${severity({ severity: gap.worst })}.`)])),
    ...section("No alert for", settled.filter((each) => !heard.has(each.id)).map(reading)),
    ...section("Read with care", settled.filter((each) => heard.has(each.id) && each.note).map(reading)),
  ].filter((part) => part !== "");
}

function readAs({ ingredients = [], route, dose, dosesPerDay, dailyAmount, certain }) {
  const amount = (each) => `${each.value} ${each.unit || ""}`.trim();
  const often = dosesPerDay ? ` × ${Number(dosesPerDay.toPrecision(3))}` : "";
  const daily = dailyAmount && dosesPerDay >= 1 ? ` = ${amount(dailyAmount)}/day` : "";
  const told = [ingredients.join(" + "), words(route, "ROUTE_") || "route not known", dose ? `${amount(dose)}${often}${daily}` : "dose not known"];
  return [...told, !certain && dose && dosesPerDay && route ? "in doubt" : ""].filter(Boolean).join(" · ");
}

const section = (title, items) => (items.length ? [put("h3", "", title), list(items)] : []);

function card(alert, name) {
  const rank = severity(alert), minor = MINOR.includes(rank);
  const concerns = [...new Set(alert.findings.map((each) => words(each.concern, "CONCERN_")))].join(", ");
  const doubt = alert.certainty === "CERTAINTY_POSSIBLE" ? " · possible" : "";
  return put("article", `${rank.toLowerCase()}${minor ? " minor" : ""}`,
    put("h3", "", put("span", "severity", `${SYMBOLS[rank]} ${rank}`), ` ${alert.drug} `, put("small", "", `${concerns}${doubt}`)),
    put("div", "quiet", alert.medicationIds.map(name).join(", ")), put("p", "", alert.summary),
    ...(minor ? [] : alert.findings.flatMap((each) => finding(each, alert))));
}

function finding(each, alert) {
  const doubt = each.certainty === alert.certainty || each.certainty !== "CERTAINTY_POSSIBLE" ? "" : " · possible";
  const title = `${each.severity === alert.severity ? "" : `${severity(each)} · `}${words(each.concern, "CONCERN_")}${doubt}`;
  if (MINOR.includes(severity(each))) return [put("p", "also", put("strong", "", `${title}. `), each.action)];
  const population = (one) => POPULATIONS[(one.population || "").replace("EVIDENCE_POPULATION_", "")] || "population not told";
  const source = (one) => one.source.replace(/^not named in the copy: /, "").replace(/ \(unknown\)$/, "");
  const said = (one) => `${one.says ? `“${one.says}” ` : ""}${source(one)}, ${population(one)}`;
  const [pro, contra] = [false, true].map((counter) => (each.evidence || []).filter((one) => Boolean(one.counter) === counter));
  const summary = `${[...new Set(pro.map(population))].join("; ")} (${pro.length} source${pro.length > 1 ? "s" : ""})`;
  const rows = [["may happen", each.consequence], ["why", each.mechanism], ["", (each.why || []).join("; ")], ["do", each.action], ["instead", each.alternatives],
    ["watch", (each.monitoring || []).join(", ")], ["evidence", pro.length ? put("details", "", put("summary", "", summary), list(pro.map(said))) : ""],
    ["but", contra.map(said)],
    ["not known", (each.missing || []).map((one) => words(one)).join(", ")]];
  const cells = rows.filter(([, value]) => value && value.length !== 0).flatMap(([label, value]) =>
    [put("dt", "", label), put("dd", label ? "" : "quiet", Array.isArray(value) ? list(value) : value)]);
  return [alert.findings.length > 1 ? put("h4", "", title) : "", put("dl", "", ...cells)];
}

let latest = 0;
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const mine = ++latest;
  answer.className = "";
  answer.replaceChildren(put("p", "quiet", "Checking …"));
  button.disabled = true;
  let parts;
  try {
    parts = shown(await checked(asked()));
  } catch (fault) {
    parts = [unchecked(fault.told || { message: "no answer came from the service" })];
  }
  if (mine !== latest) return;
  button.disabled = false;
  answer.replaceChildren(...parts);
  answer.focus();
});
form.addEventListener("input", () => {
  latest += 1;
  if (button.disabled) answer.replaceChildren();
  button.disabled = false;
  if (!answer.childElementCount || answer.className) return;
  answer.className = "stale";
  answer.prepend(put("p", "changed", "Changed since: what stands below is not about the orders above. Check again."));
});
// Paper cannot be unfolded.
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((each) => (each.open = true)));
form.hidden = false;
