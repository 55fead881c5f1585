/**
 * People with the board open while votes are cast, for k6: `k6 run bench/k6/live.js`, against a server that runs (`npm start`). The delay from sending a vote to the
 * frame that holds it is measured on one clock, k6's. BASE_URL, SOCKETS, VOTES_PER_SECOND and SECONDS come from the environment.
 */
import { check, sleep } from "k6";
import http from "k6/http";
import { Counter, Trend } from "k6/metrics";
import { setTimeout } from "k6/timers";
import { WebSocket } from "k6/websockets";

const BASE_URL = __ENV.BASE_URL || "http://127.0.0.1:8787";
const SOCKETS = Number(__ENV.SOCKETS || 1000);
const VOTES_PER_SECOND = Number(__ENV.VOTES_PER_SECOND || 50);
const SECONDS = Number(__ENV.SECONDS || 20);
const BOARD = `${BASE_URL}/api/v1/bench-k6-live/ideas`;
const JSON_HEADERS = { "content-type": "application/json" };
const OPENING_SECONDS = 10;

const frames = new Counter("live_frames");
const roundTrip = new Trend("live_vote_to_own_screen", true);

export const options = {
  scenarios: {
    audience: {
      executor: "per-vu-iterations",
      vus: SOCKETS,
      iterations: 1,
      maxDuration: `${OPENING_SECONDS + SECONDS + 20}s`,
      exec: "watch",
    },
    votes: {
      executor: "constant-arrival-rate",
      rate: VOTES_PER_SECOND,
      duration: `${SECONDS}s`,
      startTime: `${OPENING_SECONDS}s`,
      preAllocatedVUs: VOTES_PER_SECOND,
      exec: "vote",
    },
  },
  thresholds: {
    live_vote_to_own_screen: ["p(95)<200"],
    "http_req_failed{scenario:votes}": ["rate<0.01"],
  },
};

export function setup() {
  const body = JSON.stringify({ title: "Votes that move live" });
  const response = http.post(`${BOARD}/feedback`, body, { headers: JSON_HEADERS });
  if (response.status !== 201) throw new Error(`seeding answered ${response.status}: ${response.body}`);
  return { id: response.json("id"), seq: Number(response.headers["X-Seq"]) };
}

/** Each of the audience votes once over its socket, somewhere in the middle, and waits for the count to come back in a frame. */
export function watch({ id, seq }) {
  sleep(Math.random() * (OPENING_SECONDS - 1));
  const socket = new WebSocket(`${BOARD.replace("http", "ws")}/live?externalUserId=k6-${__VU}`, "groundswell.v1");
  let sentAt = null;
  let wanted = null;
  let best = 0;
  const seen = () => {
    if (wanted === null || sentAt === null || best < wanted) return;
    roundTrip.add(Date.now() - sentAt);
    sentAt = null;
  };
  socket.addEventListener("open", () => {
    socket.send(JSON.stringify({ type: "hello", since: seq }));
    setTimeout(
      () => {
        sentAt = Date.now();
        socket.send(JSON.stringify({ type: "vote", requestId: "v", feedbackId: id }));
      },
      OPENING_SECONDS * 1000 + Math.random() * SECONDS * 500,
    );
    setTimeout(() => socket.close(), (OPENING_SECONDS + SECONDS) * 1000);
  });
  socket.addEventListener("message", ({ data }) => {
    frames.add(1);
    const frame = JSON.parse(data);
    if (frame.type === "ack") wanted = frame.voteCount;
    if (frame.type === "votes") for (const change of frame.changes) best = Math.max(best, change.voteCount);
    seen();
  });
}

export function vote({ id }) {
  const body = JSON.stringify({ externalUserId: `k6-rest-${__VU}-${__ITER}` });
  const response = http.post(`${BOARD}/feedback/${id}/votes`, body, { headers: JSON_HEADERS });
  check(response, { "vote: 201": ({ status }) => status === 201 });
}
