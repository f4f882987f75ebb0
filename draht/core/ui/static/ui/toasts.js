// Short messages at the edge, from HX-Trigger {"toast": {text, kind, undo, until}}; and what to say when a request fails.
import { clockNow } from "./times.js"

const SHOWN_FOR = 6_000
const box = document.getElementById("toasts")
const templates = box.querySelector("template").content

function leave(toast, after) {
  let timer = setTimeout(() => toast.remove(), after)
  const stay = () => clearTimeout(timer)
  const go = () => (timer = setTimeout(() => toast.remove(), Math.min(after, SHOWN_FOR)))
  toast.addEventListener("pointerenter", stay)
  toast.addEventListener("focusin", stay)
  toast.addEventListener("pointerleave", go)
  toast.addEventListener("focusout", go)
}

function arm(toast, undo, until) {
  const button = toast.querySelector("[data-undo]")
  if (!undo) return button.remove()
  button.hidden = false
  button.addEventListener("click", () => {
    toast.remove()
    htmx.ajax("POST", undo, { swap: "none", source: document.body })
  })
  if (!until) button.querySelector("[data-left]").remove()
  else button.querySelector("[data-until]").dataset.until = until
}

export function toast({ text, kind = "", undo = "", until = 0 }) {
  const element = templates.querySelector(".toast").cloneNode(true)
  if (kind) element.classList.add(`is-${kind}`)
  element.querySelector("[data-text]").textContent = text
  element.querySelector("[data-close]").addEventListener("click", () => element.remove())
  arm(element, undo, until)
  box.append(element)
  leave(element, until ? Math.max(0, until - clockNow()) : SHOWN_FOR * (kind === "bad" ? 2 : 1))
}

const said = (name) => templates.querySelector(`[data-say=${name}]`).textContent

document.body.addEventListener("toast", ({ detail }) => toast(detail))
document.body.addEventListener("htmx:sendError", () => toast({ text: said("unreachable"), kind: "bad" }))
document.body.addEventListener("htmx:responseError", ({ detail: { xhr } }) => {
  if (/"toast"/.test(xhr.getResponseHeader("HX-Trigger") ?? "")) return // the server said it itself
  toast({ text: said(xhr.status < 500 ? "refused" : "broken"), kind: "bad" })
})
// A whole page where a piece was asked for: the login has ended, or the desk is newer than this page.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (/^\s*<!doctype/i.test(event.detail.xhr.responseText) && !event.detail.requestConfig?.historyRestore) {
    event.detail.shouldSwap = false
    location.reload()
  }
})
for (const element of box.querySelectorAll(".toast")) {
  element.querySelector("[data-close]").addEventListener("click", () => element.remove())
  leave(element, SHOWN_FOR)
}
