// The page: one WebSocket to /chat/{room}; every message from there is {topic, data}.

const find = (selector) => document.querySelector(selector);
const enter = find("#enter");
const say = find("#say");
const state = find("#state");

let socket = null;
let delay = 500; // ms before the next attempt to connect

enter.addEventListener("submit", (event) => {
  event.preventDefault();
  const { name, room } = Object.fromEntries(new FormData(enter));
  enter.hidden = true;
  find("#talk").hidden = false;
  find("#room").textContent = room;
  find("#text").focus();
  connect(name, room);
});

say.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = say.elements.text.value.trim();
  if (text && socket?.readyState === WebSocket.OPEN) {
    socket.send(JSON.stringify({ text }));
    say.reset();
  }
});

function connect(name, room) {
  const url = new URL(`chat/${encodeURIComponent(room)}?name=${encodeURIComponent(name)}`, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  socket = new WebSocket(url);
  state.textContent = "Connecting …";
  socket.addEventListener("open", () => {
    state.textContent = `You are ${name}.`;
    delay = 500;
  });
  socket.addEventListener("message", (event) => {
    const { topic, data } = JSON.parse(event.data);
    topics[topic]?.(data);
  });
  socket.addEventListener("close", () => {
    state.textContent = "The connection was lost; trying again …";
    setTimeout(() => connect(name, room), delay);
    delay = Math.min(delay * 2, 15000);
  });
}

const topics = {
  history({ said }) {
    find("#said").replaceChildren(...list(said).map(line));
    scroll();
  },
  said(message) {
    find("#problem").hidden = true;
    find("#said").append(line(message));
    scroll();
  },
  people(names) {
    find("#people").textContent = `Here: ${list(names).join(", ")}`;
  },
  refused(reason) {
    find("#problem").textContent = reason;
    find("#problem").hidden = false;
  },
};

// An empty Lua table has no form of its own in JSON: it may arrive as {}.
function list(value) {
  return Array.isArray(value) ? value : [];
}

function line({ from, text, at }) {
  const item = document.createElement("li");
  const who = document.createElement("strong");
  const when = document.createElement("time");
  who.textContent = from;
  when.dateTime = at;
  when.textContent = new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const what = document.createElement("span");
  what.textContent = text;
  item.append(who, when, what);
  return item;
}

function scroll() {
  find("#said").lastElementChild?.scrollIntoView({ block: "nearest" });
}
