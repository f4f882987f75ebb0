/* The house: where it is, how it is asked, and what the browser keeps of one visitor. */

const HERE = new URL(".", import.meta.url).href;
const KEY = HERE.split("/").at(-2);
const GIVEN = [...document.scripts].find((script) => script.dataset.key === KEY)?.dataset ?? {};

/** A no of the house; `after` in seconds. */
class No extends Error {
  constructor(answer, told) {
    super(told.words ?? `The chat answered ${answer.status}.`);
    this.code = told.error ?? "";
    this.after = Number(answer.headers.get("Retry-After")) || 0;
    this.final = [400, 413, 422].includes(answer.status) && this.code !== "";
    this.closed = ["closed", "foreign"].includes(this.code);
  }
}

async function ask(what, { value, ...options }) {
  const headers = { ...options.headers, ...(value && { "Content-Type": "application/json" }) };
  const body = value && JSON.stringify(value);
  const method = value ? "POST" : "GET";
  const quiet = { credentials: "omit", cache: "no-store" };
  const answer = await fetch(HERE + what, { ...options, ...quiet, method, headers, body });
  if (!answer.ok) throw new No(answer, await answer.json().catch(() => ({})));
  return answer;
}

/** What the browser keeps of one visitor; in memory where it may keep nothing. */
class Shelf {
  constructor(name) {
    this.name = name;
    this.memory = { token: "", began: false, seen: 0, waiting: [] };
    this.keeps = true;
  }
  read() {
    if (!this.keeps) return this.memory;
    try {
      return { ...this.memory, ...JSON.parse(localStorage.getItem(this.name)) };
    } catch {
      return this.memory;
    }
  }
  change(values) {
    const all = { ...this.read(), ...values };
    try {
      localStorage.setItem(this.name, JSON.stringify(all));
    } catch {
      this.keeps = false;
      this.memory = all;
    }
  }
}

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID is missing on pages without https
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
