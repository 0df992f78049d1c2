// Keeps what is typed: a draft on the server a second after typing stops, and while there is no connection a copy on
// this device until the tab closes. Without this script the two buttons do the same by hand.
"use strict";

const form = document.querySelector("form[data-draft]");

if (form) {
  const state = document.getElementById("state");
  const words = form.dataset;
  const key = location.pathname;
  let changed = Number(form.elements.typed.value); // counts what was typed; `kept` is the count that the server has
  let kept = changed;
  let timer;
  let wait = 2000;
  let saving = null;
  let closed = false;
  let unsent = false; // a button was pressed and nothing could go through
  let stopAsking = () => {}; // ends the request that is on its way

  const say = (text) => { if (state.textContent !== text) state.textContent = text; };
  const fields = () => [...form.elements].filter((field) => field.name && !["save", "send"].includes(field.name));
  const later = (ms) => { clearTimeout(timer); timer = setTimeout(() => save(), ms); };

  // What is sent carries the count along: on a slow line it may arrive after what was typed later.
  function count() {
    changed += 1;
    form.elements.typed.value = changed;
  }

  // --- The copy on this device

  function keepHere() {
    const values = fields().map((field) => [field.name, /radio|checkbox/.test(field.type) ? field.checked : field.value]);
    try { sessionStorage.setItem(key, JSON.stringify(values)); } catch { /* full or forbidden: the page still has it */ }
  }

  function forgetHere() {
    try { sessionStorage.removeItem(key); } catch { /* nothing is kept, then */ }
  }

  function bringBack() {
    let values = null;
    try { values = JSON.parse(sessionStorage.getItem(key)); } catch { /* nothing is kept, then */ }
    const now = fields();
    if (!values || values.length !== now.length || values.some(([name], i) => name !== now[i].name)) return;
    values.forEach(([, value], i) => { if (typeof value === "boolean") now[i].checked = value; else now[i].value = value; });
    changed = Math.max(changed, Number(form.elements.typed.value));
    count();
    say(words.back);
    later(1000);
  }

  // --- The draft on the server

  function save(pressed = false) {
    clearTimeout(timer);
    saving = saving || sendDraft(pressed).finally(() => { saving = null; });
    return saving;
  }

  async function sendDraft(pressed) {
    if (closed) return false;
    const saved = changed;
    say(words.saving);
    let answer;
    let came;
    const controller = new AbortController();
    const tooLong = setTimeout(() => controller.abort(), 20000); // a connection that is there and carries nothing
    stopAsking = () => controller.abort();
    try {
      const body = new URLSearchParams(new FormData(form));
      if (pressed) body.set("save", "1");
      answer = await fetch(words.draft, { method: "POST", body, signal: controller.signal });
      if ([400, 404, 413].includes(answer.status)) { closed = true; say(words.closed); return false; }
      if (answer.status === 429) {
        say(unsent ? words.unsent : words.slow);
        later(1000 * (Number(answer.headers.get("Retry-After")) || 60));
        return false;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      const told = await answer.json();
      came = told.state;
      if (told.sheet) form.elements.sheet.value = told.sheet;
    } catch {
      if (closed) return false;
      say(unsent ? words.unsent : words.offline);
      later(wait);
      wait = Math.min(wait * 2, 30000);
      return false;
    } finally {
      clearTimeout(tooLong);
    }
    kept = saved;
    wait = 2000;
    unsent = false;
    if (changed === kept) settle(came); else later(1000);
    return true;
  }

  // Where nothing leads back to the words once this page is closed, the copy stays until they are sent.
  function settle(came) {
    if (came !== "only here") forgetHere();
    say({ sent: "", "only here": words.here }[came] ?? words.saved);
  }

  // --- What the client does

  function grow(field) {
    if (CSS.supports("field-sizing", "content")) return;
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight + 2}px`;
  }

  form.addEventListener("input", (event) => {
    if (event.target.tagName === "TEXTAREA") grow(event.target);
    count();
    keepHere();
    if (!closed) later(1000);
  });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = event.submitter;
    unsent = false;
    if (saving) await saving; // it may hold fewer words than the page does now
    const safe = await save(true);
    unsent = !safe && !closed && button?.name === "send";
    if (unsent) say(words.unsent);
    if (!safe || button?.name !== "send") return;
    kept = changed;
    forgetHere();
    const sent = document.createElement("input");
    Object.assign(sent, { type: "hidden", name: "send", value: "1" });
    form.append(sent);
    form.submit();
  });

  addEventListener("online", () => { if (changed > kept) save(); });
  addEventListener("visibilitychange", () => { if (document.hidden && changed > kept) save(); });
  addEventListener("beforeunload", (event) => { if (changed > kept) event.preventDefault(); });
  document.addEventListener("leave", () => {
    closed = true;
    kept = changed;
    clearTimeout(timer);
    stopAsking();
  });

  form.querySelectorAll("textarea").forEach(grow);
  bringBack();
}
