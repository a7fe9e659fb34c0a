// The stream: connects, comes back by itself, keeps the token out of the address.

const KEPT = "pg4da-token";

export class Connection {
  // handlers: hello(message), lines([message]), picture(ref, png), refused(why), state(text or "")
  constructor(handlers) {
    this.handlers = handlers;
    this.token = readToken();
    this.wait = 500;
    this.open();
  }

  open() {
    clearTimeout(this.timer);
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/stream`);
    this.socket = socket;
    socket.onopen = () => socket.send(JSON.stringify({ token: this.token }));
    socket.onmessage = (event) => this.take(event.data);
    socket.onclose = (event) => {
      if (this.socket !== socket) return;
      if (event.code === 4401) {
        this.handlers.state("token");
        return;
      }
      this.handlers.state("lost");
      this.timer = setTimeout(() => this.open(), this.wait);
      this.wait = Math.min(this.wait * 1.5, 3000);
    };
  }

  take(data) {
    const lines = [];
    for (const line of data.split("\n")) {
      if (!line) continue;
      const message = JSON.parse(line);
      if (message.k === "hello") {
        this.wait = 500;
        this.handlers.hello(message);
      } else if (message.k === "png") this.handlers.picture(message.ref, message.png);
      else if (message.k === "refused") this.handlers.refused(message.why);
      else lines.push(message);
    }
    if (lines.length) this.handlers.lines(lines);
  }

  use(token) {
    this.token = token;
    sessionStorage.setItem(KEPT, token);
    const old = this.socket;
    this.socket = null;
    old?.close();
    this.open();
  }

  send(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }
}

function readToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    sessionStorage.setItem(KEPT, given);
    history.replaceState(null, "", location.pathname);
  }
  return given ?? sessionStorage.getItem(KEPT) ?? "";
}
