"""The do-not-contact list may change while deliveries wait: it is asked when it is their turn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from destinations import RunningDestinations, running_destinations
from harness.deliverer import Deliverer, add_leads, receive, specs_for
from harness.stores import Store
from harness.tokens import email_of
from leadflow.adapters.do_not_contact import DoNotContactFile
from leadflow.domain.errors import FileRefused


@pytest.fixture
def fakes() -> Iterator[RunningDestinations]:
    with running_destinations() as running:
        yield running


@pytest.fixture
def received(store: Store) -> Store:
    with store.open() as db:
        add_leads(db, 4)
        for number in range(1, 5):
            receive(db, number)
    return store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "do-not-contact.txt"
    file.write_text("")
    return file


@dataclass
class Warned(Deliverer):
    warnings: list[str] = field(default_factory=list)

    def warns(self, sentence: str) -> None:
        self.warnings.append(sentence)


def test_whoever_is_listed_while_outreach_is_down_is_not_enrolled(
    received: Store, fakes: RunningDestinations, path: Path
) -> None:
    fakes.outreach.fault(status=503)
    listing = DoNotContactFile(path)
    down = Deliverer(received, specs_for(fakes), do_not_contact=listing)
    down.run(until=lambda _: bool(down.openings))
    path.write_text(f"{email_of(1)}\n{email_of(2)}\n")
    fakes.outreach.heal()

    states = Deliverer(received, specs_for(fakes), do_not_contact=listing).run(
        until=lambda found: (
            found["outreach"]["delivered"] + found["outreach"]["withheld"] == 4
            and found["crm"] == {"delivered": 4}
        )
    )

    assert states["outreach"] == {"delivered": 2, "withheld": 2}
    assert not {email_of(1), email_of(2)} & {
        arrival.email for arrival in fakes.outreach.arrivals if arrival.status < 300
    }
    assert states["crm"] == {"delivered": 4}, "the CRM contacts nobody"


def test_nobody_is_enrolled_while_the_list_cannot_be_read(
    received: Store, fakes: RunningDestinations, path: Path
) -> None:
    path.write_text("who is this?\n")
    worker = Warned(received, specs_for(fakes), do_not_contact=DoNotContactFile(path))

    states = worker.run(until=lambda found: found.get("crm") == {"delivered": 4})

    assert states["outreach"] == {"waiting": 4}
    assert fakes.outreach.arrivals == []
    assert "outreach: do-not-contact.txt: neither an e-mail" in worker.warnings[0]


def test_the_list_is_read_again_when_it_has_changed(path: Path) -> None:
    listing = DoNotContactFile(path)
    assert listing() == frozenset()

    path.write_text("acme.com\n")
    assert listing() == {"acme.com"}

    path.unlink()
    with pytest.raises(FileRefused, match="nobody is contacted without it"):
        listing()
