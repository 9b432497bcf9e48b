// What a button is about to do can be confirmed: data-confirm holds the question.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-confirm]");
  if (button && !window.confirm(button.dataset.confirm)) event.preventDefault();
});

// A click into a read-only field selects it, ready to be copied.
document.addEventListener("focusin", (event) => {
  if (event.target.matches("input.cz-copy[readonly]")) event.target.select();
});
