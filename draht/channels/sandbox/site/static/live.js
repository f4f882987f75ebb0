// Keeps the page as it is on the server: asks every 1.5 seconds whether something is new, and puts only that in place.
// What somebody is typing is never touched.

const PAUSE = 1500;
const LONGEST = 6000;
const body = document.body;
const status = document.getElementById("status");
let pause = PAUSE;
let timer = 0;
let looking = false;
let again = false;

async function look() {
  clearTimeout(timer);
  if (looking) { again = true; return; }
  looking = true;
  try {
    const url = new URL(location.href);
    url.hash = "";
    url.searchParams.set("known", body.dataset.known);
    const answer = await fetch(url, { cache: "no-store" });
    if (answer.status === 200) show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    if (answer.status >= 500) throw new Error(String(answer.status));
    if (pause !== PAUSE) say("");
    pause = PAUSE;
  } catch {
    if (pause > PAUSE) say(body.dataset.away);
    pause = Math.min(LONGEST, pause * 2);
  } finally {
    looking = false;
    plan(again ? 0 : pause);
    again = false;
  }
}

function plan(wait) {
  clearTimeout(timer);
  if (!document.hidden && body.dataset.known) timer = setTimeout(look, wait);
}

function show(fresh) {
  body.dataset.known = fresh.body.dataset.known;
  const atEnd = innerHeight + scrollY > document.documentElement.scrollHeight - 120;
  let arrived = 0;
  for (const list of document.querySelectorAll("main [data-items][id]")) {
    const other = fresh.getElementById(list.id);
    if (other) arrived += mergeList(list, other);
  }
  for (const part of document.querySelectorAll("[data-live]")) {
    const other = fresh.getElementById(part.id);
    if (other && other.outerHTML !== part.outerHTML) replaceKeepingFocus(part, other);
  }
  const empty = document.querySelector("main .empty");
  if (empty && document.querySelector("main .item, main .bubble")) empty.remove();
  if (arrived) say(`${body.dataset.arrived}: ${arrived}`, 4000);
  if (atEnd && document.getElementById("talk")) scrollTo({ top: document.documentElement.scrollHeight });
  tellTimes();
}

function mergeList(list, fresh) {
  let arrived = 0;
  let place = list.firstElementChild;
  const wanted = new Set([...fresh.children].map((item) => item.id));
  for (const item of [...list.children]) {
    if (!wanted.has(item.id)) {
      if (place === item) place = item.nextElementSibling;
      item.remove();
    }
  }
  for (const other of [...fresh.children]) {
    const item = [...list.children].find((known) => known.id === other.id);
    if (!item) {
      const made = document.importNode(other, true);
      made.classList.add("new");
      list.insertBefore(made, place);
      if (!("mine" in made.dataset)) arrived += 1;
    } else {
      if (item === place) place = place.nextElementSibling;
      else list.insertBefore(item, place);
      arrived += mergeItem(item, other);
    }
  }
  return arrived;
}

function mergeItem(item, fresh) {
  if (item.dataset.version !== fresh.dataset.version) {
    item.dataset.version = fresh.dataset.version;
    const parts = fresh.querySelectorAll(":scope > [data-part]");
    item.querySelectorAll(":scope > [data-part]").forEach((part, index) => {
      if (!isInUse(part)) part.replaceWith(document.importNode(parts[index], true));
    });
  }
  const answers = item.querySelector(":scope > [data-items]");
  return answers ? mergeList(answers, fresh.querySelector(":scope > [data-items]")) : 0;
}

function isInUse(part) {
  return part.querySelector("details[open]") !== null;
}

function replaceKeepingFocus(part, fresh) {
  const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
  part.replaceWith(document.importNode(fresh, true));
  if (focused) document.getElementById(focused)?.focus();
}

function say(words, forMs = 0) {
  status.textContent = words;
  if (forMs) setTimeout(() => { if (status.textContent === words) status.textContent = ""; }, forMs);
}

const STEPS = [[60, "second"], [60, "minute"], [24, "hour"], [7, "day"], [Infinity, "week"]];
const relative = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "always" });

function tellTimes() {
  for (const time of document.querySelectorAll("time[datetime]")) {
    let passed = (Date.now() - Date.parse(time.dateTime)) / 1000;
    if (passed < 60) continue; // the server said “just now”
    for (const [size, unit] of STEPS) {
      if (passed < size) {
        const words = relative.format(-Math.floor(passed), unit);
        if (time.textContent !== words) time.textContent = words;
        break;
      }
      passed /= size;
    }
  }
}

document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
document.addEventListener("sandbox:written", look);
setInterval(tellTimes, 30000);
tellTimes();
plan(pause);
