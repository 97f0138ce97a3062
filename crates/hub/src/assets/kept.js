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

for (const slider of document.querySelectorAll("input[data-slider]")) {
  const told = slider.nextElementSibling;
  slider.parentElement.hidden = false;
  for (const shares of document.querySelectorAll("[data-shares]")) shares.hidden = true;
  slider.addEventListener("input", () => {
    told.textContent = `${slider.value} %`;
    for (const part of document.querySelectorAll("[data-share]")) {
      part.classList.toggle("waits", Number(part.dataset.share) > Number(slider.value));
    }
    for (const rest of document.querySelectorAll("[data-rest]")) rest.hidden = true;
  });
}
