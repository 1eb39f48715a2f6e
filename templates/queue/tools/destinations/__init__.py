"""Destinations that run on 127.0.0.1 and behave as their documents say, for tests and the demo.

    with running_destinations() as fakes:
        fakes.hubspot.url, fakes.salesforce.url, fakes.outreach.url, fakes.nurture.url
        fakes.hubspot.fault(status=503, times=4)
        fakes.outreach.enrolments["lead-..."]

Each counts everything it is asked and everything it does, so that a test can hold it against what
leadflow believes.
"""

from .fake import Arrival, FakeDestination
from .faults import Fault
from .hubspot import FakeHubSpot
from .outreach import FakeOutreach
from .running import RunningDestinations, running, running_destinations
from .salesforce import FakeSalesforce

__all__ = [
    "Arrival",
    "FakeDestination",
    "FakeHubSpot",
    "FakeOutreach",
    "FakeSalesforce",
    "Fault",
    "RunningDestinations",
    "running",
    "running_destinations",
]
