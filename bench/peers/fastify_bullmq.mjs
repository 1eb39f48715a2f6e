// Fastify, one BullMQ job per callback, answered once Redis has it.

import { Queue } from "bullmq";
import Fastify from "fastify";

const bearer = `Bearer ${process.env.CLAY_CALLBACK_SECRETS}`;
const queue = new Queue("callbacks", {
  connection: { host: "127.0.0.1", port: Number(process.env.REDIS_PORT) },
});
const app = Fastify({ logger: false });

app.post("/api/clay/enriched", async (request, reply) => {
  if (request.headers.authorization !== bearer) {
    return reply.code(401).send();
  }
  await queue.add("callback", request.body);
  return { ok: true, duplicate: false };
});

await app.listen({ host: "127.0.0.1", port: Number(process.env.PORT) });
