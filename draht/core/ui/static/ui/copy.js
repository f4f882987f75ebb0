// Buttons that copy a field's text. Without a script, or without leave of the browser, the text can be marked by hand.
for (const button of document.querySelectorAll("button[data-copy]")) button.hidden = false

function copied(button) {
  const label = button.querySelector("span")
  const before = label.textContent
  if (button.hasAttribute("aria-live")) return
  button.setAttribute("aria-live", "polite")
  label.textContent = button.dataset.said
  setTimeout(() => {
    label.textContent = before
    button.removeAttribute("aria-live")
  }, 2_000)
}

document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("button[data-copy]")
  if (!button) return
  const field = document.getElementById(button.dataset.copy)
  field.select()
  // the clipboard is only open to pages behind https and on localhost
  const done = navigator.clipboard ? await navigator.clipboard.writeText(field.value).then(() => true, () => false) : false
  if (done || document.execCommand("copy")) copied(button)
})
