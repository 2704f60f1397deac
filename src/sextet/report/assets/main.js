// Reads the view and draws every section as SECTIONS says; the theme, sortable tables and printing.

function sortable(table) {
  const body = table.tBodies[0];
  [...table.tHead.rows[0].cells].forEach((cell, column) => {
    const button = el("button", { type: "button", class: "sort", title: cell.title || null });
    button.append(...cell.childNodes);
    cell.append(button);
    button.addEventListener("click", () => {
      const up = cell.getAttribute("aria-sort") !== "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      cell.setAttribute("aria-sort", up ? "ascending" : "descending");
      const value = (row) => row.cells[column].dataset.value;
      const compare = (a, b) => {
        const [left, right] = [value(a), value(b)];
        if (left === undefined || right === undefined) return (left === undefined) - (right === undefined);
        const order = cell.classList.contains("num") ? Number(left) - Number(right) : left.localeCompare(right);
        return up ? order : -order;
      };
      body.append(...[...body.rows].sort(compare));
    });
  });
}

function themeButton(button) {
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const now = () => root.dataset.theme || (dark.matches ? "dark" : "light");
  const label = () => {
    button.setAttribute("aria-pressed", String(now() === "dark"));
    button.querySelector("span").textContent = now() === "dark" ? "Light" : "Dark";
  };
  button.hidden = false;
  button.addEventListener("click", () => { root.dataset.theme = now() === "dark" ? "light" : "dark"; label(); });
  dark.addEventListener("change", label);
  label();
}

function printable() {
  let theme;
  let closed = [];
  window.addEventListener("beforeprint", () => {
    theme = document.documentElement.dataset.theme;
    document.documentElement.dataset.theme = "light";
    closed = [...document.querySelectorAll("details.said:not([open])")];
    for (const details of closed) details.open = true;
    paperWidth = 660;
    for (const one of charts) one.draw();
  });
  window.addEventListener("afterprint", () => {
    if (theme) document.documentElement.dataset.theme = theme; else delete document.documentElement.dataset.theme;
    for (const details of closed) details.open = false;
    paperWidth = null;
    for (const one of charts) one.draw();
  });
}

function followSections() {
  const links = new Map([...document.querySelectorAll("nav a")].map((link) => [link.hash.slice(1), link]));
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      for (const link of links.values()) link.removeAttribute("aria-current");
      const link = links.get(entry.target.id);
      if (link) link.setAttribute("aria-current", "true");
    }
  }, { rootMargin: "-20% 0px -70% 0px" });
  for (const id of links.keys()) seen.observe(document.getElementById(id));
}

const view = JSON.parse(document.getElementById("view").textContent);
zone = view.zone || null;
for (const [name, draw] of Object.entries(SECTIONS)) {
  const host = document.querySelector(`[data-chart="${name}"]`);
  if (host) draw(host, view);
}
document.querySelectorAll("table.sortable").forEach(sortable);
themeButton(document.getElementById("theme"));
printable();
followSections();
