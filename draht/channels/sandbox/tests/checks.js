// What is wrong with this page: too wide, unnamed, hard to read. An empty list is good.
() => {
  const found = [];
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) found.push(`the page is ${root.scrollWidth} wide in ${innerWidth}`);

  const shown = (element) => element.checkVisibility() && !element.closest(".hidden, .skip");
  for (const control of document.querySelectorAll("button, a[href], input:not([type=hidden]), textarea, summary")) {
    const label = [...(control.labels ?? [])].map((one) => one.textContent).join(" ");
    const name = control.getAttribute("aria-label") || control.textContent.trim() || label.trim();
    if (!name) found.push(`no name: ${control.outerHTML.slice(0, 120)}`);
  }
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  for (const id of new Set(ids.filter((one, index) => ids.indexOf(one) !== index))) found.push(`two of #${id}`);
  if (document.querySelectorAll("h1").length !== 1) found.push("not one h1");

  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const paint = canvas.getContext("2d", { willReadFrequently: true });
  const numbers = (color) => {
    paint.clearRect(0, 0, 1, 1);
    paint.fillStyle = color;
    paint.fillRect(0, 0, 1, 1);
    return [...paint.getImageData(0, 0, 1, 1).data];
  };
  const over = (top, under) => top.slice(0, 3).map((c, i) => (c * top[3] + under[i] * (255 - top[3])) / 255).concat(255);
  const ground = (element) => {
    if (!element) return [255, 255, 255, 255];
    const style = getComputedStyle(element);
    if (style.backgroundImage !== "none") return null; // a picture: looked at by eye
    const own = numbers(style.backgroundColor);
    if (own[3] === 255) return own;
    const under = ground(element.parentElement);
    return under && over(own, under);
  };
  const light = (color) => {
    const [r, g, b] = color.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  for (const element of document.querySelectorAll("body *")) {
    const speaks = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (!speaks || !shown(element)) continue;
    const under = ground(element);
    if (!under) continue;
    const [a, b] = [light(over(numbers(getComputedStyle(element).color), under)), light(under)].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < 4.5) found.push(`${contrast.toFixed(2)}: ${element.outerHTML.slice(0, 120)}`);
  }
  return found;
}
