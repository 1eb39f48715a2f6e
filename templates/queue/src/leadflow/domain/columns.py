"""Which column of a file is which field of a lead. Pure; the table of names is in leads.toml."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from leadflow.domain.errors import FileRefused, LeadRejected

__all__ = ["ColumnRules", "Columns", "match_columns", "match_export", "normalise_header"]

IDENTITY_FIELDS = ("email", "domain", "first_name", "last_name")


@dataclass(frozen=True, slots=True)
class ColumnRules:
    """Every header that is understood -> its field; extra columns are fields of their own."""

    field_of: Mapping[str, str]
    extra: frozenset[str] = frozenset()

    def field(self, name: str) -> str | None:
        """Give the field that a normalised header means; None when it is not to be sent."""
        return name if name in self.extra else self.field_of.get(name)

    def in_order(self, fields: Iterable[str]) -> list[str]:
        """Sort fields as leads.toml lists them, extra ones after them by name."""
        place = {field: number for number, field in enumerate(self.field_of.values())}
        return sorted(fields, key=lambda field: (place.get(field, len(place)), field))


@dataclass(frozen=True, slots=True)
class Columns:
    """Field -> position in the row; and the headers that stay here, because no field names them."""

    positions: Mapping[str, int]
    unsent: tuple[str, ...]

    def pick_all(
        self, rows: Iterable[tuple[int, Sequence[str] | LeadRejected]]
    ) -> Iterator[tuple[int, dict[str, str] | LeadRejected]]:
        """Pick from every row, and let rejections pass."""
        for line, row in rows:
            yield line, row if isinstance(row, LeadRejected) else self.pick(row)

    def pick(self, row: Sequence[str]) -> dict[str, str]:
        """Keep what is sent, under its own name."""
        return {field: row[position] for field, position in self.positions.items()}


def normalise_header(header: str) -> str:
    """`Work E-Mail` is `work_e_mail`."""
    return header.strip().lower().replace(" ", "_").replace("-", "_")


def match_columns(header: Sequence[str], rules: ColumnRules) -> Columns:
    """Find each field's column; refuse a header that is ambiguous or names no lead."""
    columns = _match(header, rules)
    if not _names_a_lead(columns.positions):
        if len(header) == 1 and (found := [mark for mark in ";\t|" if mark in header[0]]):
            name = {"\t": "tab"}.get(found[0], f"'{found[0]}'")
            raise FileRefused(f"the header is one column; try --delimiter {name}")
        raise FileRefused(
            "the header has no e-mail column, nor domain with first_name and last_name; "
            "name one `email`, or add its name to src/leadflow/leads.toml"
        )
    return columns


def match_export(header: Sequence[str]) -> Columns:
    """Find the columns that tell whose facts an export's row holds."""
    columns = _match(header, ColumnRules({name: name for name in IDENTITY_FIELDS}))
    if "lead_id" not in map(normalise_header, header) and not _names_a_lead(columns.positions):
        raise FileRefused(
            "the header has neither lead_id nor email; export the table with the columns it was "
            "sent (docs/clay-setup.md)"
        )
    return columns


def _names_a_lead(fields: Collection[str]) -> bool:
    return "email" in fields or {"domain", "first_name", "last_name"} <= set(fields)


def _match(header: Sequence[str], rules: ColumnRules) -> Columns:
    _refuse_repeated(map(normalise_header, header))
    positions: dict[str, int] = {}
    unsent = []
    for position, title in enumerate(header):
        name = normalise_header(title)
        field = rules.field(name)
        if field is None:
            unsent.append(title)
        elif field in positions:
            both = f'"{header[positions[field]]}" and "{title}"'
            raise FileRefused(f"the columns {both} both mean {field}; rename or remove one")
        else:
            positions[field] = position
    return Columns(positions, tuple(unsent))


def _refuse_repeated(names: Iterable[str]) -> None:
    seen = set()
    for name in names:
        if name in seen:
            raise FileRefused(f'the header has two columns "{name}"; rename one')
        seen.add(name)
