// Fastify and better-sqlite3 with group commit: what one turn of the event loop brought is written
// in one transaction, and answered after its COMMIT. The strongest peer that we know.

import Database from "better-sqlite3";
import Fastify from "fastify";

const bearer = `Bearer ${process.env.CLAY_CALLBACK_SECRETS}`;
const database = new Database(process.env.SQLITE_FILE);
database.pragma("journal_mode = WAL");
database.pragma("synchronous = FULL");
database.pragma("wal_autocheckpoint = 4000"); // as ours
database.exec("CREATE TABLE inbox (event_id INTEGER PRIMARY KEY, facts TEXT, received_at REAL)");
const insert = database.prepare("INSERT INTO inbox (facts, received_at) VALUES (?, ?)");
const write = database.transaction((rows) => {
  for (const { facts, receivedAt } of rows) insert.run(facts, receivedAt);
});

let waiting = [];

function commit() {
  const batch = waiting;
  waiting = [];
  try {
    write(batch);
  } catch (fault) {
    for (const { reject } of batch) reject(fault);
    return;
  }
  for (const { resolve } of batch) resolve();
}

function store(facts) {
  return new Promise((resolve, reject) => {
    if (waiting.length === 0) setImmediate(commit);
    waiting.push({ facts, receivedAt: Date.now() / 1000, resolve, reject });
  });
}

const app = Fastify({ logger: false });

app.post("/api/clay/enriched", async (request, reply) => {
  if (request.headers.authorization !== bearer) {
    return reply.code(401).send();
  }
  await store(JSON.stringify(request.body));
  return { ok: true, duplicate: false };
});

await app.listen({ host: "127.0.0.1", port: Number(process.env.PORT) });
