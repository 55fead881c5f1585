/** Where the post form carries the token of a solved challenge: the name that Turnstile itself gives its fields. */
export const CHALLENGE_FIELD = "cf-turnstile-response";
