// Keeps relative times and countdowns fresh. times.py says the same things on the server.
const page = document.documentElement.lang || "en"
const serverNow = Number(document.querySelector("meta[name=draht-now]")?.content)
const skew = serverNow ? serverNow - Date.now() : 0 // the server's clock is right
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const said = new Intl.RelativeTimeFormat(page, { numeric: "auto" })
const date = (at, now) =>
  at.toLocaleDateString(page, {
    day: "numeric",
    month: "short",
    year: at.getFullYear() === now.getFullYear() ? undefined : "numeric",
  })

function count(value, unit) {
  return new Intl.NumberFormat(page, { style: "unit", unit, unitDisplay: "short" }).format(Math.floor(value))
}

export const clockNow = () => Date.now() + skew

/** A duration in its largest unit, as times.py's span(). */
export function span(ms) {
  if (ms < HOUR) return count(ms / MINUTE, "minute")
  return ms < DAY ? count(ms / HOUR, "hour") : count(ms / DAY, "day")
}

function ago(at) {
  const away = Math.abs(clockNow() - at)
  if (away < MINUTE) return said.format(0, "second")
  return away < 7 * DAY ? span(away) : date(at, new Date())
}

/** As times.py's moment(), in the zone of this browser. */
const moment = (at) => at.toLocaleString(page, { dateStyle: "medium", timeStyle: "short" })

function write(element, text) {
  if (element.textContent !== text) element.textContent = text
}

function freshen(root = document) {
  for (const time of root.querySelectorAll("time[data-ago]")) write(time, ago(new Date(time.dateTime)))
  for (const time of root.querySelectorAll("time[data-span]")) {
    write(time, span(Math.max(MINUTE, new Date(time.dateTime) - clockNow())))
  }
  for (const time of root.querySelectorAll("time[data-lasting]")) {
    write(time, span(Math.max(MINUTE, clockNow() - new Date(time.dateTime))))
  }
  for (const time of root.querySelectorAll("time[data-moment]")) write(time, moment(new Date(time.dateTime)))
}

function countDown() {
  for (const element of document.querySelectorAll("[data-until]")) {
    const left = Math.max(0, Math.ceil((Number(element.dataset.until) - clockNow()) / 1000))
    write(element, String(left))
    element.closest("[data-over]")?.classList.toggle("is-over", left === 0)
  }
}

setInterval(freshen, 15_000)
setInterval(countDown, 500)
document.addEventListener("visibilitychange", () => document.hidden || freshen())
document.addEventListener("htmx:afterSettle", () => freshen())
freshen()
