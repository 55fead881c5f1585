/** Finds out that a socket is dead although nobody closed it: after a silence it asks for a sign of life. */
import { HEARTBEAT } from "../../protocol/live/version.ts";

const SILENCE_MS = 25_000;
const PONG_WAIT_MS = 5_000;

/** `dead` is called when the answer stays away; `send` is false when there is no open socket to ask. */
export function openHeartbeat(send: (text: string) => boolean, dead: () => void) {
  let timer: ReturnType<typeof setTimeout> | undefined;

  function ask(): void {
    if (send(HEARTBEAT.request)) timer = setTimeout(dead, PONG_WAIT_MS);
  }

  function end(): void {
    clearTimeout(timer);
  }

  return {
    /** The socket opened, or something came over it. */
    heard(): void {
      end();
      timer = setTimeout(ask, SILENCE_MS);
    },
    end,
  };
}
