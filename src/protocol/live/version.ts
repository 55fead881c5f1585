/** The live protocol's name in `Sec-WebSocket-Protocol`. A frame that old clients cannot read needs a new one. */
export const LIVE_SUBPROTOCOL = "groundswell.v1";

/** Sent and answered by the runtime itself, so that a heartbeat never wakes the object. */
export const HEARTBEAT = { request: "ping", response: "pong" } as const;

/** A subprotocol that carries a signed identity: a browser can give a socket no other header, and a URL is no place for a token. */
export const IDENTITY_PROTOCOL_PREFIX = "identity.";

/** How the Worker tells the object who opens a socket: not in the URL, which the platform keeps with the socket. Percent-encoded. */
export const LIVE_HEADERS = {
  board: "x-groundswell-board",
  person: "x-groundswell-person",
  /** The `Call`, as JSON. */
  call: "x-groundswell-call",
} as const;

/** In the place of a board's name, which it can be of none: the socket is the roadmap's. */
export const ROADMAP_NAME = "roadmap";
