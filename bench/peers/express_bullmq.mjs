// Express, one BullMQ job per callback, answered once Redis has it.

import { Queue } from "bullmq";
import express from "express";

const bearer = `Bearer ${process.env.CLAY_CALLBACK_SECRETS}`;
const queue = new Queue("callbacks", {
  connection: { host: "127.0.0.1", port: Number(process.env.REDIS_PORT) },
});
const app = express();

app.post("/api/clay/enriched", express.json(), async (request, response) => {
  if (request.headers.authorization !== bearer) {
    response.status(401).end();
    return;
  }
  await queue.add("callback", request.body);
  response.json({ ok: true, duplicate: false });
});

app.listen(Number(process.env.PORT), "127.0.0.1");
