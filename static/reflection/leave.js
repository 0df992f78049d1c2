// Leave this page: by its button, or by pressing Shift three times. The page goes blank first, then everything else.
// Without this script the button is a form that ends the session and leads to a page that leads on.
"use strict";

{
  const form = document.querySelector("form.leave");
  const WITHIN = 2000; // milliseconds for three presses
  let presses = [];

  const leave = () => {
    document.body.replaceChildren();
    document.dispatchEvent(new Event("leave")); // what saves itself stops
    try { sessionStorage.clear(); } catch { /* nothing is kept, then */ }
    if (!navigator.sendBeacon(form.action)) fetch(form.action, { method: "POST", keepalive: true, redirect: "manual" });
    location.replace(form.dataset.to);
  };

  form.addEventListener("submit", (event) => { event.preventDefault(); leave(); });

  addEventListener("keydown", (event) => {
    if (event.key !== "Shift") { presses = []; return; } // that was a capital letter
    if (event.repeat) return;
    presses = [...presses.filter((at) => event.timeStamp - at < WITHIN), event.timeStamp];
    if (presses.length === 3) leave();
  }, true);
  addEventListener("pointerdown", () => { presses = []; }, true);

  // A page that the browser kept as it was might show what the session no longer does.
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}
