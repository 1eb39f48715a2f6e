// BullMQ's own addBulk on Node: JOBS jobs in rounds of 1,000; prints jobs a second.

import { Queue } from "bullmq";

const [jobs, round] = [Number(process.argv[2]), 1_000];
const queue = new Queue("clay-enrichment", {
  connection: { host: "127.0.0.1", port: Number(process.env.REDIS_PORT) },
});
await queue.waitUntilReady();
const start = performance.now();
for (let first = 0; first < jobs; first += round) {
  const bulk = [];
  for (let n = first; n < Math.min(first + round, jobs); n += 1) {
    const leadId = `lead-${n.toString(16).padStart(32, "0")}`;
    bulk.push({
      name: "csv-import",
      data: { lead_id: leadId, source: "csv-import" },
      opts: { jobId: leadId, attempts: 5 },
    });
  }
  await queue.addBulk(bulk);
}
console.log(JSON.stringify(jobs / ((performance.now() - start) / 1_000)));
await queue.close();
