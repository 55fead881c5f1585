/** Reads a stream that its sender could make as long as they like. */

/** All of it, or null when it has more than `bytesMax`: it is cancelled then. An aborted `signal` cancels it too, and what was read so far is what is answered. */
export async function readAtMost(
  body: ReadableStream<Uint8Array>,
  bytesMax: number,
  signal?: AbortSignal,
): Promise<Uint8Array | null> {
  const reader = body.getReader();
  const cancel = (): void => void reader.cancel().catch(() => undefined);
  signal?.addEventListener("abort", cancel, { once: true });
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > bytesMax) {
      cancel();
      return null;
    }
    chunks.push(value);
  }
  signal?.removeEventListener("abort", cancel);
  const [first] = chunks;
  if (chunks.length === 1 && first !== undefined) return first;
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}
