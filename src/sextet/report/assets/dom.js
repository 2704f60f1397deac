// Small helpers: elements, numbers and stamps as text. Every text goes in through textContent, never as markup.

const SVG = "http://www.w3.org/2000/svg";

function el(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function svg(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined) node.append(child);
  }
  return node;
}

function isNumber(value) {
  return typeof value === "number" && Number.isFinite(value);
}

function numberText(value, unit, digits) {
  if (!isNumber(value)) return "–";
  const size = Math.abs(value);
  const places = digits || 4;
  let text;
  if (value !== 0 && (size < 1e-4 || size >= 1e9)) text = value.toExponential(places - 1);
  else {
    const decimals = size === 0 ? 0 : Math.min(Math.max(places - 1 - Math.floor(Math.log10(size)), 0), 6);
    text = grouped(value, decimals);
  }
  return (unit ? `${text} ${unit}` : text).replace("-", "−");
}

function grouped(value, decimals) {
  return value.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

function percentText(value, digits) {
  return isNumber(value) ? `${value.toFixed(digits === undefined ? 1 : digits)} %`.replace("-", "−") : "–";
}

function two(value) {
  return String(value).padStart(2, "0");
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAY = 86400000;

// The zone of the data, by whose clock every moment is told; null: moments are as the data tell them.
let zone = null;

function zonePart(ms) {
  const next = zone.changes.findIndex((change) => change > ms);
  return next < 0 ? zone.changes.length : next;
}

// What the clock shows at a moment, as milliseconds since 1970 on that clock.
function wallOf(ms) {
  return zone ? ms + zone.ahead[zonePart(ms)] : ms;
}

// A moment at which the clock shows that; null where it never does.
function momentOf(wall) {
  if (!zone) return wall;
  const ahead = zone.ahead.find((one) => wallOf(wall - one) === wall);
  return ahead === undefined ? null : wall - ahead;
}

function stampText(ms) {
  const wall = wallOf(ms);
  const at = new Date(wall);
  const day = `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`;
  if (!zone && wall % DAY === 0) return day;
  const seconds = wall % 60000 === 0 ? "" : `:${two(at.getUTCSeconds())}`;
  const clock = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}${seconds}`;
  return zone ? `${day} ${clock} ${zone.short[zonePart(ms)]}` : `${day} ${clock}`;
}

// Stamps of a `Times`: either {at: [...]}, or {start, step, count}.
function stampsOf(times) {
  if (times.at) return times.at;
  return Array.from({ length: times.count }, (_, k) => times.start + k * times.step);
}

function extent(values) {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (!isNumber(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return [0, 1];
  return low === high ? [low - Math.max(Math.abs(low) * 0.05, 0.5), high + Math.max(Math.abs(low) * 0.05, 0.5)] : [low, high];
}

// A row of radio-like buttons; `options` are [key, label] pairs. Calls back with the key that was chosen.
function choice(label, options, current, chosen) {
  const group = el("div", { class: "choice", role: "group", "aria-label": label });
  const buttons = options.map(([key, text]) =>
    el("button", {
      type: "button",
      "aria-pressed": String(key === current),
      onclick() {
        for (const other of buttons) other.setAttribute("aria-pressed", String(other === this));
        chosen(key);
      },
    }, text));
  group.append(...buttons);
  return group;
}

function selectBox(label, options, current, chosen) {
  const box = el("select", { onchange() { chosen(Number(this.value)); } });
  options.forEach((text, k) => box.append(el("option", { value: k, selected: k === current }, text)));
  return { label: el("label", { class: "field" }, el("span", {}, label), box), box };
}
