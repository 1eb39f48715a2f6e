"""Checking a large CSV file against a bare pass of csv.DictReader, and the memory it takes."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from measure import PYTHON, ROOT, interleaved, peak_mib, report

ROWS, FEW = 1_000_000, 100_000
LARGEST_MIB = 150
READ_ALL = """
import csv, sys
with open(sys.argv[1], newline="", encoding="utf-8-sig") as file:
    for row in csv.DictReader(file):
        pass
"""
HEADER = "first_name,last_name,email,company_domain,title\n"


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain = _write(folder / "plain.csv", "person{0}@company{1}.com", ROWS)
        idn = _write(folder / "idn.csv", "person{0}@bücher{1}.de", ROWS)
        few = _write(folder / "few.csv", "person{0}@company{1}.com", FEW)
        _compare("plain ASCII addresses", plain, bound=8, folder=folder)
        _compare("IDN addresses only", idn, bound=30, folder=folder)
        _memory({f"{FEW:,} rows": few, f"{ROWS:,} rows": plain}, folder)


def _write(path: Path, address: str, rows: int) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER)
        for n in range(rows):
            email = address.format(n, n % 5_000)
            file.write(f"Ada{n},Lovelace,{email},company{n % 5_000}.com,Engineer\n")
    return path


def _compare(title: str, path: Path, *, bound: float, folder: Path) -> None:
    commands = {
        "csv.DictReader": [PYTHON, "-c", READ_ALL, str(path)],
        "leadflow send --dry-run": _dry_run(path),
    }
    samples = interleaved(commands, rounds=3, cwd=folder, env=_environment(folder))
    bounds = {"leadflow send --dry-run": bound}
    report(f"{ROWS:,} rows, {title}", samples, base="csv.DictReader", bounds=bounds)


def _memory(files: dict[str, Path], folder: Path) -> None:
    print("\nPeak resident memory of leadflow send --dry-run")
    for name, path in files.items():
        peak = peak_mib(_dry_run(path), env=_environment(folder))
        kept = "kept" if peak < LARGEST_MIB else "MISSED"
        print(f"  {name:<32} {peak:8.0f} MiB   under {LARGEST_MIB}: {kept}")


def _dry_run(path: Path) -> list[str]:
    return [PYTHON, "-m", "leadflow", "send", "--dry-run", str(path)]


def _environment(folder: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT / "templates" / "direct" / "src"),
    }


if __name__ == "__main__":
    main()
