// Tells those who hear the page what the small editor shows by looks alone: the name of the field it stands for, and
// which of its buttons can do nothing just now.
(() => {
  const tell = () => {
    for (const editor of document.querySelectorAll(".prose-editor .ProseMirror[contenteditable]:not([aria-label])")) {
      const field = editor.closest(".prose-editor").querySelector("textarea");
      const label = field && document.querySelector(`label[for="${field.id}"]`);
      if (label) editor.setAttribute("aria-label", label.textContent.replace("*", "").trim());
      editor.setAttribute("aria-multiline", "true");
    }
    for (const button of document.querySelectorAll(".prose-menubar__button")) {
      const disabled = String(button.classList.contains("disabled"));
      if (button.getAttribute("aria-disabled") !== disabled) button.setAttribute("aria-disabled", disabled);
    }
  };
  const watched = { childList: true, subtree: true, attributes: true, attributeFilter: ["class"] };
  new MutationObserver(tell).observe(document.documentElement, watched);
  tell();
})();
