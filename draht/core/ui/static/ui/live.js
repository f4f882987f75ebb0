// The stream of /live: calm, without gaps, and honest about being offline. htmx listens to it by sse:<name>.
import { clockNow } from "./times.js"

const CALM = 1_000 // at most one refresh a second of the same thing
const STRIP_AFTER = 3_000 // a short hiccup is nobody's business
const HIDDEN_FOR = 10_000 // then a hidden tab lets go: a browser has only six connections to a server
const LONGEST_WAIT = 30_000
const HURRY = 600 // how long the stream may take to tell what somebody here has done
const LOOK_EVERY = 10_000

const strip = document.getElementById("offline")
let heardAt = 0
let hurryUntil = 0

/** Calls at once, then at most once per CALM, and never forgets the last call. */
function calmly(call) {
  let last = 0
  let timer = 0
  const run = (event) => {
    last = clockNow()
    timer = 0
    call(event)
  }
  return (event) => {
    heardAt = clockNow()
    if (heardAt < hurryUntil) clearTimeout(timer)
    else if (timer) return
    timer = setTimeout(run, heardAt < hurryUntil ? 0 : Math.max(0, last + CALM - heardAt), event)
  }
}

/** Fetches everything live again: after a gap nobody knows what was missed. */
export function refreshAll() {
  for (const element of document.querySelectorAll("[hx-trigger*='sse:']")) {
    const name = element.getAttribute("hx-trigger").match(/sse:[\w-]+/)[0]
    htmx.trigger(element, name)
  }
}

/** Looks like an EventSource to htmx's extension, but opens again by itself. */
class Stream {
  readyState = EventSource.OPEN
  #listeners = new Map() // name → Map of listener → calm listener
  #wait = CALM
  #gap = false
  #timer = 0
  #stripTimer = 0
  #looked = Date.now()

  constructor(url) {
    this.url = url
    document.addEventListener("visibilitychange", () => this.#turn())
    addEventListener("online", () => this.#renew())
    setInterval(() => this.#watch(), LOOK_EVERY)
    this.#open()
  }

  addEventListener(name, listener) {
    if (!this.#listeners.has(name)) {
      this.#listeners.set(name, new Map())
      this.source?.addEventListener(name, (event) => this.#hear(name, event))
    }
    this.#listeners.get(name).set(listener, calmly(listener))
  }

  removeEventListener(name, listener) {
    this.#listeners.get(name)?.delete(listener)
  }

  close() {
    clearTimeout(this.#timer)
    this.source?.close()
  }

  #hear(name, event) {
    for (const listener of this.#listeners.get(name).values()) listener(event)
  }

  #open() {
    this.close()
    this.source = new EventSource(this.url, { withCredentials: true })
    this.source.onopen = () => this.#opened()
    this.source.onerror = () => this.#lost()
    for (const name of this.#listeners.keys()) {
      this.source.addEventListener(name, (event) => this.#hear(name, event))
    }
  }

  #opened() {
    clearTimeout(this.#stripTimer)
    this.#stripTimer = 0
    this.#wait = CALM
    strip.hidden = true
    if (this.#gap) refreshAll()
    this.#gap = false
    this.onopen?.()
  }

  #lost() {
    this.#gap = true
    this.#stripTimer ||= setTimeout(() => (strip.hidden = document.hidden), STRIP_AFTER)
    if (this.source.readyState === EventSource.CLOSED) {
      clearTimeout(this.#timer)
      this.#timer = setTimeout(() => this.#open(), this.#wait * (0.5 + Math.random()))
      this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT)
    }
  }

  #renew() {
    this.#gap = true
    this.#open()
  }

  /** A laptop that slept holds a dead line without knowing it; what gives it away is its clock. */
  #watch() {
    const slept = Date.now() - this.#looked > 3 * LOOK_EVERY
    this.#looked = Date.now()
    if (slept && !document.hidden) this.#renew()
  }

  #turn() {
    clearTimeout(this.#timer)
    if (document.hidden) {
      this.#timer = setTimeout(() => {
        this.#gap = true
        this.close()
      }, HIDDEN_FOR)
    } else if (this.source.readyState === EventSource.CLOSED) {
      this.#open()
    }
  }
}

// Somebody here did something: the stream will say at once what that changed, and is not kept waiting. If it
// says nothing, everything is fetched.
document.body.addEventListener("changed", () => {
  const at = clockNow()
  hurryUntil = at + HURRY
  setTimeout(() => heardAt < at && refreshAll(), HURRY)
})

htmx.createEventSource = (url) => new Stream(url)
