"""`new`: a running project, and the decision record that says why it is this one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clay_arch.commands.answer import answer_to, command_of, decision_record
from clay_arch.errors import InputError
from clay_arch.options import answer_options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clay_arch.decision.recommend import Recommendation

__all__ = ["new"]


@click.command()
@click.argument("dest", type=click.Path(path_type=Path))
@click.option("--variant", metavar="VARIANT", help="Scaffold this one, whatever the answers say.")
@click.option("--name", metavar="NAME", help="The project's name. Default: that of DEST.")
@click.option("--description", metavar="TEXT", help="One line for the project's metadata.")
@click.option("--dry-run", is_flag=True, help="List the files and write nothing.")
@answer_options
def new(
    dest: Path,
    variant: str | None,
    name: str | None,
    description: str | None,
    *,
    dry_run: bool,
    **params: Any,
) -> None:
    """Scaffold a running project.

    DEST is a new or empty folder.

    The variant is named, or taken from a recommendation; then the project also holds the decision
    record with the answers in it.

    \b
    Examples:
      clay-arch new acme-leads --variant direct
      clay-arch new acme-leads --volume 900/month --plan growth --infra none
      clay-arch new acme-leads --answers answers.yaml --dry-run
    """
    from clay_arch.scaffold import Project, list_files, scaffold

    has_answers = any(value is not None and value != () for value in params.values())
    answer = answer_to(params) if has_answers or variant is None else None
    chosen = variant or _runnable(answer)
    project = Project(
        variant=chosen,
        name=name if name is not None else dest.resolve().name,
        transport=answer.decision.today.transport if answer else "webhook",
        **({} if description is None else {"description": description}),
    )
    extra = _record_file(answer, chosen, params) if answer else {}
    if dry_run:
        click.echo("\n".join(list_files(project, extra)))
        return
    written = scaffold(project, dest, extra)
    click.echo(_next_steps(dest, chosen, len(written), has_record=bool(extra)))


def _runnable(answer: Recommendation | None) -> str:
    """The recommended variant. Raises `InputError` where something blocks it."""
    if answer is None:
        raise InputError("--variant must be given, or answers such as --volume; see --help")
    decision = answer.decision
    if decision.status == "ready":
        return decision.variant
    lacking = ", ".join(blocker.need for blocker in decision.blockers)
    raise InputError(
        f"{decision.variant} fits but you lack {lacking}; add --variant {decision.today.variant}"
        f" for what can run today, or --variant {decision.variant} to prepare for it"
    )


def _record_file(answer: Recommendation, chosen: str, params: Mapping[str, Any]) -> dict[str, str]:
    record = decision_record(answer, command_of(answer, params), chosen)
    return {f"docs/adr/0001-clay-integration-{chosen}.md": record}


def _next_steps(dest: Path, variant: str, files: int, *, has_record: bool) -> str:
    record = (
        "docs/adr/ says why it is this variant"
        if has_record
        else "clay-arch recommend --format adr --output FILE writes the decision record"
    )
    return "\n".join(
        [
            f"{variant}: {files} files in {dest}",
            "",
            f"  cd {dest}",
            "  make demo              200 leads through a local Clay; no account needed",
            "  make test              the project's own tests",
            "  cp .env.example .env   then fill in what Clay gave you",
            "",
            f"README.md shows the rest; {record}.",
        ]
    )
