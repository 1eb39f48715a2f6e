"""`sandbox`: a local Clay. Its options are its own; here is only the way to it."""

from __future__ import annotations

import click

from clay_arch.errors import InputError

__all__ = ["sandbox"]


@click.command(
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    add_help_option=False,
    short_help="Run a local Clay.",
)
@click.pass_context
def sandbox(ctx: click.Context) -> int:
    """Run a local Clay: webhook source, enrichment, callbacks, credits, limits, faults."""
    try:
        from clay_arch.sandbox.command import command
    except ModuleNotFoundError as error:
        raise InputError(
            f"the sandbox needs {error.name}; run: pip install 'clay-arch[sandbox]'"
        ) from error
    code: int | None = command.main(ctx.args, prog_name="clay-arch sandbox", standalone_mode=False)
    return code or 0
