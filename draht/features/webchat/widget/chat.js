/* The element: a button in the corner of the page, and the chat that it opens. */

const STYLE = new CSSStyleSheet();
STYLE.replaceSync(LOOK);

function characters(text) {
  return Array.from(new Intl.Segmenter().segment(text)).length;
}

class DrahtChat extends HTMLElement {
  longest = 10_000; // characters; the house tells
  editing = null; // the id of the message that is being changed

  connectedCallback() {
    if (this.shadowRoot) return;
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [STYLE];
    if (GIVEN.theme) this.setAttribute("theme", GIVEN.theme);
    this.#build(root);
    this.#react();
    const { userId: id, userName: name = "", userHash: hash = "" } = GIVEN;
    this.line = new Line(id ? { id, name, hash } : null);
    this.#hear();
    for (const deed of this.line.shelf.read().waiting) this.#await(deed);
    this.#count();
    this.line.begin();
  }

  #build(root) {
    this.badge = el("span", { class: "badge", hidden: true, "aria-hidden": "true" });
    this.launcher = el("button", { class: "launcher", type: "button" }, icon("chat"), this.badge);
    this.heading = el("h2", { id: "title" }, say.chat);
    this.leave = button(say.close, "close");
    this.log = new Log((id) => this.#edit(id), (id) => this.#remove(id));
    this.strip = el("p", { class: "strip", role: "status", hidden: true });
    this.cancel = button(say.cancel);
    this.note = el("div", { class: "editing", hidden: true }, say.editing, this.cancel);
    const field = { id: "text", rows: "1", placeholder: say.type, enterkeyhint: "send", "aria-describedby": "count" };
    this.text = el("textarea", field);
    this.send = button(say.send, "send", { class: "send", type: "submit", disabled: true });
    this.count = el("p", { class: "count", id: "count", hidden: true });
    const label = el("label", { class: "unseen", for: "text" }, say.write);
    this.form = el("form", {}, this.note, label, this.text, this.send, this.count);
    const header = el("header", {}, this.heading, this.leave);
    const dialog = { class: "panel", role: "dialog", "aria-labelledby": "title", lang: LANGUAGE, hidden: true };
    this.panel = el("section", dialog, header, this.log.element, this.strip, this.form);
    this.voice = el("p", { class: "unseen", role: "status", lang: LANGUAGE });
    root.append(this.launcher, this.panel, this.voice);
  }

  #react() {
    this.launcher.addEventListener("click", () => (this.panel.hidden ? this.open() : this.close()));
    this.leave.addEventListener("click", () => this.close());
    this.cancel.addEventListener("click", () => this.#edit(null));
    this.text.addEventListener("input", () => this.#measure());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#submit();
    });
    this.panel.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing) return;
      event.stopPropagation();
      if (this.editing) this.#edit(null);
      else this.close();
    });
    const fit = () => {
      this.panel.style.setProperty("--height", `${visualViewport.height}px`); // what a keyboard on the screen leaves
      this.panel.style.setProperty("--top", `${visualViewport.offsetTop}px`);
    };
    for (const name of ["resize", "scroll"]) visualViewport?.addEventListener(name, fit);
  }

  #hear() {
    const on = (name, act) => this.line.addEventListener(name, ({ detail }) => act(detail));
    on("site", (site) => this.#greet(site));
    on("state", (state) => this.#state(state));
    on("waiting", (deed) => this.#await(deed));
    on("sent", ({ id }) => this.log.get(id) && this.log.put({ id, state: "sent" }));
    on("refused", ({ id }) => this.log.get(id) && this.log.put({ id, state: "refused" }));
    on("letter", (letter) => this.#take(letter));
    on("catching up", () => (this.log.list.ariaBusy = "true")); // else everything would be read aloud
    on("caught up", () => this.#caughtUp());
  }

  // -- opening and closing --------------------------------------------------------------------------------------------

  open() {
    this.panel.hidden = false;
    this.toggleAttribute("open", true);
    this.line.hello().catch((no) => this.line.fail(no));
    this.log.toEnd();
    this.#count();
    this.text.focus({ preventScroll: true });
  }

  close() {
    this.panel.hidden = true;
    this.toggleAttribute("open", false);
    this.#count();
    this.launcher.focus({ preventScroll: true });
  }

  #greet({ title, greeting, longest }) {
    this.heading.textContent = title;
    this.longest = longest;
    this.#state("");
    if (greeting) this.log.put({ id: "greeting", at: 0, text: greeting, ours: true });
  }

  #state(state) {
    this.strip.hidden = !state;
    this.strip.textContent = state ? say[state] : "";
    this.text.disabled = state === "closed";
    this.#measure();
  }

  // -- messages -------------------------------------------------------------------------------------------------------

  /** What the house knows. A change of ours that is still on its way is not taken back by it. */
  #take(letter) {
    const waits = this.line.shelf.read().waiting.some((deed) => deed.id === letter.id && deed.deed !== "message");
    if (waits) return;
    this.arrived ||= letter.ours && !letter.deleted && !this.log.get(letter.id);
    this.log.put({ ...letter, state: letter.ours ? "" : "sent" });
  }

  #caughtUp() {
    this.log.list.ariaBusy = "false";
    this.#count();
    if (this.arrived && this.unread) this.voice.textContent = this.#unreadWords();
    this.arrived = false;
  }

  /** What waits to be sent. */
  #await({ id, deed, text }) {
    if (deed === "message") this.log.put({ id, text, at: Infinity, state: "sending" });
    else if (!this.log.get(id)) return;
    else if (deed === "edit") this.log.put({ id, text, edited: true, state: "sending" });
    else this.log.put({ id, deleted: true, state: "sending" });
  }

  #remove(id) {
    this.line.put({ id, deed: "deletion" });
    if (this.editing === id) this.#edit(null);
    this.text.focus();
  }

  // -- writing --------------------------------------------------------------------------------------------------------

  #submit() {
    const text = this.text.value.trim();
    if (!text || this.send.disabled) return;
    const page = location.origin + location.pathname;
    const deed = this.editing ? { id: this.editing, deed: "edit" } : { id: newId(), deed: "message", page };
    this.#edit(null);
    this.line.put({ ...deed, text });
  }

  /** Begins to change a message; `null` ends it. */
  #edit(id) {
    this.editing = id;
    this.note.hidden = !id;
    this.text.value = id ? this.log.get(id).text : "";
    this.send.title = this.send.ariaLabel = id ? say.save : say.send;
    this.#measure();
    this.text.focus();
  }

  #measure() {
    const { value } = this.text;
    const over = value.length > this.longest ? characters(value.trim()) - this.longest : 0;
    this.count.hidden = over <= 0;
    this.count.textContent = over > 0 ? say.long.replace("{n}", over) : "";
    this.send.disabled = !value.trim() || over > 0 || this.text.disabled;
  }

  // -- what is new ----------------------------------------------------------------------------------------------------

  /** New answers are counted until the chat is open. */
  #count() {
    const times = this.log.ours.map((letter) => letter.at);
    const { seen } = this.line.shelf.read();
    const newest = Math.max(seen, ...times);
    if (!this.panel.hidden && newest > seen) this.line.shelf.change({ seen: newest });
    this.unread = this.panel.hidden ? times.filter((at) => at > seen).length : 0;
    this.badge.hidden = !this.unread;
    this.badge.textContent = this.unread > 9 ? "9+" : this.unread;
    this.launcher.ariaExpanded = String(!this.panel.hidden);
    const words = this.panel.hidden ? say.open : say.close;
    this.launcher.ariaLabel = this.unread ? `${words}, ${this.#unreadWords()}` : words;
  }

  #unreadWords() {
    return this.unread === 1 ? say.unread_one : say.unread.replace("{n}", this.unread);
  }
}

if (!customElements.get("draht-chat")) {
  customElements.define("draht-chat", DrahtChat);
  if (!document.querySelector("draht-chat")) document.body.append(document.createElement("draht-chat"));
}
