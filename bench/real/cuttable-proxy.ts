/** A TCP proxy whose connections can be cut at once, as a network that goes away does: no closing handshake. */
import { createConnection, createServer, type AddressInfo, type Socket } from "node:net";

export type CuttableProxy = {
  readonly origin: string;
  /** Drops every connection; answers how many there were. New ones are taken. */
  readonly cut: () => number;
  readonly close: () => Promise<void>;
};

export async function openProxy(targetPort: number): Promise<CuttableProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  const server = createServer((near) => {
    const far = createConnection({ port: targetPort, host: "127.0.0.1" });
    const pair = [near, far] as const;
    pairs.add(pair);
    const drop = (): void => {
      pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const socket of pair) socket.once("error", drop).once("close", drop);
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const cut = (): number => {
    const count = pairs.size;
    for (const [near, far] of pairs) {
      near.resetAndDestroy();
      far.destroy();
    }
    return count;
  };
  return {
    origin: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    cut,
    close: async () => {
      cut();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}
