// Makes the drawing zoomable. Reads its rows from the table below it; without this script the drawing and the table stay.
const place = document.getElementById("timeline");
const rows = [...document.querySelectorAll("#timeline-rows tbody tr[data-start]")].filter((row) => row.dataset.start);
if (place && window.vis && rows.length) {
  const lanes = [...new Set(rows.map((row) => row.dataset.lane))];
  const last = lanes.indexOf("Underretninger");
  if (last >= 0) lanes.push(lanes.splice(last, 1)[0]);
  const text = (words) => { const made = document.createElement("span"); made.textContent = words; return made; };
  const today = new Date();
  const items = rows.map((row, id) => row.dataset.point === "yes"
    ? { id, group: row.dataset.lane, content: "", start: row.dataset.start, type: "point", className: "notification", title: row.dataset.text }
    : { id, group: row.dataset.lane, content: row.dataset.text, start: row.dataset.start, end: row.dataset.end || today, className: row.dataset.area, title: row.dataset.text });
  const drawn = document.getElementById("drawn");
  place.hidden = false;
  new vis.Timeline(place, items, lanes.map((lane, order) => ({ id: lane, content: lane, order })), {
    locale: "da", orientation: "top", stack: true, zoomKey: "ctrlKey", zoomMin: 1000 * 60 * 60 * 24 * 31, groupOrder: "order",
    template: (item) => text(item.content), groupTemplate: (lane) => text(lane ? lane.content : ""), xss: { disabled: false },
  });
  if (drawn) drawn.hidden = true;
}
