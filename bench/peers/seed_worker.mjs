// The seed's worker as it is written, on BullMQ: default options, its own limiter, no attempts, a
// breaker in the memory of each process that is never told of a failure, and fetch as it comes.

import { Worker } from "bullmq";

const NAME = "clay-enrichment";
const CREDITS = 6;
const connection = { host: "127.0.0.1", port: Number(process.env.REDIS_PORT) };

class CreditCircuitBreaker {
  constructor(dailyLimit, failureThreshold = 5, cooldownMinutes = 15) {
    this.dailyLimit = dailyLimit;
    this.failureThreshold = failureThreshold;
    this.cooldown = cooldownMinutes * 60_000;
    this.used = 0;
    this.failures = 0;
    this.openUntil = 0;
  }

  canProcess(estimate) {
    if (Date.now() < this.openUntil) {
      return { allowed: false, reason: `Circuit OPEN. Cooldown until ${new Date(this.openUntil)}` };
    }
    if (this.used + estimate > this.dailyLimit) {
      const reason = `Daily credit limit reached: ${this.used}/${this.dailyLimit}`;
      return { allowed: false, reason };
    }
    return { allowed: true };
  }

  recordSuccess(credits) {
    this.used += credits;
    this.failures = 0;
  }

  recordFailure() {
    this.failures += 1;
    if (this.failures >= this.failureThreshold) this.openUntil = Date.now() + this.cooldown;
  }
}

const breaker = new CreditCircuitBreaker(500);

async function send(job) {
  const { allowed, reason } = breaker.canProcess(CREDITS);
  if (!allowed) throw new Error(reason);
  await fetch(process.env.WEBHOOK_URL, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(job.data),
  });
  breaker.recordSuccess(CREDITS);
}

const worker = new Worker(NAME, send, { connection, limiter: { max: 5, duration: 1000 } });
worker.on("error", (fault) => console.error(fault.message));
