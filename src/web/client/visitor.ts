/**
 * Who votes, when the host page has not said: a random id of this browser, which the widget keeps in the host page's localStorage.
 * Never throws: storage may be blocked, and then the id lives as long as the page.
 */
import { randomId } from "../../ids.ts";

const STORAGE_KEY = "groundswell:visitor";
const VISITOR = /^v_[\w-]{22}$/u;

let remembered: string | undefined;

/** `v_` and 128 random bits as 22 base64url characters. */
export function visitorId(): string {
  if (remembered !== undefined) return remembered;
  remembered = `v_${randomId()}`;
  try {
    const stored = localStorage.getItem(STORAGE_KEY) ?? "";
    if (VISITOR.test(stored)) remembered = stored;
    else localStorage.setItem(STORAGE_KEY, remembered);
  } catch {
    // Blocked.
  }
  return remembered;
}
