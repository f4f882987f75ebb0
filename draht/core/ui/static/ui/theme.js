// Blocking, in <head>: sets the chosen theme before the first paint, so that nothing flashes.
{
  const root = document.documentElement
  const show = (theme) => (theme ? root.setAttribute("data-theme", theme) : root.removeAttribute("data-theme"))
  show(localStorage.getItem("theme"))
  document.addEventListener("DOMContentLoaded", () => {
    for (const choice of document.querySelectorAll("input[name=theme]")) {
      choice.checked = choice.value === (localStorage.getItem("theme") ?? "")
    }
  })
  document.addEventListener("change", ({ target }) => {
    if (target.name !== "theme") return
    target.value ? localStorage.setItem("theme", target.value) : localStorage.removeItem("theme")
    show(target.value)
  })
}
