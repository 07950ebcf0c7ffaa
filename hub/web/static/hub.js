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
document.addEventListener("htmx:after:swap", () => {
  for (const open of document.querySelectorAll("details.inline[open]")) open.open = false;
});
