/**
 * The Workspace object: one per workspace, the owner of its boards, people, feedback and votes, and of the sockets that watch them. What can be asked of it stands in `workspace/rpc/`, a class for each
 * subject that adds to the one before; each verb in a file of its own under `workspace/`; `calls.ts` runs them, `live-sockets.ts` has the sockets, `alarm.ts` what is due later.
 *
 * Reached through `env.WORKSPACE.getByName(slug)`: partyserver's own look-up makes a second round trip. Everything is set up in the constructor, for plain RPC does not
 * run `onStart`.
 */
import { HistoryCalls } from "./workspace/rpc/history.ts";

export class Workspace extends HistoryCalls {}
