// What is wrong with what can be seen of the widget: texts with too little contrast, targets that are too small, overflow.
() => {
  const root = document.querySelector("draht-chat").shadowRoot;
  const panel = root.querySelector(".panel");
  const wrong = [];
  const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgb = (colour) => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data];
  };
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = rgb(getComputedStyle(e).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255];
  };
  for (const element of panel.querySelectorAll("*")) {
    const box = element.getBoundingClientRect();
    if (!box.width || element.closest(".unseen")) continue;
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (own && !element.disabled) {
      const [a, b] = [luminance(rgb(getComputedStyle(element).color)), luminance(ground(element))].sort((x, y) => y - x);
      const ratio = (a + 0.05) / (b + 0.05);
      if (ratio < 4.5) wrong.push(`${element.className || element.tagName}: contrast ${ratio.toFixed(2)}`);
    }
    if (element.tagName === "BUTTON" && (box.width < 24 || box.height < 24)) {
      wrong.push(`${element.className}: ${box.width} × ${box.height}`);
    }
  }
  const log = root.querySelector(".log");
  if (log.scrollWidth > log.clientWidth) wrong.push("the messages are wider than the chat");
  if (document.documentElement.scrollWidth > innerWidth) wrong.push("the page became wider");
  return wrong;
}
