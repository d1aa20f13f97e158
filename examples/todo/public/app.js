// The page: shows what /api/todos and /api/stats say, and asks the API for every change.

const form = document.querySelector("#add");
const list = document.querySelector("#todos");
const empty = document.querySelector("#empty");
const problem = document.querySelector("#problem");
const template = document.querySelector("#todo");

const EMPTY = {
  all: "Nothing here yet. Add the first thing above.",
  open: "Nothing left to do.",
  done: "Nothing done yet.",
};

async function ask(method, path, body) {
  const response = await fetch(`api${path}`, {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const isJson = (response.headers.get("Content-Type") ?? "").startsWith("application/json");
  const answer = isJson ? await response.json() : undefined;
  if (!response.ok) {
    throw new Error(answer?.error?.message ?? `the server answered ${response.status}`);
  }
  return answer;
}

function chosenFilter() {
  return document.querySelector("#filters input:checked").value;
}

function report(error) {
  const unreachable = error instanceof TypeError;
  problem.textContent = unreachable ? "The server cannot be reached. Try again in a moment." : sentence(error.message);
  problem.hidden = false;
}

function sentence(text) {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

// Runs a change, then shows the state that the server has; what went wrong is said above the list.
async function change(action) {
  problem.hidden = true;
  let done = true;
  try {
    await action();
  } catch (error) {
    report(error);
    done = false;
  }
  await refresh();
  return done;
}

// Answers may overtake each other; only the latest counts.
let latest = 0;

async function refresh() {
  const turn = ++latest;
  try {
    const filter = chosenFilter();
    const [found, stats] = await Promise.all([ask("GET", `/todos?filter=${filter}`), ask("GET", "/stats")]);
    if (turn === latest) {
      show(found.todos, filter);
      showStats(stats);
    }
  } catch (error) {
    report(error);
  }
}

function show(todos, filter) {
  const focused = focusedControl();
  list.replaceChildren(...todos.map(item));
  empty.textContent = EMPTY[filter];
  empty.hidden = todos.length > 0;
  restoreFocus(focused);
}

function item(todo) {
  const element = template.content.cloneNode(true).querySelector("li");
  const checkbox = element.querySelector("input");
  element.dataset.id = todo.id;
  element.classList.toggle("done", todo.completed);
  element.querySelector(".title").textContent = todo.title;
  checkbox.checked = todo.completed;
  checkbox.addEventListener("change", () =>
    change(() => ask("PUT", `/todos/${todo.id}`, { completed: checkbox.checked })),
  );
  const rename = element.querySelector(".rename");
  rename.setAttribute("aria-label", `Rename ${todo.title}`);
  rename.addEventListener("click", () => edit(element, todo));
  const remove = element.querySelector(".delete");
  remove.setAttribute("aria-label", `Delete ${todo.title}`);
  remove.addEventListener("click", () => change(() => ask("DELETE", `/todos/${todo.id}`)));
  return element;
}

// Puts a field in the place of the title; Enter and leaving it save, Escape does not.
function edit(element, todo) {
  const field = document.createElement("input");
  field.className = "editor";
  field.value = todo.title;
  field.maxLength = 200;
  field.setAttribute("aria-label", `New title of ${todo.title}`);
  let over = false;
  const end = async (save, byKey) => {
    if (over) return;
    over = true;
    const title = field.value.trim();
    const changed = save && title !== "" && title !== todo.title;
    await change(async () => changed && ask("PUT", `/todos/${todo.id}`, { title }));
    if (byKey) list.querySelector(`[data-id="${todo.id}"] .rename`)?.focus();
  };
  field.addEventListener("blur", () => end(true, false));
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") end(true, true);
    if (event.key === "Escape") end(false, true);
  });
  element.querySelector("label").replaceWith(field);
  for (const button of element.querySelectorAll("button")) button.hidden = true;
  field.focus();
  field.select();
}

// The list is made anew with every answer; the keyboard's place in it is kept.
function focusedControl() {
  const element = document.activeElement?.closest("#todos li");
  if (!element) return undefined;
  const control = ["input[type=checkbox]", ".rename", ".delete"].find((name) => document.activeElement.matches(name));
  return { id: element.dataset.id, control, index: [...list.children].indexOf(element) };
}

function restoreFocus(focused) {
  if (!focused?.control) return;
  const same = list.querySelector(`[data-id="${focused.id}"]`);
  const next = same ?? list.children[Math.min(focused.index, list.children.length - 1)];
  (next?.querySelector(focused.control) ?? form.elements.title).focus();
}

function showStats({ todos, events }) {
  document.querySelector("#summary").textContent =
    todos.total === 0 ? "" : `${todos.open} open, ${todos.done} done`;
  document.querySelector("#events").textContent =
    `Since ${clock(events.since)}: ${events.created} added, ${events.completed} completed, ${events.deleted} deleted`;
  document.querySelector("#clear").hidden = todos.done === 0;
}

function clock(time) {
  return new Date(time).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = form.elements.title;
  const title = field.value;
  if (await change(() => ask("POST", "/todos", { title }))) {
    field.value = "";
  }
  field.focus();
});
document.querySelector("#filters").addEventListener("change", () => change(async () => {}));
document.querySelector("#clear").addEventListener("click", () => change(() => ask("DELETE", "/todos")));
window.addEventListener("focus", () => list.querySelector(".editor") ?? refresh());
refresh();
