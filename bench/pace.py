"""Sending at the true pace for a minute: how even it is, as the sandbox saw it arrive."""

from __future__ import annotations

import os
import subprocess
import tempfile
from itertools import pairwise
from pathlib import Path

from measure import PYTHON, ROOT

from clay_arch.sandbox import SandboxConfig, running_sandbox

SECONDS, PER_SECOND = 60, 4
LEADS = SECONDS * PER_SECOND + 1
LOWEST, HIGHEST = 3.9, 4.0


def main() -> None:
    with tempfile.TemporaryDirectory() as name, running_sandbox(SandboxConfig()) as clay:
        folder = Path(name)
        subprocess.run(
            [PYTHON, "-m", "leadflow", "send", str(_leads(folder)), "--yes"],
            check=True,
            cwd=folder,
            env=_environment(folder, clay.webhook_urls[0]),
            stdout=subprocess.DEVNULL,
        )
        starts = [arrival["at"] for arrival in clay.control.arrivals()]
    rate = (len(starts) - 1) / (starts[-1] - starts[0])
    kept = "kept" if LOWEST <= rate <= HIGHEST else "MISSED"
    gaps = [later - earlier for earlier, later in pairwise(starts)]
    print(f"\nSending {len(starts)} leads at the default pace")
    print(f"  mean rate                        {rate:8.3f} posts/s   {LOWEST} to {HIGHEST}: {kept}")
    print(f"  most in any one second           {_most(starts):8}           as they arrived")
    print(f"  time between posts               {min(gaps):.4f}-{max(gaps):.4f} s")


def _most(starts: list[float]) -> int:
    """The most arrivals in any span of one second."""
    return max(sum(start <= other < start + 1 for other in starts) for start in starts)


def _leads(folder: Path) -> Path:
    path = folder / "leads.csv"
    rows = [f"Ada,Lovelace,ada{n}@company{n}.com,company{n}.com" for n in range(LEADS)]
    path.write_text("\n".join(["first_name,last_name,email,company_domain", *rows]) + "\n")
    return path


def _environment(folder: Path, url: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT / "templates" / "direct" / "src"),
        "CLAY_WEBHOOK_URL": url,
        "CLAY_ALLOWED_HOSTS": "127.0.0.1",
    }


if __name__ == "__main__":
    main()
