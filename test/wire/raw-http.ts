/** HTTP/1.1 as bytes on a socket: for requests that no client would send. Reads status, headers and body, and judges nothing. */
import { connect } from "node:net";

export type RawAnswer = {
  /** 0: the connection was closed without an answer. */
  readonly status: number;
  readonly head: string;
  readonly body: string;
};

/** An answer takes longer than this only when the server hangs. */
const ANSWER_MS = 10_000;

/**
 * Sends bytes on a connection of their own and reads all that comes back. `half`: says afterwards that no more will come, for
 * requests that promise more than they hold. Rejects when nothing ends the exchange in time.
 */
export async function exchange(port: number, request: Uint8Array, half = false): Promise<RawAnswer> {
  return await new Promise((settle, fail) => {
    const chunks: Buffer[] = [];
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: half });
    const done = (): void => {
      clearTimeout(late);
      socket.destroy();
      settle(parse(Buffer.concat(chunks)));
    };
    const late = setTimeout(() => {
      socket.destroy();
      fail(
        new Error(`no end of the answer to ${JSON.stringify(Buffer.from(request).toString("latin1").slice(0, 500))}`),
      );
    }, ANSWER_MS);
    socket.on("data", (chunk) => {
      chunks.push(chunk);
      // An upgrade leaves the connection open.
      if (chunk.subarray(0, 12).toString("latin1") === "HTTP/1.1 101") done();
    });
    socket.on("end", done);
    // A reset is how a server refuses the rest of what it will not read.
    socket.on("error", done);
    socket.on("close", done);
    socket.on("connect", () => {
      if (half) socket.end(request);
      else socket.write(request);
    });
  });
}

function parse(bytes: Buffer): RawAnswer {
  const text = bytes.toString("latin1");
  const end = text.indexOf("\r\n\r\n");
  const head = end === -1 ? text : text.slice(0, end);
  const body = end === -1 ? "" : text.slice(end + 4);
  return { status: Number(/^HTTP\/1\.1 (\d{3})/u.exec(head)?.[1] ?? 0), head, body };
}
