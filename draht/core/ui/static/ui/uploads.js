// Files on their way out: chosen, pasted or dropped; each with what it shows.
const listOf = (form) => form.querySelector("[data-uploads]")
const inputOf = (form) => form.querySelector("input[type=file]")

function set(form, files) {
  const list = listOf(form)
  const kept = new DataTransfer()
  for (const file of files.slice(0, Number(list.dataset.count))) kept.items.add(file)
  inputOf(form).files = kept.files
  show(form)
  list.dispatchEvent(new Event("input", { bubbles: true }))
}

function show(form) {
  const list = listOf(form)
  const told = new Map([...list.children].map((item) => [item.dataset.name, item.querySelector("input")?.value ?? ""]))
  list.replaceChildren(...[...inputOf(form).files].map((file) => line(form, file, told.get(file.name) ?? "")))
}

function line(form, file, alt) {
  const list = listOf(form)
  const item = document.createElement("li")
  item.dataset.name = file.name
  const large = file.size > Number(list.dataset.most)
  item.classList.toggle("is-bad", large)
  if (file.type.startsWith("image/")) item.append(preview(file))
  const name = document.createElement("span")
  name.textContent = `${file.name} · ${(file.size / 1e6).toFixed(1)} MB${large ? ` · ${list.dataset.large}` : ""}`
  item.append(name, words(list, file, alt), remove(form, file))
  if ("tells" in list.dataset) item.append(about(file))
  return item
}

function preview(file) {
  const image = new Image()
  image.alt = ""
  const reader = new FileReader()
  reader.addEventListener("load", () => (image.src = reader.result))
  reader.readAsDataURL(file)
  return image
}

/** Every file has a field, so that descriptions come in the order of the files. */
function words(list, file, alt) {
  const field = document.createElement("input")
  field.name = "alt"
  field.value = alt
  const asked = list.dataset.alt && file.type.startsWith("image/")
  field.className = "input"
  field.type = asked ? "text" : "hidden"
  field.placeholder = list.dataset.alt
  field.ariaLabel = `${file.name}: ${list.dataset.alt}`
  return field
}

/** What is to be sent, for a server that is asked before it has the file. */
function about(file) {
  const field = document.createElement("input")
  field.type = "hidden"
  field.name = "about"
  field.value = `${file.type};${file.size};${file.name}`
  return field
}

function remove(form, file) {
  const button = document.createElement("button")
  button.type = "button"
  button.className = "button is-quiet is-small"
  button.textContent = listOf(form).dataset.remove
  button.addEventListener("click", () => set(form, [...inputOf(form).files].filter((one) => one !== file)))
  return button
}

function add(form, files) {
  if (form && listOf(form) && files.length) set(form, [...inputOf(form).files, ...files])
}

document.addEventListener("change", ({ target }) => {
  if (target.matches("form:has([data-uploads]) input[type=file]")) show(target.form)
})
document.addEventListener("paste", (event) => {
  const form = event.target.closest?.("form:has([data-uploads])")
  if (form && event.clipboardData.files.length) {
    event.preventDefault()
    add(form, [...event.clipboardData.files])
  }
})
for (const name of ["dragover", "drop"]) {
  document.addEventListener(name, (event) => {
    const form = event.target.closest?.("form:has([data-uploads])")
    if (!form || !event.dataTransfer.types.includes("Files")) return
    event.preventDefault()
    if (name === "drop") add(form, [...event.dataTransfer.files])
  })
}
document.addEventListener("htmx:afterRequest", ({ target, detail }) => {
  if (detail.successful && target.matches?.("form[data-draft]") && listOf(target)) set(target, [])
})
