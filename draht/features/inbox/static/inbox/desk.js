// The desk: which row is open, which view, and small conveniences that htmx does not have.
const list = () => document.getElementById("rows")

function setCurrent(link, value) {
  value ? link.setAttribute("aria-current", value) : link.removeAttribute("aria-current")
}

/** Marks the open row and the open view by the address, whatever was fetched when. */
function mark() {
  const { pathname } = location
  const view = pathname.match(/^\/inbox\/[^/]+\//)?.[0]
  for (const link of document.querySelectorAll(".side-link[href]")) setCurrent(link, link.pathname === view && "page")
  for (const link of document.querySelectorAll("a[data-step]")) setCurrent(link, link.pathname === pathname && "true")
}

function showNewer() {
  const newer = document.getElementById("newer")
  const box = list()
  if (!newer || !box) return
  const top = box.getBoundingClientRect().top
  const above = [...box.querySelectorAll(".row.is-new")].some((row) => row.getBoundingClientRect().bottom <= top)
  newer.hidden = !above
}

/** A conversation that was opened by hand gets the focus; one that was only refreshed does not. */
let opened = ""
function focusOpened() {
  const conversation = document.querySelector(".conversation")
  if (conversation?.id === opened) return
  opened = conversation?.id ?? ""
  if (document.activeElement?.closest(".list")) conversation?.querySelector("h2[tabindex]")?.focus({ preventScroll: true })
  showFound()
}

/** A hit of the search opens its conversation at the message. */
function showFound() {
  const found = /^#message-\d+$/.test(location.hash) && document.querySelector(location.hash)
  if (!found) return
  found.classList.add("is-found")
  found.scrollIntoView({ block: "center" })
}

function settle() {
  mark()
  showNewer()
  focusOpened()
}

document.addEventListener("htmx:afterSettle", settle)
document.addEventListener("htmx:pushedIntoHistory", mark)
addEventListener("popstate", () => setTimeout(mark))
document.addEventListener("scroll", ({ target }) => target.id === "rows" && showNewer(), { capture: true, passive: true })
document.addEventListener("click", (event) => {
  if (!event.target.closest("#newer")) return
  event.preventDefault()
  list().scrollTo({ top: 0, behavior: "smooth" })
})

// What was marked unread is closed, or looking at it would mark it read again.
document.body.addEventListener("close", () => document.querySelector("[data-leave]")?.click())

// A select that sends its form as soon as it is changed; a form that is empty again once it is sent.
document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-autosend]")) target.form.requestSubmit()
})
document.addEventListener("htmx:afterRequest", ({ target, detail }) => {
  if (detail.successful && target.matches?.("[data-clear]")) target.reset()
})

// On a phone a chosen view closes the sheet that it was chosen from.
document.addEventListener("htmx:beforeRequest", ({ target }) => {
  const sheet = target.closest?.("#side-more:popover-open")
  if (sheet && target.matches("a")) sheet.hidePopover()
})

opened = document.querySelector(".conversation")?.id ?? ""
showFound()
