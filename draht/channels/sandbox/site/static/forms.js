// Sends the forms without leaving the page, counts characters as the network does, and says what went wrong.

const body = document.body;
const graphemes = new Intl.Segmenter(document.documentElement.lang, { granularity: "grapheme" });

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.method !== "post" || !form.querySelector(".trouble")) return;
  event.preventDefault();
  if (form.dataset.sending) return;
  form.dataset.sending = "yes";
  try {
    await send(form);
  } finally {
    delete form.dataset.sending;
  }
});

async function send(form) {
  let told;
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(new FormData(form)),
    });
    told = await answer.json();
  } catch {
    told = { error: { message: body.dataset.failed } };
  }
  const trouble = form.querySelector(".trouble");
  trouble.hidden = !told.error;
  trouble.textContent = told.error?.message ?? "";
  if (!told.error) done(form, told);
}

function done(form, told) {
  if (told.new_name) { // the whole page changes when somebody chose a name
    form.reset();
    location.hash = told.id ? `m${told.id}` : "";
    location.reload();
    return;
  }
  const key = form.elements.key;
  if (key) key.value = `${Date.now().toString(36)}${Math.random().toString(36).slice(2)}`;
  const tool = form.closest("details");
  if (tool) {
    tool.open = false;
    tool.querySelector("summary").focus();
  }
  if (key) form.reset();
  if (key) form.elements.key.value = key.value;
  count(form);
  document.dispatchEvent(new Event("sandbox:written"));
}

document.addEventListener("input", (event) => count(event.target.form));

function count(form) {
  const left = form?.querySelector(".left");
  if (!left) return;
  const rest = Number(left.dataset.limit) - [...graphemes.segment(form.elements.text.value.trim())].length;
  left.textContent = rest < 100 ? String(rest) : "";
  left.title = left.dataset.words;
  left.classList.toggle("over", rest < 0);
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea")) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
  if (event.key === "Escape") {
    const tool = event.target.closest("details[open]");
    if (tool) {
      tool.open = false;
      tool.querySelector("summary").focus();
    }
  }
});

document.addEventListener("toggle", (event) => {
  if (event.target.matches("details.tool[open]")) {
    for (const other of event.target.parentElement.querySelectorAll("details.tool[open]")) {
      if (other !== event.target) other.open = false;
    }
    const field = event.target.querySelector("input[name=name], textarea");
    field?.focus();
    if (field?.value) field.setSelectionRange(field.value.length, field.value.length);
  }
}, true);
