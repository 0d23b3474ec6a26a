// Reads the page anew when an outage begins, changes or ends, and says times in the reader's own zone. Without it the
// page is whole, and reads anew when the reader says so.
"use strict";

function sayLocalTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.dateTime);
    if (!Number.isNaN(moment.getTime())) time.title = moment.toLocaleString(undefined, { timeZoneName: "short" });
  }
}

// Of a chart that is wider than the screen, the newest part is seen first.
function showNewest(root) {
  for (const box of root.querySelectorAll(".scroll")) box.scrollLeft = box.scrollWidth;
}

// Puts the new content in place unless the reader is filling in a form; scrolling and focus stay where they were.
async function readAnew() {
  const active = document.activeElement;
  if (active && active.matches("input")) return;
  const response = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  const [here, there] = [document.getElementById("main"), fresh.getElementById("main")];
  if (!here || !there || here.innerHTML === there.innerHTML) return;
  const links = [...here.querySelectorAll("a, summary, [tabindex]")];
  const place = links.indexOf(active);
  here.replaceChildren(...there.childNodes);
  document.title = fresh.title;
  sayLocalTimes(here);
  showNewest(here);
  if (place >= 0) [...here.querySelectorAll("a, summary, [tabindex]")][place]?.focus({ preventScroll: true });
}

sayLocalTimes(document);
showNewest(document);

if (document.body.hasAttribute("data-live")) {
  let waiting = 0;
  const soon = (milliseconds) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => readAnew().catch(() => {}), milliseconds);
  };
  // What happened is in the log a second later.
  new EventSource("/events").addEventListener("outage", () => soon(1500));
  setInterval(() => { if (!document.hidden) soon(0); }, 60000);
}
