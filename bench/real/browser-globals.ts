/** What the client modules take from a browser and Node does not have: a document that is seen, a network that is there, events of the window. Import it first. */
import { setMaxListeners } from "node:events";

const page = new EventTarget();
// Many pages share this window.
setMaxListeners(0, page);

Object.assign(globalThis, {
  document: Object.assign(page, { visibilityState: "visible" }),
  addEventListener: page.addEventListener.bind(page),
  removeEventListener: page.removeEventListener.bind(page),
});
Object.defineProperty(navigator, "onLine", { value: true });
