"""A project from a variant's template. The only module that knows Copier."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clay_arch import __version__
from clay_arch.errors import ClayArchError, InputError, shown
from clay_arch.target import fill_target, relative_files

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Project",
    "generated_tests",
    "list_files",
    "render",
    "scaffold",
    "template_of",
    "variants",
]

_NAME = re.compile(r"[a-z][a-z0-9-]{0,40}")
LONGEST_DESCRIPTION = 120


@dataclass(frozen=True, slots=True)
class Project:
    """What a template asks for, checked. Raises `InputError` for an answer it cannot take."""

    variant: str
    name: str
    transport: str
    description: str = "Moves leads through Clay."

    def __post_init__(self) -> None:
        template_of(self.variant)
        if not _NAME.fullmatch(self.name):
            raise InputError(
                f"--name: {shown(self.name)} is not a project name; write a small letter, then at"
                " most 40 small letters, digits or hyphens, such as acme-leads"
            )
        text = self.description
        if not text.isprintable() or not 0 < len(text.strip()) <= LONGEST_DESCRIPTION:
            raise InputError(
                f"--description: write one line of at most {LONGEST_DESCRIPTION} characters"
            )

    def as_data(self) -> dict[str, Any]:
        """The answers as Copier takes them."""
        return {
            "project_name": self.name,
            "description": self.description,
            "transport": self.transport,
            "clay_arch_version": __version__,
        }


def variants() -> tuple[str, ...]:
    """The variants that this version has a template for, simplest first."""
    ladder = ("direct", "standard", "queue")
    return tuple(v for v in ladder if (_templates() / v / "copier.yml").is_file())


def template_of(variant: str) -> Path:
    """The template folder of a variant. Raises `InputError` where there is none."""
    if variant not in variants():
        raise InputError(
            f"--variant: there is no template for {shown(variant)} in clay-arch {__version__};"
            f" it has {', '.join(variants())}"
        )
    return _templates() / variant


def generated_tests(variant: str) -> tuple[str, ...]:
    """The paths of the tests that a project of that variant is generated with."""
    if variant not in variants():
        return ()
    template = template_of(variant)
    found = (path.relative_to(template).as_posix() for path in template.glob("tests/**/test_*.py"))
    return tuple(sorted(found))


def list_files(project: Project, extra: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The paths that `scaffold` would write, rendered in a temporary folder."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        _render(project, Path(folder), extra or {})
        return tuple(sorted(relative_files(Path(folder))))


def scaffold(
    project: Project, target: Path, extra: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Write the project, and the `extra` files by path, into a new or empty folder.

    Returns the paths written. Raises `TargetError`, with nothing in the target touched, when it
    is not a folder, not empty or not writable. A run that was killed half-way may be repeated.
    """
    return fill_target(target, lambda folder: _render(project, folder, extra or {}))


def _templates() -> Path:
    """The packaged folder of an installed wheel, or the checkout's."""
    packaged = Path(__file__).parent / "templates"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent / "templates"


def render(template: Path, data: Mapping[str, Any], folder: Path) -> None:
    """Render a template folder with answers that were given before, into a new folder.

    An answer to a question that this template does not ask is left out; a question that nobody
    answered yet gets the template's own answer. Raises `InputError` for an answer it cannot take.
    """
    import copier
    from jinja2 import TemplateError
    from plumbum import CommandNotFound, ProcessExecutionError, local

    asked = _questions(template)
    try:
        # Copier asks git about each file that it writes. A new folder is in no index, and that
        # of a surrounding git (GIT_DIR) is none of ours; without git it takes half the time.
        with local.env(PATH=os.devnull):
            copier.run_copy(
                str(template),
                folder,
                data={key: value for key, value in data.items() if key in asked},
                quiet=True,
                defaults=True,
                overwrite=False,
                settings=copier.Settings(),
            )
    except ValueError as error:
        raise InputError(f"the template refuses an answer: {error}") from error
    except (TemplateError, CommandNotFound, ProcessExecutionError) as error:
        raise ClayArchError(f"the template cannot be rendered: {error}") from error


def _questions(template: Path) -> frozenset[str]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found = yaml.load((template / "copier.yml").read_bytes(), loader)  # noqa: S506 - a safe loader
    return frozenset(key for key in found if not key.startswith("_"))


def _render(project: Project, folder: Path, extra: Mapping[str, str]) -> None:
    render(template_of(project.variant), project.as_data(), folder)
    for name, text in extra.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
