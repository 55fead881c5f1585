/** Browsers that sign in again: a cookie of one year tells them from strangers, so that other people's wrong passwords do not hold them. */
import { isSecure, type RequestContext } from "../edge/context.ts";
import { fromOwnOrigin } from "../edge/own-origin.ts";
import { DEVICE_COOKIE_SECONDS } from "../limits.ts";
import { hashOf, newSecret } from "./secret.ts";
import { readCookie, setCookie } from "./session-cookies.ts";

export type Browser = {
  /** Hash of its cookie, whether it came with one or will be given one; null for clients that are no browser of our own pages. */
  readonly hash: string | null;
  /** It came with one. */
  readonly cameBack: boolean;
  /** To be called once the person has proved who they are: sets the cookie. */
  readonly remember: () => void;
};

const SECRET = /^[\w-]{43}$/u;

export async function browserOf(context: RequestContext): Promise<Browser> {
  if (!fromOwnOrigin(context)) return { hash: null, cameBack: false, remember: () => undefined };
  const secure = isSecure(context);
  const sent = readCookie(context.request, "gs_device", secure);
  const cameBack = sent !== null && SECRET.test(sent);
  const secret = cameBack ? sent : newSecret();
  const remember = () => {
    context.cookies.push(setCookie("gs_device", secret, DEVICE_COOKIE_SECONDS, secure));
  };
  return { hash: await hashOf(secret), cameBack, remember };
}
