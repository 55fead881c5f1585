/** The part of autocannon that the load uses; the package has no types of its own. */
declare module "autocannon" {
  type Options = {
    readonly url: string;
    readonly connections: number;
    readonly duration: number;
    readonly idReplacement?: boolean;
    readonly requests: readonly {
      readonly method: "GET" | "POST";
      readonly path: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }[];
  };
  type Result = {
    readonly duration: number;
    readonly errors: number;
    readonly timeouts: number;
    readonly non2xx: number;
    readonly "2xx": number;
    readonly latency: { readonly p50: number; readonly p99: number };
  };
  // oxlint-disable-next-line import/no-default-export -- as the package does
  export default function autocannon(options: Options): Promise<Result>;
}
