// The composer: drafts that outlive the page, tabs that focus, a button that waits while the text is too long.
const me = document.body.dataset.me ?? ""
const key = (form) => `draft:${me}:${form.dataset.draft}:${form.id}`
const textOf = (form) => form.querySelector("textarea")

function keep(form) {
  const { value } = textOf(form)
  value.trim() ? localStorage.setItem(key(form), value) : localStorage.removeItem(key(form))
}

function bring(form) {
  const text = textOf(form)
  const kept = localStorage.getItem(key(form))
  if (!kept || text.value) return
  text.value = kept
  htmx.trigger(text, "count")
}

function clear(form) {
  localStorage.removeItem(key(form))
  textOf(form).value = ""
  textOf(form).focus()
  htmx.trigger(textOf(form), "count")
}

/** Over the limit nothing can be sent; the server would refuse it as well. */
function guard(form) {
  const over = Number(form.querySelector("[data-left]")?.dataset.left ?? 0) < 0
  for (const button of form.querySelectorAll("button[type=submit]")) button.disabled = over
}

function sheetOf(composer, value) {
  return composer.querySelector(`.sheet-${value} textarea`)
}

document.addEventListener("input", ({ target }) => {
  const form = target.matches("textarea") && target.closest("form[data-draft]")
  if (form) keep(form)
})
document.addEventListener("click", ({ target }) => {
  const tab = target.closest?.(".composer-tabs input")
  if (tab) sheetOf(tab.closest(".composer"), tab.value)?.focus()
})
document.addEventListener("click", ({ target }) => {
  const edit = target.closest?.("[data-edit]")
  const text = edit && document.querySelector(".sheet-reply textarea")
  if (!text) return
  text.value = edit.dataset.text
  text.focus()
  keep(text.form)
  htmx.trigger(text, "count")
})
// Where the network has no call for an answer: its words are copied, and its own page opens with them.
const pageFor = (address, text) => address.replace("{text}", encodeURIComponent(text))
document.addEventListener("submit", ({ target }) => {
  if (!target.matches("[data-by-hand]")) return
  const { value } = textOf(target)
  navigator.clipboard?.writeText(value)
  window.open(pageFor(target.dataset.byHand, value), "_blank", "noopener")
})
document.addEventListener("click", ({ target }) => {
  const link = target.closest?.("[data-copy]")
  if (link) navigator.clipboard?.writeText(link.dataset.copy)
})
document.addEventListener("click", ({ target }) => {
  const opener = target.closest?.("[data-dialog]")
  if (opener) document.getElementById(opener.dataset.dialog)?.showModal()
  if (target.closest?.("[data-close]")) target.closest("dialog")?.close()
})
document.addEventListener("click", ({ target }) => {
  const template = target.closest?.("[data-template]")
  const text = template?.closest("form")?.querySelector("textarea")
  if (!text) return
  text.value = template.dataset.template
  template.closest("details").open = false
  text.focus()
  keep(text.form)
  htmx.trigger(text, "count")
})
document.addEventListener("change", ({ target }) => {
  if (target.matches("[name=private]")) htmx.trigger(textOf(target.form), "count")
})
document.addEventListener("htmx:afterRequest", ({ target, detail }) => {
  if (detail.successful && target.matches?.("form[data-draft]")) clear(target)
  if (detail.successful && target.matches?.("form[data-closes]")) target.closest("dialog")?.close()
})
// An answer that was taken back can be written better: its text comes back, unless something else stands there.
document.body.addEventListener("draft", ({ detail: { conversation, text } }) => {
  const id = `reply-form-${conversation}`
  const name = `draft:${me}:reply:${id}`
  if (!localStorage.getItem(name)) localStorage.setItem(name, text)
  const form = document.getElementById(id)
  if (form) bring(form)
})
document.addEventListener("htmx:afterSettle", () => {
  for (const form of document.querySelectorAll("form[data-draft]")) {
    bring(form)
    guard(form)
  }
  for (const button of document.querySelectorAll("[data-edit][hidden]")) button.hidden = false
})
document.addEventListener("submit", ({ target }) => {
  if (!target.matches("[action$='/logout/']")) return
  for (const name of Object.keys(localStorage)) if (name.startsWith("draft:")) localStorage.removeItem(name)
})
document.querySelectorAll("form[data-draft]").forEach(bring)
for (const button of document.querySelectorAll("[data-edit][hidden]")) button.hidden = false
