/**
 * A WebSocket that comes back by itself: after waits that grow, not all clients at the same moment, not while the network is away.
 * It keeps nothing that could not be sent. What goes over it, and whether it is dead although nobody closed it, is known elsewhere.
 */
import { pause } from "./pause.ts";

/** Waits between tries, each longer than the one before. A connection that lasted starts over. */
const RETRY_WAIT_MS = 500;
const RETRY_WAIT_MS_MAX = 8_000;
const RETRY_WAIT_GROWTH = 1.6;
const LASTED_MS = 5_000;
const CONNECT_WAIT_MS = 8_000;
/** The server closed for a broken rule (1008, 1009), such as too many sockets: come back slowly. */
const REFUSED_WAIT_MS = 30_000;
/** After a server's restart everybody comes back: spread over this. */
const SPREAD_MS = 600;
/** A network that says it is offline is believed this long; some systems report it wrongly. */
const OFFLINE_TRUST_MS = 30_000;

export type LiveSocketOptions = {
  /** URL and subprotocols, asked before each try. */
  readonly address: () => Promise<readonly [string, string[]]>;
  readonly onOpen: () => void;
  readonly onMessage: (data: string) => void;
  /** It was lost, or a try failed. Answers whether the next one need not wait for what was refused. */
  readonly onClose: (code: number, reason: string) => boolean;
};

export type LiveSocket = {
  /** False when it is not open. */
  readonly send: (text: string) => boolean;
  /** Gives the connection up for a new one, at once. */
  readonly reconnect: () => void;
  readonly close: () => void;
};

export function openSocket({ address, onOpen, onMessage, onClose }: LiveSocketOptions): LiveSocket {
  let socket: WebSocket | undefined;
  /** The try that counts: what still comes from an earlier one is ignored. */
  let current = 0;
  let tries = 0;
  let openedAt = Infinity;
  let late: ReturnType<typeof setTimeout> | undefined;

  async function connect(waitMs: number): Promise<void> {
    const mine = (current += 1);
    const lose = (code = 0, reason = ""): void => {
      if (mine === current) lost(code, reason);
    };
    tries += 1;
    try {
      await untilReachable(waitMs);
      const [url, protocols] = await address();
      if (mine !== current) return;
      const opening = new WebSocket(url, protocols);
      socket = opening;
      late = setTimeout(lose, CONNECT_WAIT_MS);
      // A socket that was closed says nothing more than that.
      opening.onopen = () => {
        clearTimeout(late);
        openedAt = Date.now();
        onOpen();
      };
      opening.onmessage = ({ data }: MessageEvent<string>) => onMessage(data);
      opening.onclose = ({ code, reason }) => lose(code, reason);
    } catch {
      // Some browsers throw for a socket that the page's policy forbids.
      lose();
    }
  }

  function close(): void {
    current += 1;
    clearTimeout(late);
    socket?.close();
  }

  function lost(code: number, reason: string): void {
    close();
    if (Date.now() - openedAt > LASTED_MS) tries = 1;
    openedAt = Infinity;
    const mine = current;
    const welcome = onClose(code, reason);
    const grown = tries && Math.min(RETRY_WAIT_MS_MAX, RETRY_WAIT_MS * RETRY_WAIT_GROWTH ** (tries - 1));
    const waitMs = !welcome && (code === 1008 || code === 1009) ? REFUSED_WAIT_MS : grown;
    // Whoever was told may have closed it.
    if (mine === current) void connect(waitMs + Math.random() * SPREAD_MS);
  }

  void connect(0);
  return {
    send(text) {
      const isOpen = socket?.readyState === WebSocket.OPEN;
      if (isOpen) socket?.send(text);
      return isOpen;
    },
    reconnect() {
      tries = 0;
      openedAt = Infinity;
      lost(0, "");
    },
    close,
  };
}

async function untilReachable(waitMs: number): Promise<void> {
  await pause(waitMs);
  if (!navigator.onLine) {
    await new Promise((resolve) => {
      addEventListener("online", resolve, { once: true });
      setTimeout(resolve, OFFLINE_TRUST_MS);
    });
  }
}
