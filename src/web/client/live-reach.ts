/** When a socket may be opened (again): not before a time, not all clients at once, not while the network is away. */
import { pause } from "./pause.ts";

/** A network that says it is offline is believed this long; some systems report it wrongly. */
const OFFLINE_TRUST_MS = 30_000;
/** After a server's restart everybody comes back: spread over this. */
const RECONNECT_SPREAD_MS = 600;

/** `notBefore` in epoch ms; 0 for the first socket, which nothing has to hold back. */
export async function untilReachable(notBefore: number): Promise<void> {
  await pause(Math.max(notBefore - Date.now(), notBefore && Math.random() * RECONNECT_SPREAD_MS));
  if (!navigator.onLine) {
    await new Promise((resolve) => {
      addEventListener("online", resolve, { once: true });
      setTimeout(resolve, OFFLINE_TRUST_MS);
    });
  }
}
