/** For whom a browser's calls are made. The widget's are `widget/identity.ts`'s, the board page has the visitor of its cookie. */
export type Who = {
  /** The id that calls name. A signed-in person has none: their token says who they are. */
  readonly id?: string;
  /**
   * The token of a signed-in person for a call to `address`: empty when there is no good one, and then they may only read. `refused`
   * is one that the server did not take.
   */
  readonly bearer?: (address: string, refused?: string) => Promise<string>;
  /** The cookies of this site go along: a page of ours whose visitor is signed in. */
  readonly credentials?: "same-origin";
};
