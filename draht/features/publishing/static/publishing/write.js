// Writing a post: times in the reader's own zone, and nothing that was written is lost by a slip.
const form = document.getElementById("write")
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone

/** A moment as a datetime-local field wants it: by the clock on the reader's wall. */
function wall(ms) {
  const at = new Date(ms)
  return new Date(ms - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

let changed = false

if (form) {
  form.zone.value = zone
  form.querySelector("[data-zone]").textContent = zone.replaceAll("_", " ")
  const at = form.querySelector("[name=at]")
  if (at.dataset.at) at.value = wall(Number(at.dataset.at))
  form.addEventListener("input", () => (changed = true))
  form.addEventListener("submit", () => (changed = false))
  document.getElementById("throw-away")?.addEventListener("submit", () => (changed = false))
  form.addEventListener("change", ({ target }) => {
    if (target.name !== "when" || target.value !== "later" || at.value) return
    at.value = wall(Math.ceil(Date.now() / 3_600_000 + 1) * 3_600_000) // the full hour after the next
    at.focus()
  })
}
addEventListener("beforeunload", (event) => changed && event.preventDefault())
