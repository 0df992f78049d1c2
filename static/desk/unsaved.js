// Whoever leaves a page with words that were not sent is asked first. The admin skin asks so on its own forms.
"use strict";

{
  const FIELDS = "form[method=post]:not(.warn-unsaved-form) :is(textarea, input:not([type]), input[type=text])";
  let sent = null; // the form that is on its way

  addEventListener("submit", (event) => { if (!event.defaultPrevented) sent = event.target; });
  addEventListener("input", () => { sent = null; });
  addEventListener("beforeunload", (event) => {
    const fields = [...document.querySelectorAll(FIELDS)].filter((field) => field.form !== sent);
    if (fields.some((field) => field.value !== field.defaultValue)) event.preventDefault();
  });
}
