// On a narrow screen the menu opens and closes by its button. A wide screen shows it always, by its styles.
const button = document.querySelector("[aria-controls='desk-menu']");
button.hidden = false;
button.addEventListener("click", () => {
  button.setAttribute("aria-expanded", String(button.getAttribute("aria-expanded") === "false"));
});
