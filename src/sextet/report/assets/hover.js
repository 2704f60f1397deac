// The crosshair and its small table of values, and the legends.

function addHover(root, spec, { x, margin, width, height, tip, spoken, host }) {
  const xs = spec.hover.xs;
  if (!xs.length) return;
  const line = svg("line", { class: "cross", y1: margin.top, y2: height - margin.bottom, visibility: "hidden" });
  root.append(line);
  let current = null;
  const hide = () => { line.setAttribute("visibility", "hidden"); tip.hidden = true; current = null; };
  const show = (k, speak) => {
    current = k;
    const at = x(xs[k]);
    line.setAttribute("x1", at);
    line.setAttribute("x2", at);
    line.setAttribute("visibility", "visible");
    const rows = spec.hover.rows(k);
    const head = spec.hover.head(k);
    tip.replaceChildren(el("div", { class: "tip-head" }, head), ...rows.map(([cls, name, text]) =>
      el("div", { class: "tip-row" }, swatch(cls), el("span", {}, name), el("b", {}, text))));
    tip.hidden = false;
    const scale = root.clientWidth / width || 1;
    const left = at * scale + 14 + tip.offsetWidth > host.clientWidth ? at * scale - 14 - tip.offsetWidth : at * scale + 14;
    tip.style.left = `${Math.max(0, Math.min(left, host.clientWidth - tip.offsetWidth))}px`;
    tip.style.top = `${margin.top}px`;
    if (speak) spoken.textContent = `${head}: ${rows.map(([, name, text]) => `${name} ${text}`).join(", ")}`;
  };
  const nearest = (event) => {
    const box = root.getBoundingClientRect();
    const px = ((event.clientX - box.left) / box.width) * width;
    let best = 0;
    for (let k = 1; k < xs.length; k += 1) if (Math.abs(x(xs[k]) - px) < Math.abs(x(xs[best]) - px)) best = k;
    return best;
  };
  root.addEventListener("pointermove", (event) => show(nearest(event), false));
  root.addEventListener("pointerdown", (event) => show(nearest(event), false));
  root.addEventListener("pointerleave", hide);
  root.addEventListener("blur", hide);
  root.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -xs.length, End: xs.length };
    if (event.key === "Escape") hide();
    if (!(event.key in moves)) return;
    event.preventDefault();
    show(Math.max(0, Math.min(xs.length - 1, (current === null ? -1 : current) + moves[event.key])), true);
  });
}

// The little picture beside a name: a line with its dash, a block or a marker, as `cls` says.
function swatch(cls) {
  const box = svg("svg", { class: "swatch", viewBox: "0 0 22 10", "aria-hidden": "true" });
  if (cls.startsWith("mark-")) {
    const [, mark, look] = cls.split("-");
    box.append(svg("path", { class: `points ${look}`, d: SHAPES[mark](11, 5, 4) }));
  } else if (cls.startsWith("block ")) box.append(svg("rect", { class: `area ${cls.slice(6)}`, x: 3, y: 0, width: 16, height: 10, rx: 2 }));
  else box.append(svg("line", { class: `line ${cls}`, x1: 1, x2: 21, y1: 5, y2: 5 }));
  return box;
}

// A legend of buttons that switch lines; `entries` are {key, label, cls}. `on` is a Set of keys, changed in place.
function legend(entries, on, changed, label) {
  const group = el("div", { class: "legend", role: "group", "aria-label": label || "Show or hide lines" });
  for (const entry of entries) {
    group.append(el("button", {
      type: "button",
      "data-key": entry.key,
      "aria-pressed": String(on.has(entry.key)),
      onclick() {
        if (on.has(entry.key)) on.delete(entry.key); else on.add(entry.key);
        this.setAttribute("aria-pressed", String(on.has(entry.key)));
        changed();
      },
    }, swatch(entry.cls), entry.label));
  }
  return group;
}

function pressLegend(group, on) {
  for (const button of group.querySelectorAll("button[data-key]")) {
    button.setAttribute("aria-pressed", String(on.has(button.dataset.key)));
  }
}

// A legend that only explains.
function key(entries) {
  return el("div", { class: "legend plain" }, entries.map(([cls, label]) => el("span", {}, swatch(cls), label)));
}
