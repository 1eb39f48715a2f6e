"""The content of destinations.yaml -> what each sink needs to know, or every problem at once.

${NAME} stands for a variable of the environment, ${NAME:-text} for one that may be absent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from leadflow.domain.destination import KINDS, DestinationSpec
from leadflow.domain.errors import DestinationsError
from leadflow.domain.problem import Findings, Where

__all__ = ["destinations_from"]

NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")  # it becomes part of keys, labels and command lines
VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^{}]*))?\}")
COMMON = ("kind", "concurrency", "timeout_seconds")
LONGEST_SECONDS = 25  # a call must end within its lease, and before a stop has to
ENROLMENT_KIND = "http"  # the others write a record that may be written twice


def destinations_from(
    document: object, *, environ: Mapping[str, str]
) -> dict[str, DestinationSpec]:
    """Check and build, by name; raise DestinationsError with all problems."""
    unset, found = Findings(), Findings()
    filled = _filled(document, (), unset, environ)
    top = found.mapping(filled, (), known=("destinations",), required=("destinations",))
    entries = found.mapping(top.get("destinations", {}), ("destinations",))
    specs = {name: _spec(name, entry, found) for name, entry in entries.items()}
    places = {problem.where for problem in unset.problems}  # what else is wrong there follows
    problems = [problem for problem in found.problems if problem.where not in places]
    if unset.problems or problems:
        raise DestinationsError([*unset.problems, *problems])
    return specs


def _spec(name: str, entry: object, found: Findings) -> DestinationSpec:
    where = ("destinations", name)
    if not NAME.fullmatch(name):
        found.add(where, "a name is a small letter, then small letters, digits, - and _")
    parts = found.mapping(entry, where, required=("kind",))
    is_said = parts.get("kind") is not None
    kind = found.choice(parts["kind"], (*where, "kind"), KINDS) if is_said else ""
    if kind in KINDS:
        own = ("enrolment",) if kind == ENROLMENT_KIND else ()
        required = [key for key, option in KINDS[kind].items() if option.default is None]
        found.mapping(parts, where, known=(*COMMON, *own, *KINDS[kind]), required=required)
    return DestinationSpec(
        name=name,
        kind=kind,
        is_enrolment=found.boolean(parts.get("enrolment", False), (*where, "enrolment")),
        concurrency=int(
            found.number(parts.get("concurrency", 4), (*where, "concurrency"), least=1, most=64)
        ),
        timeout_seconds=found.number(
            parts.get("timeout_seconds", 10),
            (*where, "timeout_seconds"),
            least=0.1,
            most=LONGEST_SECONDS,
        ),
        options=_options(kind, parts, where, found),
    )


def _options(
    kind: str, parts: Mapping[str, object], where: Where, found: Findings
) -> dict[str, object]:
    options = {
        key: option.default
        if parts.get(key) is None
        else option.read(found, parts[key], (*where, key))
        for key, option in KINDS.get(kind, {}).items()
    }
    properties = options.get("properties")
    if isinstance(properties, Mapping) and properties and "email" not in properties:
        found.add((*where, "properties"), "lacks email, by which HubSpot knows a contact; add it")
    if kind == "salesforce":
        _check_credentials(options, where, found)
    return options


def _check_credentials(options: Mapping[str, object], where: Where, found: Findings) -> None:
    """Sessions of Salesforce end, so a token is for trials and a client for everything else."""
    client = [bool(options[key]) for key in ("client_id", "client_secret")]
    if any(client) != all(client) or any(client) == bool(options["token"]):
        found.add(where, "needs client_id and client_secret, or token in their place")


def _filled(part: object, where: Where, found: Findings, environ: Mapping[str, str]) -> object:
    """Replace every variable once: a value that looks like a variable is none."""
    if isinstance(part, Mapping):
        return {key: _filled(entry, (*where, key), found, environ) for key, entry in part.items()}
    if isinstance(part, list):
        return [_filled(entry, (*where, n), found, environ) for n, entry in enumerate(part)]
    if not isinstance(part, str) or "${" not in part:
        return part
    if "${" in VARIABLE.sub("", part):
        found.add(where, "a variable is written ${NAME} or ${NAME:-text}")
    return VARIABLE.sub(lambda match: _variable(match, where, found, environ), part)


def _variable(
    match: re.Match[str], where: Where, found: Findings, environ: Mapping[str, str]
) -> str:
    name, fallback = match.groups()
    value = environ.get(name, "").strip() or fallback
    if value is None:
        found.add(where, f"{name} is not set; write {name}=... into .env")
        return match[0]
    return value
