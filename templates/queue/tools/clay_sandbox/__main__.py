"""`python -m clay_sandbox`."""

from .command import command

command(prog_name="clay-sandbox")
