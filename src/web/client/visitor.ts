/**
 * Who votes, when the host page has not said: a random id of this browser. The widget keeps it in the host page's localStorage;
 * the board page hands in its cookie's value. Never throws: storage may be blocked, and then the id lives as long as the page.
 */
import { randomId } from "../../ids.ts";

const STORAGE_KEY = "groundswell:visitor";
const VISITOR = /^v_[\w-]{22}$/u;

let remembered: string | undefined;

export function isVisitorId(text: string): boolean {
  return VISITOR.test(text);
}

/** `v_` and 128 random bits as 22 base64url characters. */
export function newVisitorId(): string {
  return `v_${randomId()}`;
}

export function visitorId(): string {
  if (remembered !== undefined) return remembered;
  try {
    const stored = localStorage.getItem(STORAGE_KEY);
    remembered = stored !== null && isVisitorId(stored) ? stored : newVisitorId();
    if (stored !== remembered) localStorage.setItem(STORAGE_KEY, remembered);
  } catch {
    remembered ??= newVisitorId();
  }
  return remembered;
}
