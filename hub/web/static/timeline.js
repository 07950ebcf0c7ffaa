// Makes the drawing zoomable. Reads its rows from the table below it; without this script the drawing and the table stay.
const place = document.getElementById("timeline");
const rows = [...document.querySelectorAll("#timeline-rows tbody tr[data-start]")].filter((row) => row.dataset.start);
if (place && window.vis && rows.length) {
  const drawn = document.getElementById("drawn");
  const inDrawing = drawn ? [...drawn.querySelectorAll(".lane-name")].map((name) => name.textContent) : [];
  const lanes = [...new Set([...inDrawing.filter(Boolean), ...rows.map((row) => row.dataset.lane)])];
  const words = (text) => { const made = document.createElement("span"); made.textContent = text; return made; };
  const today = place.dataset.today;
  const items = rows.map((row, id) => {
    const common = { id, group: row.dataset.lane, start: row.dataset.start, title: row.dataset.text };
    if (row.dataset.point === "yes") return { ...common, content: "", type: "point", className: "notification" };
    const ends = row.dataset.end && row.dataset.end < today ? row.dataset.end : today;
    return { ...common, content: row.dataset.text, end: ends > common.start ? ends : common.start, className: row.dataset.area };
  });
  const days = items.flatMap((item) => [item.start, item.end ?? item.start]).sort();
  const edge = (day, by) => { const moved = new Date(day); moved.setDate(moved.getDate() + by); return moved; };
  const named = (options) => { const danish = new Intl.DateTimeFormat("da-DK", options); return (date) => danish.format(date.toDate()); };
  const minor = { year: named({ year: "numeric" }), month: named({ month: "short" }), week: named({ day: "numeric", month: "short" }) };
  const major = { year: () => "", month: named({ year: "numeric" }) };
  const day = named({ day: "numeric" }), month = named({ month: "long", year: "numeric" });
  place.hidden = false;
  new vis.Timeline(place, items, lanes.map((lane, order) => ({ id: lane, content: lane, order })), {
    start: edge(days[0], -90), end: edge(days.at(-1), 90), min: edge(days[0], -365), max: edge(days.at(-1), 730),
    orientation: "top", stack: true, zoomKey: "ctrlKey", zoomMin: 1000 * 60 * 60 * 24 * 60, groupOrder: "order", showCurrentTime: false,
    margin: { item: { horizontal: 0, vertical: 4 } },
    format: {
      minorLabels: (date, scale) => (minor[scale] ?? day)(date),
      majorLabels: (date, scale) => (major[scale] ?? month)(date),
    },
    template: (item) => words(item.content), groupTemplate: (lane) => words(lane ? lane.content : ""),
  });
  if (drawn) drawn.hidden = true;
}
