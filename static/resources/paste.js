// Keeps the clipboard's HTML beside pasted plain text, so that headings, lists and emphasis come along.
// Without this script the plain text is used, and all else works the same.
(() => {
  const text = document.querySelector("textarea[name=text]");
  const html = document.querySelector("input[name=pasted_html]");
  const note = document.getElementById("paste-note");
  if (!text || !html || !note) return;
  const LONGEST = 1500000;
  let asPasted = html.value ? text.value : null;

  const forget = () => {
    html.value = "";
    asPasted = null;
  };

  text.addEventListener("paste", (event) => {
    const rich = event.clipboardData && event.clipboardData.getData("text/html");
    const replacesAll = text.selectionStart === 0 && text.selectionEnd === text.value.length;
    forget();
    note.textContent = "";
    if (!rich || !replacesAll) return;
    const light = rich.replace(/src\s*=\s*(["'])data:[^"']*\1/gi, 'src=""'); // pictures are not wanted
    if (light.length > LONGEST) return;
    setTimeout(() => {
      html.value = light;
      asPasted = text.value;
      note.textContent = note.dataset.along;
    });
  });

  text.addEventListener("input", () => {
    if (asPasted === null || text.value === asPasted) return;
    forget();
    note.textContent = text.value ? note.dataset.plain : "";
  });
})();
