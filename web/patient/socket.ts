/** The WebSocket of one try to reach the check-in: offers, answers and, while no data channel is open, the talk itself. */
import { read, type FromPersona, type FromServer, type ToPersona, type ToServer } from "./wire";

/** Close codes of server/signaling/line.py (4000 and up are ours: RFC 6455, section 7.4.2). */
const VISIT_OVER = 4000;
const NOT_LET_IN = 4003;

export interface SocketEvents {
  message(message: FromServer | FromPersona): void;
  /** `ended`: the server closed it because this visit is over or not this device's. */
  closed(ended: boolean): void;
}

export class VisitSocket {
  readonly #socket: WebSocket;

  constructor(events: SocketEvents) {
    const address = new URL("/api/visit/socket", location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    address.hash = "";
    this.#socket = new WebSocket(address);
    this.#socket.addEventListener("message", (event) => {
      const message = read(event.data);
      if (message !== null) events.message(message);
    });
    this.#socket.addEventListener("close", ({ code }) => events.closed(code === VISIT_OVER || code === NOT_LET_IN));
  }

  /** False if the message could not be sent. */
  send(message: ToServer | ToPersona): boolean {
    if (this.#socket.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  close(): void {
    this.#socket.close();
  }
}
