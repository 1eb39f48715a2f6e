// What Node sees of a queue that Python made: BullMQ's counts, and Bull Board on a free port.
//
// Every line that is read is a command; every answer is one line of JSON.
const { createInterface } = require("node:readline");
const { Queue } = require("bullmq");
const { createBullBoard } = require("@bull-board/api");
const { BullMQAdapter } = require("@bull-board/api/bullMQAdapter");
const { ExpressAdapter } = require("@bull-board/express");
const express = require("express");

const [url, name] = process.argv.slice(2);
const { hostname, port } = new URL(url);
const queue = new Queue(name, { connection: { host: hostname, port: Number(port) } });

const adapter = new ExpressAdapter();
createBullBoard({ queues: [new BullMQAdapter(queue, { readOnlyMode: true })], serverAdapter: adapter });
const server = express().use(adapter.getRouter()).listen(0, "127.0.0.1", () => {
  say({ board: server.address().port });
});

const commands = {
  counts: () => queue.getJobCounts(),
  job: async (id) => {
    const job = await queue.getJob(id);
    return job && { name: job.name, data: job.data, attempts: job.opts.attempts, reason: job.failedReason };
  },
  add: async (id) => {
    const job = await queue.add("web-form", { lead_id: id, source: "web-form" }, { jobId: id });
    return { id: job.id };
  },
};

function say(answer) {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

createInterface({ input: process.stdin }).on("line", async (line) => {
  const [command, ...rest] = line.split(" ");
  say(await commands[command](...rest));
}).on("close", () => process.exit(0));
