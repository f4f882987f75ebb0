// An htmx swap named "keyed": what did not change stays in place, with its focus, scroll and typing.
//
// Containers marked data-keyed are compared child by child, by id; every other element is one piece that is
// replaced when the server's source for it differs from what the server sent before.
const sources = new WeakMap()

// What differs in every answer without meaning anything: texts that times.js writes, and the form's token.
const NOISE = /(<(?:time|span)[^>]* data-(?:ago|clock|moment|span|until)[^>]*>)[^<]*|(name="csrfmiddlewaretoken" value=")[^"]*/g
const source = (node) => node.outerHTML.replace(NOISE, "$1$2")
const remember = (node) => sources.set(node, source(node))
const keyed = (node) => node.hasAttribute?.("data-keyed")

function rememberAll(root) {
  for (const child of root.children) keyed(child) ? rememberAll(child) : remember(child)
}

function copyAttributes(from, to) {
  for (const { name, value } of from.attributes) if (to.getAttribute(name) !== value) to.setAttribute(name, value)
  for (const { name } of [...to.attributes]) if (!from.hasAttribute(name)) to.removeAttribute(name)
}

/** Carries over what somebody did in a piece that is being replaced: opened menus, choices, typing. */
function keepState(old, fresh) {
  const twin = ({ id }) => id && fresh.querySelector(`#${CSS.escape(id)}`)
  for (const details of old.querySelectorAll("details[open]")) twin(details)?.setAttribute("open", "")
  for (const field of old.querySelectorAll("input, textarea")) {
    const same = twin(field)
    if (same && field.value !== field.defaultValue) same.value = field.value
    if (same && field.checked !== field.defaultChecked) same.checked = field.checked
  }
}

/** Makes the children of `old` those of `fresh`; returns the elements that are new on the page. */
function sync(old, fresh) {
  const known = new Map([...old.children].filter((node) => node.id).map((node) => [node.id, node]))
  const news = []
  const wanted = [...fresh.children].map((node) => {
    const before = known.get(node.id)
    if (before && keyed(node) && before.tagName === node.tagName) {
      copyAttributes(node, before)
      news.push(...sync(before, node))
      return before
    }
    if (before && !keyed(node) && sources.get(before) === source(node)) return before
    if (before) keepState(before, node)
    keyed(node) ? rememberAll(node) : remember(node)
    if (!before) node.classList.add("is-new")
    news.push(node)
    return node
  })
  const staying = new Set(wanted)
  for (const node of [...old.children]) if (!staying.has(node)) node.remove()
  wanted.forEach((node, i) => old.children[i] !== node && old.insertBefore(node, old.children[i] ?? null))
  return news
}

// A list ("start") holds still while somebody points at it or has scrolled; a thread ("end") while scrolled up.
const holdsStill = (box) =>
  box.scrollTop !== 0 || (box.dataset.anchor === "start" && box.matches(":hover, :focus-within"))

/** What stands at the upper edge of a scroller, and where. */
function edgeOf(box) {
  const edge = box.getBoundingClientRect().top
  const item = [...box.querySelectorAll("[data-item]")].find((one) => one.getBoundingClientRect().bottom > edge)
  return { box, id: item?.id, top: item?.getBoundingClientRect().top }
}

function putBack({ box, id, top }) {
  const item = id && document.getElementById(id)
  if (item) box.scrollTop += item.getBoundingClientRect().top - top
}

function keepFocus() {
  const { activeElement: focused } = document
  return () => {
    if (focused?.id && document.activeElement !== focused) {
      document.getElementById(focused.id)?.focus({ preventScroll: true })
    }
  }
}

htmx.defineExtension("keyed", {
  isInlineSwap: (style) => style === "keyed",
  handleSwap(style, target, fragment) {
    if (style !== "keyed") return false
    const edges = [...target.querySelectorAll("[data-anchor]")].filter(holdsStill).map(edgeOf)
    const refocus = keepFocus()
    const news = sync(target, fragment)
    edges.forEach(putBack)
    refocus()
    return news
  },
})

for (const root of document.querySelectorAll("[data-keyed-root]")) rememberAll(root)
