// The little that needs a script: "/" goes to search, Escape closes a panel, "Udskriv" prints.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const field = document.getElementById("find");
    if (field) { event.preventDefault(); field.focus(); }
  }
  if (event.key === "Escape") {
    const open = document.querySelector("details.inline[open]");
    if (open) { open.open = false; open.querySelector("summary").focus(); }
  }
});
for (const button of document.querySelectorAll(".js-print")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
// Also when the browser's own menu prints: the log names it.
window.addEventListener("beforeprint", () => {
  const button = document.querySelector(".js-print[data-record]");
  if (!button) return;
  const form = new FormData();
  form.set("csrf", button.dataset.csrf);
  form.set("side", button.dataset.side);
  navigator.sendBeacon(button.dataset.record, form);
});
// A panel that would run off the right edge is moved to the left, as far as it must; anew when the window changes.
const keepInside = (panel) => {
  panel.style.marginLeft = "0";
  const over = panel.getBoundingClientRect().right + 16 - document.documentElement.clientWidth;
  if (over > 0) panel.style.marginLeft = `-${over}px`;
};
document.addEventListener("toggle", (event) => {
  const panel = event.target.open && event.target.matches("details.inline") && event.target.querySelector(".pop");
  if (panel) keepInside(panel);
}, true);
window.addEventListener("resize", () => {
  for (const panel of document.querySelectorAll("details.inline[open] .pop")) keepInside(panel);
});
document.addEventListener("htmx:after:swap", () => {
  for (const open of document.querySelectorAll("details.inline[open]")) open.open = false;
});
