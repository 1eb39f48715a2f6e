"""`new`: a running project, and the decision record that says why it is this one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clay_arch.commands.answer import answer_to
from clay_arch.commands.printing import print_text
from clay_arch.errors import InputError
from clay_arch.options import answer_options, has_answers, is_interactive

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clay_arch.decision.recommend import Recommendation

__all__ = ["new"]

DEMOS = {
    "direct": "200 leads through a local Clay",
    "standard": "200 leads through a local Clay and on to a local CRM",
    "queue": "300 leads from three sources through a queue and a local Clay",
}


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
    record with the answers in it. Every question is also an environment variable, such as
    CLAY_ARCH_VOLUME, and a key of the answers file; on a terminal, what is missing is asked.

    \b
    Examples:
      clay-arch new acme-leads --variant direct
      clay-arch new acme-leads --volume 900/month --plan growth --infra none
      clay-arch new acme-leads --answers answers.yaml --dry-run
    """
    from dataclasses import replace

    from clay_arch.commands.record import first_record
    from clay_arch.scaffold import Project, list_files, scaffold, variants
    from clay_arch.target import check_target

    folder = check_target(dest)
    draft = Project(
        variant=variant if variant is not None else variants()[0],
        name=name if name is not None else folder.name,
        transport="webhook",
        **({} if description is None else {"description": description}),
    )
    if variant is None or has_answers(params):
        answer = _answer(params, variant)
        project = replace(
            draft,
            variant=variant or _runnable(answer),
            transport=answer.decision.today.transport,
        )
        extra = first_record(answer, params, project.variant)
    else:
        project, extra = draft, {}
    if dry_run:
        print_text("\n".join(list_files(project, extra)))
        return
    written = scaffold(project, dest, extra)
    print_text(_next_steps(dest, project.variant, len(written), has_record=bool(extra)))


def _answer(params: Mapping[str, Any], variant: str | None) -> Recommendation:
    if variant is None and not has_answers(params) and not is_interactive():
        raise InputError("--variant must be given, or answers such as --volume; see --help")
    return answer_to(params)


def _runnable(answer: Recommendation) -> str:
    """The recommended variant. Raises `InputError`, naming what can be scaffolded instead, where
    something blocks it.
    """
    decision = answer.decision
    if decision.status == "ready":
        return decision.variant
    title = answer.matrix.variant(decision.variant).title
    lacking = ", ".join(blocker.need for blocker in decision.blockers)
    choices = {
        decision.variant: "to prepare for it",
        decision.today.variant: "for what can run today",
    }
    offers = [f"--variant {variant} {why}" for variant, why in reversed(choices.items())]
    raise InputError(f"{title} fits, but you lack {lacking}; add {', or '.join(offers)}")


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
            f"  make demo              {DEMOS[variant]}; no account needed",
            "  make test              the project's own tests",
            "  cp .env.example .env   then fill in what Clay gave you: docs/clay-setup.md",
            "  git init               and commit: clay-arch migrate and update need it",
            "",
            f"README.md shows the rest; {record}.",
        ]
    )
