/**
 * The load profile of `npm run bench profile` for k6 (https://k6.io): 200 people who list, now and then post, often vote. `k6 run bench/k6/board.js`, against
 * a server that runs (`npm start`). BASE_URL, USERS and DURATION come from the environment, as in `k6 run -e USERS=50 …`.
 */
import { check, sleep } from "k6";
import http from "k6/http";

const BASE_URL = __ENV.BASE_URL || "http://127.0.0.1:8787";
const USERS = Number(__ENV.USERS || 200);
const DURATION = __ENV.DURATION || "30s";
const BOARD = `${BASE_URL}/api/v1/bench-k6/ideas`;
const JSON_HEADERS = { "content-type": "application/json" };
const ITEMS = 100;

export const options = {
  scenarios: {
    people: { executor: "constant-vus", vus: USERS, duration: DURATION, exec: "visit" },
    probe: { executor: "constant-arrival-rate", rate: 10, duration: DURATION, preAllocatedVUs: 5, exec: "health" },
  },
  thresholds: {
    "http_req_failed{scenario:people}": ["rate<0.01"],
    "http_req_duration{name:list}": ["p(95)<100"],
    "http_req_duration{name:vote}": ["p(95)<200"],
    "http_req_duration{name:create}": ["p(95)<300"],
    "http_req_duration{name:health}": ["p(95)<50"],
  },
};

/** The first post opens the board where OPEN_WORKSPACES is true, as under `npm start`. Answers the ids to vote for. */
export function setup() {
  const ids = [];
  for (let n = 1; n <= ITEMS; n++) {
    const response = post("/feedback", { title: `Idea ${n}`, description: "What it should do." }, "seed");
    if (response.status !== 201) throw new Error(`seeding answered ${response.status}: ${response.body}`);
    ids.push(response.json("id"));
  }
  return { ids };
}

export function visit({ ids }) {
  const externalUserId = `k6-${__VU}`;
  const listed = http.get(`${BOARD}/feedback`, { tags: { name: "list" } });
  check(listed, { "list: 200": ({ status }) => status === 200 });
  sleep(1);
  if (Math.random() < 0.1) {
    const created = post("/feedback", { title: `From ${externalUserId}, turn ${__ITER}`, externalUserId }, "create");
    check(created, { "create: 201": ({ status }) => status === 201 });
    sleep(0.5);
  }
  if (Math.random() < 0.3) {
    const id = ids[Math.floor(Math.random() * ids.length)];
    const voted = post(`/feedback/${id}/votes`, { externalUserId }, "vote");
    check(voted, { "vote: 200 or 201": ({ status }) => status === 200 || status === 201 });
    sleep(1);
  }
}

export function health() {
  http.get(`${BASE_URL}/health`, { tags: { name: "health" } });
}

function post(path, body, name) {
  return http.post(`${BOARD}${path}`, JSON.stringify(body), { headers: JSON_HEADERS, tags: { name } });
}
