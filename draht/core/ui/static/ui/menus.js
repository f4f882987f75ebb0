// Menus are <details>: this closes them, and lets arrows walk through them. Without it they still open.
const open = () => document.querySelectorAll("details.menu[open]")

function close(menu, focus = false) {
  menu.removeAttribute("open")
  if (focus) menu.querySelector("summary").focus()
}

/** Closes what is open; tells whether anything was. */
export function closeMenus() {
  const menus = [...open()]
  menus.forEach((menu) => close(menu, menu.contains(document.activeElement)))
  return menus.length > 0
}

document.addEventListener("click", ({ target }) => {
  for (const menu of open()) if (!menu.contains(target)) close(menu)
})

document.addEventListener(
  "toggle",
  ({ target }) => {
    if (target.matches?.("details.menu[open]")) target.querySelector("[data-first]")?.focus()
  },
  true,
)

document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  const menu = step && event.target.closest?.("details.menu[open]")
  if (!menu || event.target.matches("input[type=datetime-local], select")) return
  const items = [...menu.querySelectorAll(".menu-panel :is(button, a, input)")]
  items.at((items.indexOf(event.target) + step) % items.length)?.focus()
  event.preventDefault()
})

// A menu's form has done its work once it is sent.
document.addEventListener("htmx:afterRequest", ({ target, detail }) => {
  const menu = detail.successful && target.closest?.("details.menu")
  if (menu) close(menu, menu.contains(document.activeElement))
})
