// The keyboard. One table for what moves; every other key stands in the page, as data-key on what it presses.
import { closeMenus } from "./menus.js"

const WAIT = 1_200 // milliseconds between G and the letter after it

const rows = () => [...document.querySelectorAll("[data-walk] a[data-step]")]
const current = () => {
  const all = rows()
  const focused = all.indexOf(document.activeElement?.closest?.("a[data-step]"))
  return focused >= 0 ? focused : all.findIndex((row) => row.getAttribute("aria-current") === "true")
}

let lastStep = 0 // where the walk was, for when its row has left the list

function walk(by) {
  const all = rows()
  if (!all.length) return
  const from = current()
  lastStep = from >= 0 ? from + by : lastStep
  lastStep = Math.min(Math.max(lastStep, 0), all.length - 1)
  all[lastStep].focus({ preventScroll: true })
  all[lastStep].scrollIntoView({ block: "nearest" })
}

function leave() {
  const popover = document.querySelector(":popover-open")
  if (closeMenus() || popover) return popover?.hidePopover()
  const typing = isTyping(document.activeElement)
  if (typing) return document.activeElement.blur()
  document.querySelector("[data-leave]")?.click()
}

const TABLE = {
  j: () => walk(1),
  k: () => walk(-1),
  o: () => (document.activeElement?.matches("a[data-step]") ? document.activeElement : rows()[lastStep])?.click(),
  "?": () => document.getElementById("keys")?.togglePopover(),
  Escape: leave,
}

function press(key) {
  const element = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find((one) => one.checkVisibility())
  if (!element) return false
  const field = element.matches("textarea, input:not([type=radio], [type=checkbox])")
  field ? element.focus() : element.click()
  return true
}

function isTyping(element) {
  return Boolean(element?.matches?.("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]"))
}

const wanted = () => localStorage.getItem("keys") !== "off"

let pending = ""
let timer = 0

function run(key) {
  const combo = pending + key
  pending = ""
  clearTimeout(timer)
  if (combo === "g") {
    pending = "g "
    timer = setTimeout(() => (pending = ""), WAIT)
    return true
  }
  if (!TABLE[combo]) return press(combo)
  TABLE[combo]()
  return true
}

document.addEventListener("keydown", (event) => {
  const { key, target } = event
  if (event.defaultPrevented || event.isComposing) return
  if (key === "Enter" && (event.ctrlKey || event.metaKey)) return send(event)
  if (event.ctrlKey || event.metaKey || event.altKey) return
  if (key !== "Escape" && (isTyping(target) || !wanted())) return
  if (run(key.length === 1 ? key.toLowerCase() : key)) event.preventDefault()
})

/** Ctrl or ⌘ + Enter sends the form one is typing in; with Shift its second button. */
function send(event) {
  const form = event.target.closest?.("form[data-send]")
  const buttons = form?.querySelectorAll("button[type=submit]:not([disabled])")
  if (!buttons?.length) return
  event.preventDefault()
  form.requestSubmit(buttons[event.shiftKey ? buttons.length - 1 : 0])
}

const box = document.querySelector("input[name=keys]")
if (box) {
  box.checked = wanted()
  box.addEventListener("change", () => localStorage.setItem("keys", box.checked ? "on" : "off"))
}
