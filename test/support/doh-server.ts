/** A real DNS-over-HTTPS server on this machine, without the S: another implementation of RFC 8484 than ours. Zones are the tests' own. */
import { createDOHServer, Packet } from "dns2";

export type DohServer = {
  /** For the variable DNS_RESOLVER. */
  readonly url: string;
  /** Questions so far, as `PTR 1.0.0.127.in-addr.arpa`. */
  readonly asked: string[];
  /** What stands in the zones, by type and name; `SERVFAIL` in place of an answer. Other names do not exist. */
  zone: Readonly<Record<string, readonly string[] | "SERVFAIL">>;
  readonly close: () => void;
};

export async function startDohServer(): Promise<DohServer> {
  const server = createDOHServer();
  const port = await new Promise<number>((resolve) => {
    server.on("listening", ({ port: taken }) => {
      resolve(taken);
    });
    server.listen(undefined, "127.0.0.1");
  });
  const started: DohServer = {
    url: `http://127.0.0.1:${String(port)}/dns-query`,
    asked: [],
    zone: {},
    close: () => {
      server.close();
    },
  };
  server.on("request", (request, send) => {
    void send(answer(started, request));
  });
  return started;
}

function answer({ asked, zone }: DohServer, request: Packet): Packet {
  const response = Packet.createResponseFromRequest(request);
  const [question] = request.questions;
  if (question === undefined) return response;
  const { name, type } = question;
  const asking = `${Packet.TYPE_NAME[type] ?? ""} ${name}`;
  asked.push(asking);
  const found = zone[asking];
  if (found === "SERVFAIL") response.header.rcode = Packet.RCODE.SERVFAIL;
  else if (found === undefined) response.header.rcode = Packet.RCODE.NXDOMAIN;
  else for (const data of found) response.answers.push(record(name, type, data));
  return response;
}

function record(name: string, type: number, data: string): Packet["answers"][number] {
  const common = { name, type, class: Packet.CLASS.IN, ttl: 60 };
  return (
    type === Packet.TYPE.PTR ? { ...common, domain: data } : { ...common, address: data }
  ) as Packet["answers"][number];
}
