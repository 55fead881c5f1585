/** Who calls an object, and with which rights. The objects trust it, for only the Worker can call them. */
export type Call = {
  readonly requestId: string;
  readonly operator: boolean;
  /** The first post to an unknown workspace or board creates it. */
  readonly openWorkspaces: boolean;
};
