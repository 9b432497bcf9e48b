// What a button is about to do can be confirmed: data-confirm holds the question.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-confirm]");
  if (button && !window.confirm(button.dataset.confirm)) event.preventDefault();
});

// A button with data-copy copies the input that it names.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  const input = button && document.getElementById(button.dataset.copy);
  if (!input) return;
  input.select();
  try {
    await navigator.clipboard.writeText(input.value);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Press Ctrl+C"; // without https a page may not copy by itself
  }
});

// A click into a read-only field selects it, ready to be copied.
document.addEventListener("focusin", (event) => {
  if (event.target.matches("input.cz-copy[readonly]")) event.target.select();
});
