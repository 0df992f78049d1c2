// Typing counts as being there: the desk is told now and then, so that nobody who writes for long is signed out. A page
// that is left alone tells nothing; shortly before it is too late it says so.
"use strict";

{
  const place = document.querySelector(".desk-still-here");
  const IDLE = Number(place.dataset.idle) * 1000; // milliseconds
  const EVERY = Math.min(2 * 60_000, IDLE / 4);
  const TOKEN = place.querySelector("[name=csrfmiddlewaretoken]").value;
  const BEFORE = Math.min(5 * 60_000, IDLE / 4);
  const pages = new BroadcastChannel("desk"); // others of this browser: what one of them tells counts for all
  let seen = Date.now(), asked = seen, typed = false, ended = false;

  const noted = () => { seen = Date.now(); };

  const tell = async () => {
    asked = Date.now();
    typed = false;
    try {
      const answer = await fetch(place.dataset.address, { method: "POST", headers: { "X-CSRFToken": TOKEN }, redirect: "manual" });
      if (answer.ok) { noted(); pages.postMessage("seen"); }
      ended = answer.type === "opaqueredirect"; // to the page on which one signs in
    } catch { typed = true; /* no connection: again later */ }
  };

  const say = (name) => {
    // First the place, then its words: what is there from the beginning is not read aloud.
    place.hidden = !name;
    requestAnimationFrame(() => { for (const line of place.querySelectorAll("p")) line.hidden = line.className !== name; });
  };

  const look = async () => {
    if (typed && !ended && Date.now() - Math.max(seen, asked) >= EVERY) await tell();
    const left = seen + IDLE - Date.now();
    say(ended || left <= 0 ? "ended" : left <= BEFORE ? "soon" : "");
  };

  // Only what a person does: not what a script fills in.
  document.addEventListener("input", (event) => { typed ||= event.isTrusted; }, true);
  pages.addEventListener("message", noted);
  pages.postMessage("seen");
  setInterval(look, Math.min(15_000, EVERY / 4));
}
