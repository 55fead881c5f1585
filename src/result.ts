/**
 * Expected outcomes as values. A throw means a bug or the platform's fault; everything a caller can cause is a `Result`.
 * Plain objects, so that a result crosses RPC unchanged (a thrown subclass does not).
 */
export type Ok<T> = { readonly ok: true; readonly value: T };
export type Err<E> = { readonly ok: false; readonly error: E };
export type Result<T, E> = Ok<T> | Err<E>;

export function ok<T>(value: T): Ok<T> {
  return { ok: true, value };
}

export function err<const E>(error: E): Err<E> {
  return { ok: false, error };
}

/** Changes the value of a success; a failure passes through. */
export function map<T, U, E>(result: Result<T, E>, change: (value: T) => U): Result<U, E> {
  return result.ok ? ok(change(result.value)) : result;
}
