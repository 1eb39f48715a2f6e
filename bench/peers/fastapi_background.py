"""FastAPI with BackgroundTasks: answered first, stored afterwards, so a crash loses rows."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from typing import Annotated, Any

import uvicorn
from fastapi import BackgroundTasks, FastAPI, Header, HTTPException
from pydantic import BaseModel, ConfigDict

BEARER = f"Bearer {os.environ['CLAY_CALLBACK_SECRETS']}"
UNAUTHORIZED = 401
INSERT = "INSERT INTO inbox (facts, received_at) VALUES (?, ?)"
app = FastAPI()
database = sqlite3.connect(os.environ["SQLITE_FILE"], check_same_thread=False)
database.executescript("""
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous  = FULL;
    CREATE TABLE inbox (event_id INTEGER PRIMARY KEY, facts TEXT, received_at REAL);
""")
guard = threading.Lock()


class Row(BaseModel):
    """A callback; further columns are kept as they come."""

    model_config = ConfigDict(extra="allow")
    correlation_token: str
    email: str
    work_email: str | None = None
    icp_score: int | None = None


def store(facts: dict[str, Any]) -> None:
    with guard, database:
        database.execute(INSERT, (json.dumps(facts), time.time()))


@app.post("/api/clay/enriched")
async def enriched(
    row: Row, tasks: BackgroundTasks, authorization: Annotated[str, Header()]
) -> dict[str, bool]:
    if authorization != BEARER:
        raise HTTPException(UNAUTHORIZED)
    tasks.add_task(store, row.model_dump())
    return {"ok": True, "duplicate": False}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), access_log=False)
