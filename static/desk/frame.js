// The browser draws no outline around a frame whose letter has the focus, so that nobody would see where they are.
function mark() {
  for (const frame of document.querySelectorAll("iframe")) frame.classList.toggle("focused", frame === document.activeElement);
}
addEventListener("blur", mark);
addEventListener("focus", mark);
