/** When a title that is being typed says enough to look for others like it. One question at a time: a later one gives up the one before. */
const CHARS_MIN = 12;
const WORDS_MIN = 3;

export function saysEnough(title: string): boolean {
  const text = title.trim();
  return text.length >= CHARS_MIN || text.split(/\s+/u).length >= WORDS_MIN;
}

/** `ask`: for items that are like it; none of a title that says too little. Throws on what was given up. */
export function latestOnly<T>(ask: (title: string, signal: AbortSignal) => Promise<readonly T[]>) {
  let asking: AbortController | undefined;
  return async (title: string): Promise<readonly T[]> => {
    asking?.abort();
    asking = new AbortController();
    const { signal } = asking;
    const found = saysEnough(title) ? await ask(title.trim(), signal) : [];
    signal.throwIfAborted();
    return found;
  };
}

/** Read out as it changes. */
export function announcement(count: number): string {
  if (count === 0) return "";
  return count === 1 ? "Already asked? One idea may say the same." : `Already asked? ${count} ideas may say the same.`;
}
