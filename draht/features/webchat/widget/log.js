/* The messages, as they are seen. */

const LANGUAGE =
  [document.documentElement.lang, ...navigator.languages]
    .map((tag) => tag.slice(0, 2).toLowerCase())
    .find((tag) => tag in WORDS) ?? "en";
const say = WORDS[LANGUAGE];
const ICONS = {
  chat: "M4 7a3 3 0 0 1 3-3h10a3 3 0 0 1 3 3v6a3 3 0 0 1-3 3h-5l-4.5 4v-4H7a3 3 0 0 1-3-3z",
  close: "M6 6l12 12M18 6 6 18",
  send: "M4.5 12h14M13 6l6 6-6 6",
  more: "M12 5.5v.01M12 12v.01M12 18.5v.01",
};

const SHOWN = ["text", "name", "edited", "deleted", "state", "at"]; // of a letter; else it is not drawn anew

/** An element: `el("p", { class: "who" }, "Bea")`. An attribute that is `false` is left away. */
function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

function icon(name) {
  const [svg, path] = ["svg", "path"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** A button; one with an icon carries its words as a label. */
function button(words, picture, attributes = {}) {
  const named = picture ? { "aria-label": words, title: words } : {};
  return el("button", { type: "button", ...named, ...attributes }, picture ? icon(picture) : words);
}

/** Text with its web addresses as links. */
function linked(text) {
  return text.split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?'()\]])/).map((part, n) =>
    n % 2 ? el("a", { href: part, target: "_blank", rel: "noopener noreferrer nofollow" }, part) : part,
  );
}

function clock(at) {
  const today = new Date(at).toDateString() === new Date().toDateString();
  return new Intl.DateTimeFormat(LANGUAGE, { timeStyle: "short", ...(!today && { dateStyle: "short" }) }).format(at);
}

/** Letters by id, in the order of their time; `_json` in stream.py says what they are. */
class Log {
  constructor(edit, remove) {
    this.edit = edit;
    this.remove = remove;
    this.letters = new Map();
    this.stays = true; // at the end, where the newest appear
    this.list = el("div", {
      class: "log", role: "log", "aria-live": "polite", "aria-label": say.messages, tabindex: "0",
    });
    this.newer = button(say.newer, null, { class: "newer", hidden: true });
    this.element = el("div", { class: "middle" }, this.list, this.newer);
    this.newer.addEventListener("click", () => this.toEnd());
    this.list.addEventListener("scroll", () => {
      this.stays = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 40;
      if (this.stays) this.newer.hidden = true;
    });
    new ResizeObserver(() => this.stays && this.toEnd()).observe(this.list);
  }

  get(id) {
    return this.letters.get(id);
  }
  get ours() {
    return [...this.letters.values()].filter((letter) => letter.ours && !letter.deleted);
  }

  /** A new letter, or what has changed of one. */
  put(values) {
    const known = this.get(values.id);
    const letter = { ours: false, name: "", edited: false, deleted: false, state: "", ...known, ...values };
    letter.element ??= el("div");
    letter.nth ??= this.letters.size;
    this.letters.set(letter.id, letter);
    if (!known || SHOWN.some((key) => known[key] !== letter[key])) this.#draw(letter);
    this.#place(letter);
    this.#group();
    if (this.stays || letter.state === "sending") this.toEnd();
    else if (!known && letter.ours) this.newer.hidden = false;
  }

  /** Moves nothing that stands right: who reads by ear hears every move. */
  #place(letter) {
    const isLater = (a, b) => a.at > b.at || (a.at === b.at && a.nth > b.nth);
    const later = [...this.letters.values()].filter((one) => isLater(one, letter));
    const next = later.reduce((first, one) => (first && isLater(one, first) ? first : one), null)?.element ?? null;
    const { element } = letter;
    if (element.parentNode !== this.list || element.nextElementSibling !== next) this.list.insertBefore(element, next);
  }

  #draw(letter) {
    const { element, ours, name, text, deleted, edited, state, at } = letter;
    element.className = `letter ${ours ? "ours" : "mine"} ${deleted ? "gone" : ""} ${state}`;
    const voice = ours && !name ? "" : el("span", { class: "unseen" }, `${ours ? name : say.you}: `);
    const bubble = el("div", { class: "bubble" }, voice, ...(deleted ? [say.deleted] : linked(text)));
    const meta = el("p", { class: "meta" });
    if (at && at !== Infinity) meta.append(el("time", { datetime: new Date(at).toISOString() }, clock(at)));
    if (edited && !deleted) meta.append(el("span", {}, say.edited));
    if (state) meta.append(el("span", { class: "state" }, say[state]));
    const who = ours && name ? [el("p", { class: "who", "aria-hidden": "true" }, name)] : [];
    element.replaceChildren(...who, bubble, meta);
    if (!ours && !deleted && state === "sent" && at !== Infinity) this.#offer(letter, bubble);
  }

  /** The visitor's own messages can be changed and deleted. */
  #offer({ id, element }, bubble) {
    const more = button(say.more, "more", { class: "more", "aria-expanded": "false" });
    const edit = button(say.edit);
    const remove = button(say.remove);
    const acts = el("div", { class: "acts", hidden: true }, edit, remove);
    bubble.append(more);
    element.append(acts);
    more.addEventListener("click", () => {
      acts.hidden = !acts.hidden;
      more.ariaExpanded = String(!acts.hidden);
      remove.textContent = say.remove;
      if (!acts.hidden) acts.scrollIntoView({ block: "nearest" });
    });
    edit.addEventListener("click", () => this.edit(id));
    remove.addEventListener("click", () => {
      if (remove.textContent === say.sure) this.remove(id);
      else remove.textContent = say.sure;
    });
  }

  /** A name stands over the first of several letters, a time under the last. */
  #group() {
    const of = new Map([...this.letters.values()].map((letter) => [letter.element, letter]));
    const shown = Array.from(this.list.children, (element) => of.get(element));
    const alike = (a, b) => a && b && a.ours === b.ours && a.name === b.name && a.at && b.at;
    const same = (a, b) => ["state", "edited"].every((key) => a[key] === b[key]);
    shown.forEach((letter, n) => {
      const { element } = letter;
      const follows = Boolean(alike(shown[n - 1], letter));
      const silent = alike(letter, shown[n + 1]) && same(letter, shown[n + 1]);
      element.classList.toggle("next", follows);
      element.querySelector(".who")?.toggleAttribute("hidden", follows);
      element.querySelector(".meta").hidden = Boolean(silent);
    });
  }

  toEnd() {
    this.stays = true;
    this.list.scrollTop = this.list.scrollHeight;
    this.newer.hidden = true;
  }
}
