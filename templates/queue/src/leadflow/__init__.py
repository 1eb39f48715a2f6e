"""leadflow moves leads through Clay and what comes back to where it belongs, none lost.

    a web form        a CRM                         leads.csv                  (docs/intake.md)
        │               │                               │
        v               v                               v
    entrypoints/intake_forms.py, intake_events.py   adapters/csv_files.py
        │  domain/crm_signature.py, address_limit.py    │
        v                                               v
    use_cases/take_in.py, take_in_events.py         use_cases/accept_leads.py
        │  domain/lead.py, email.py, source.py          │  domain/columns.py
        v                                               v
    adapters/sql_reception.py                       adapters/sql_queued_intake.py
        │  answered when stored: lead, source and outbox in one COMMIT (adapters/group_commit.py)
        └───────────────────────┬───────────────────────┘
                                v
                leadflow.sqlite or PostgreSQL  <────────────────────────────────────────────┐
                                │  outbox                                                   │
                                v                                                           │
    entrypoints/relay_loop.py ── use_cases/relay.py ── adapters/bullmq_queue.py             │
                                │  jobs: a lead's id and its source, no person              │
                                v                                                           │
        Redis or Valkey: queue clay-enrichment, gate, breakers (adapters/embedded_valkey.py)│
                                │                                                           │
                                │  adapters/bullmq_taking.py asks adapters/redis_gate.py    │
                                │  first: adapters/lua/, which domain/gate_model.py models; │
                                v  rate, circuit breaker, budget, life of the webhooks      │
    entrypoints/send_worker.py ── adapters/bullmq_worker.py, bullmq_processing.py           │
                                │                                                           │
                                v                                    sent, failed, unknown, │
    use_cases/handle_job.py ── send_job.py ── send_lead.py ── adapters/committed_ledger.py ─┘
                                │  domain/verdict.py, job_end.py, retry.py, token.py
                                v
    adapters/clay_webhook.py ──> Clay's webhook source

    a job that is given up: use_cases/sweep_dead.py ── adapters/sql_dead_jobs.py ── `leadflow dead`
    a Redis that lost its numbers: use_cases/trust_gate.py ── adapters/committed_witness.py

    Clay's HTTP API column
        │
        v
    entrypoints/webhook.py ── use_cases/receive_callback.py
        │  answered when stored                 │  domain/strict_json.py, token.py, enrichment.py
        v                                       v
    adapters/sql_inbox.py  <── one COMMIT for many ── adapters/group_commit.py
        │                                       ^
        v  routes.yaml: domain/routing.py       │ claimed, settled
    entrypoints/worker.py ── use_cases/deliver.py ── adapters/sql_deliveries.py
        │  a loop for each destination, with a breaker that all share: adapters/redis_breaker.py
        v
    adapters/sinks/ ──> HubSpot, Salesforce, outreach, nurture, a warehouse, the table `enrichment`

Without a queue, `leadflow send` and `leadflow import` go the ways of the smaller variants.

domain/ decides and is pure; use_cases/ are one item from start to finish; adapters/ are one outside
thing each; entrypoints/ hold the loops, and process.py says which of them one process is made of;
bootstrap.py and its neighbours alone name concrete adapters.
"""

from __future__ import annotations

from leadflow.entrypoints.library import SendReport, send_leads
from leadflow.entrypoints.send_batch import BatchReport, send_batch

__all__ = ["BatchReport", "SendReport", "send_batch", "send_leads"]
