// The page: a list of endpoints, a form for one of them, and the versions of the registry.

const find = (selector) => document.querySelector(selector);
const form = find("#endpoint");
const fields = form.elements;

const EXAMPLE = `local http = require("http")

return function()
    local name = http.request():query("name") or "world"
    http.response():write_json({message = "hello " .. name})
end
`;

let endpoints = [];
let chosen = null; // the name of the endpoint in the form, null for a new one

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { name, method, path, source } = Object.fromEntries(new FormData(form));
  const done = await change("PUT", `api/endpoints/${encodeURIComponent(name)}`, { method, path, source });
  if (done) {
    await load(name);
    state(`Saved as version ${done.version}.`);
  }
});

find("#new").addEventListener("click", () => choose(null));

find("#delete").addEventListener("click", async () => {
  const done = await change("DELETE", `api/endpoints/${encodeURIComponent(chosen)}`);
  if (done) {
    await load(null);
    state(`Deleted; version ${done.version}.`);
  }
});

// Asks the endpoint as it was saved; parts of the path in braces are for whoever tries it to fill in.
find("#try").addEventListener("click", async () => {
  const { method, path } = endpoints.find((each) => each.name === chosen);
  const filled = path.replace(/\{(\w+)(\.\.\.)?\}/g, (_, name) => encodeURIComponent(prompt(name) ?? ""));
  const response = await fetch(`made${filled}`, { method });
  find("#status").textContent = `${response.status} ${response.statusText}`;
  find("#text").textContent = (await response.text()) || "(empty)";
  find("#answer").hidden = false;
});

async function change(method, url, body) {
  problem(null);
  state("");
  const response = await fetch(url, { method, body: body && JSON.stringify(body) });
  const answer = await response.json();
  if (response.ok) return answer;
  problem(answer.error.message.trim());
  return null;
}

async function load(name) {
  const [listed, history] = await Promise.all(["api/endpoints", "api/versions"].map(async (url) => (await fetch(url)).json()));
  endpoints = list(listed.endpoints);
  choose(endpoints.some((each) => each.name === name) ? name : (endpoints[0]?.name ?? null));
  showVersions(history);
}

function choose(name) {
  chosen = name;
  const endpoint = endpoints.find((each) => each.name === name);
  const shown = endpoint ?? { name: "", method: "GET", path: "/", source: EXAMPLE };
  for (const field of ["name", "method", "path", "source"]) fields[field].value = shown[field];
  fields.name.readOnly = Boolean(endpoint);
  for (const id of ["#try", "#delete"]) find(id).disabled = !endpoint;
  find("#none").hidden = endpoints.length > 0;
  find("#answer").hidden = true;
  problem(null);
  state("");
  find("#endpoints").replaceChildren(...endpoints.map(item));
  if (!endpoint) fields.name.focus();
}

function item({ name, method, path }) {
  const button = make("button", { type: "button", className: "plain" });
  if (name === chosen) button.setAttribute("aria-current", "true");
  button.append(make("strong", { textContent: method }), make("span", { textContent: `/made${path}` }));
  button.addEventListener("click", () => choose(name));
  const row = make("li");
  row.append(button);
  return row;
}

function showVersions({ current, versions }) {
  const rows = list(versions).toReversed().map(({ id, endpoints: names }) => {
    const row = make("li");
    const what = list(names).join(", ") || "no endpoints";
    row.append(make("strong", { textContent: `v${id}` }), make("span", { textContent: what }));
    if (id === current) {
      row.append(make("em", { className: "quiet", textContent: "now" }));
    } else {
      const button = make("button", { type: "button", className: "plain", textContent: "Go there" });
      button.addEventListener("click", () => go(id));
      row.append(button);
    }
    return row;
  });
  find("#versions").replaceChildren(...rows);
}

async function go(version) {
  if (await change("PUT", "api/version", { version })) {
    await load(chosen);
    state(`The registry is at version ${version}.`);
  }
}

function problem(message) {
  find("#problem").textContent = message ?? "";
  find("#problem").hidden = message === null;
}

function state(text) {
  find("#state").textContent = text;
}

function make(tag, properties = {}) {
  return Object.assign(document.createElement(tag), properties);
}

// An empty Lua table has no form of its own in JSON: it may arrive as {}.
function list(value) {
  return Array.isArray(value) ? value : [];
}

load(null);
