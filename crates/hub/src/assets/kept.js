// Small comforts; every page works without them.
for (const select of document.querySelectorAll("select[data-submit]")) {
  const form = select.form;
  form.classList.add("auto");
  select.addEventListener("change", () => form.requestSubmit());
}

for (const area of document.querySelectorAll("textarea[data-submit]")) {
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      area.form.requestSubmit();
    }
  });
}
