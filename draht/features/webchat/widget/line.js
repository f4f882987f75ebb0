/* The visitor's side: who they are, what waits to be sent, and the line on which answers come. */

const SILENCE = 50_000; // milliseconds without a heartbeat: the line is dead
const MOST_KEPT_ALIVE = 16_000; // characters; browsers take 64 KiB of requests that outlive their page
const HIDDEN = 30_000; // milliseconds; a page that nobody looks at gives its line back

class Line extends EventTarget {
  constructor(user) {
    super();
    this.user = user;
    this.shelf = new Shelf(this.#place());
    this.token = "";
    this.last = ""; // of the events that were heard
    addEventListener("storage", (event) => event.key === this.shelf.name && this.shelf.read().began && this.listen());
    addEventListener("pagehide", () => this.hangUp());
    addEventListener("pageshow", (event) => event.persisted && this.begin());
    document.addEventListener("visibilitychange", () => {
      clearTimeout(this.leaving);
      if (document.hidden) this.leaving = setTimeout(() => this.hangUp(), HIDDEN);
      else this.begin();
    });
  }

  #place() {
    return `draht-chat ${KEY}${this.user ? ` ${this.user.id}` : ""}`;
  }
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  /** Takes up what there is: nothing at all is asked of the house for a visitor who never wrote. */
  async begin() {
    const { began, waiting } = this.shelf.read();
    if (waiting.length) this.flush();
    if (began) this.listen();
    else if (this.user) await this.hello().then((site) => site.began && this.listen(), () => {});
  }

  hello() {
    this.greeting ??= this.#greet().finally(() => this.token || (this.greeting = null));
    return this.greeting;
  }
  async #greet() {
    const { token } = this.shelf.read();
    const value = this.user ? { user: this.user } : { token };
    try {
      const site = await (await ask("hello", { value })).json();
      this.token = site.token;
      if (!this.user) {
        const now = this.shelf.read().token; // another page of the same visitor may have been quicker
        if (now === token) this.shelf.change({ token: site.token });
        else this.token = now;
      }
      this.#tell("site", site);
      return site;
    } catch (no) {
      if (no.code !== "identity") throw no;
      console.error(`Draht chat: ${no.message}`);
      const { waiting } = this.shelf.read();
      this.shelf.change({ waiting: [] });
      this.user = null;
      this.shelf = new Shelf(this.#place());
      this.shelf.change({ waiting: [...this.shelf.read().waiting, ...waiting] });
      return this.#greet();
    }
  }
  #forget() {
    this.greeting = null;
    this.token = this.last = "";
  }
  get #login() {
    return { Authorization: `Bearer ${this.token}` };
  }

  put(deed) {
    this.shelf.change({ waiting: [...this.shelf.read().waiting, deed] });
    this.#tell("waiting", deed);
    this.flush();
  }

  /** Sends what waits, in order, each until the house has kept it: it knows a doubled message by its id. */
  async flush() {
    if (this.flushing) return;
    this.flushing = true;
    for (let pause = 1, deed; (deed = this.shelf.read().waiting[0]); ) {
      try {
        await this.hello();
        const keepalive = JSON.stringify(deed).length < MOST_KEPT_ALIVE;
        await ask("send", { value: deed, headers: this.#login, keepalive, signal: AbortSignal.timeout(20_000) });
        this.#done(deed, { began: true });
        this.#tell("state", "");
        this.#tell("sent", deed);
        this.listen();
        pause = 1;
      } catch (no) {
        this.fail(no);
        if (no.closed) break;
        if (no.final) {
          this.#done(deed);
          this.#tell("refused", deed);
          continue;
        }
        await this.#rest(no.after || pause);
        pause = Math.min(pause * 2, 30);
      }
    }
    this.flushing = false;
  }
  #done(deed, more) {
    const same = JSON.stringify(deed);
    this.shelf.change({ waiting: this.shelf.read().waiting.filter((one) => JSON.stringify(one) !== same), ...more });
  }

  /** Keeps the line open while somebody looks at the page. */
  async listen() {
    if (this.line || document.hidden) return;
    const line = (this.line = new AbortController());
    for (let pause = 1; !line.signal.aborted; pause = Math.min(pause * 2, 30)) {
      let after = 0;
      try {
        await this.hello();
        await this.#hear(line.signal, () => (pause = 1));
      } catch (no) {
        if (line.signal.aborted) break;
        this.fail(no);
        after = no.after;
      }
      if (!line.signal.aborted) await this.#rest(after || pause * (0.5 + Math.random()));
    }
  }
  hangUp() {
    this.line?.abort();
    this.line = null;
  }

  /** Says what went wrong: to the visitor, and, where somebody has to mend it, in the console. */
  fail(no) {
    if (no.closed || no.final) console.error(`Draht chat: ${no.message}`);
    if (no.closed) this.hangUp();
    if (no.code === "unknown") this.#forget();
    else this.#tell("state", no.closed ? "closed" : no.code === "slow_down" ? "slow" : "away");
  }

  async #hear(signal, well) {
    const dead = new AbortController();
    let timer;
    const alive = () => {
      clearTimeout(timer);
      timer = setTimeout(() => dead.abort(), SILENCE);
    };
    alive();
    try {
      const headers = { ...this.#login, ...(this.last && { "Last-Event-ID": this.last }) };
      const answer = await ask("stream", { headers, signal: AbortSignal.any([signal, dead.signal]) });
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      this.#tell("state", "");
      this.#tell("catching up");
      let rest = "";
      for (let part; !(part = await reader.read()).done; ) {
        alive();
        const blocks = (rest + part.value).split("\n\n");
        rest = blocks.pop();
        for (const block of blocks) this.#read(block);
        well();
      }
    } finally {
      clearTimeout(timer);
    }
  }
  #read(block) {
    const fields = Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/s)));
    if (fields.event === "here") this.#tell("caught up");
    else if (fields.data) this.#tell("letter", JSON.parse(fields.data));
    if (fields.id) this.last = fields.id;
  }

  /** A pause that ends early when the network is back or somebody looks again. */
  #rest(seconds) {
    return new Promise((resolve) => {
      const over = new AbortController();
      const end = () => {
        over.abort();
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(end, seconds * 1000);
      addEventListener("online", end, { signal: over.signal });
      document.addEventListener("visibilitychange", end, { signal: over.signal });
    });
  }
}
