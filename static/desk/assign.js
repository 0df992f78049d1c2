// The list of clients on the assign form: find by name, tick all that are shown, and count. The form works without it.
const clients = document.querySelector(".assignment-clients");

if (clients) {
  const find = clients.querySelector(".assignment-find");
  const rows = [...clients.querySelectorAll("li")].filter((row) => row.querySelector("input"));
  const said = find.querySelector("[role=status]");
  const words = said.dataset;
  const counted = (n, one, more) => (n === 1 ? one : more).replace("{count}", n);
  const plain = (text) => text.normalize("NFD").replace(/\p{Diacritic}/gu, "").toLowerCase();
  const shown = () => rows.filter((row) => !row.hidden);

  const count = () => {
    const ticked = rows.filter((row) => row.querySelector("input").checked).length;
    const hidden = rows.length - shown().length;
    said.textContent = counted(ticked, words.tickedOne, words.tickedMore)
      + (hidden ? `, ${counted(hidden, words.hiddenOne, words.hiddenMore)}` : "");
  };

  find.hidden = rows.length < 2;
  find.querySelector("input").addEventListener("input", (event) => {
    const wanted = plain(event.target.value.trim());
    for (const row of rows) row.hidden = !plain(row.textContent).includes(wanted);
    count();
  });
  find.querySelector("input").addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  find.querySelector("[data-tick]").addEventListener("click", () => {
    for (const row of shown()) row.querySelector("input").checked = true;
    count();
  });
  clients.addEventListener("change", count);
  count();

  // A new first day brings its weekday along, until a weekday was chosen by hand.
  const weekday = document.querySelector("#id_weekday");
  let byHand = false;
  weekday.addEventListener("change", () => { byHand = true; });
  document.querySelector("#id_first").addEventListener("change", (event) => {
    const day = event.target.valueAsDate;
    if (day && !byHand) weekday.value = (day.getUTCDay() + 6) % 7;
  });
}
